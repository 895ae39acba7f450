// Prerequisites of fields (OpenFlow 1.5.1 section 7.2.3.6, ovs-fields(7)), and the builders that
// add them.
#include <fmt/format.h>

#include <cassert>

#include "openflow/match.h"

namespace mooring::openflow {
namespace {

constexpr std::uint16_t kTypeIp4 = 0x0800, kTypeIp6 = 0x86dd, kTypeArp = 0x0806, kTypeRarp = 0x8035;
constexpr std::uint8_t kProtoIcmp = 1, kProtoTcp = 6, kProtoUdp = 17, kProtoIcmp6 = 58,
                       kProtoSctp = 132;
constexpr std::uint8_t kNeighborSolicit = 135, kNeighborAdvert = 136;

// The field's exact value, when the match gives one.
std::optional<std::uint64_t> exact(const Match& match, Field field) {
  const auto found = match.find(field);
  if (!found || found->mask != info(field).ones()) return std::nullopt;
  return found->value.low;
}

bool is_any_ip(const Match& match) {
  const auto type = exact(match, Field::kEthType);
  return type == kTypeIp4 || type == kTypeIp6;
}

bool is_ip(const Match& match, std::uint16_t type, std::uint8_t protocol) {
  return exact(match, Field::kEthType) == type && exact(match, Field::kIpProto) == protocol;
}

// That a connection is there: a bit that only tracked, valid packets have, or +trk-inv.
bool is_tracked(const Match& match) {
  const auto state = match.find(Field::kCtState);
  if (!state) return false;
  constexpr std::uint32_t kImplies = ct_state::kNew | ct_state::kEst | ct_state::kRel |
                                     ct_state::kRpl | ct_state::kSnat | ct_state::kDnat;
  if ((state->value.low & kImplies) != 0) return true;
  return (state->value.low & ct_state::kTrk) != 0 && (state->mask.low & ct_state::kInv) != 0 &&
         (state->value.low & ct_state::kInv) == 0;
}

// A fragment that isn't the first has no transport header.
bool has_transport(const Match& match) {
  const auto fragment = match.find(Field::kIpFrag);
  return !fragment || (fragment->value.low & 2) == 0;
}

bool is_nd(const Match& match, std::uint8_t type) {
  return has_transport(match) && is_ip(match, kTypeIp6, kProtoIcmp6) &&
         exact(match, Field::kIcmp6Type) == type && exact(match, Field::kIcmp6Code) == 0U;
}

bool is_transport(const Match& match, std::uint8_t protocol) {
  return is_any_ip(match) && exact(match, Field::kIpProto) == protocol && has_transport(match);
}

bool satisfied(const Match& match, Prerequisite prerequisite) {
  switch (prerequisite) {
    case Prerequisite::kNone:
      return true;
    case Prerequisite::kVlan: {
      const auto vid = match.find(Field::kVlanVid);
      return vid && (vid->value.low & 0x1000) != 0;
    }
    case Prerequisite::kIp4:
      return exact(match, Field::kEthType) == kTypeIp4;
    case Prerequisite::kIp6:
      return exact(match, Field::kEthType) == kTypeIp6;
    case Prerequisite::kIpAny:
      return is_any_ip(match);
    case Prerequisite::kArp: {
      const auto type = exact(match, Field::kEthType);
      return type == kTypeArp || type == kTypeRarp;
    }
    case Prerequisite::kTcp:
      return is_transport(match, kProtoTcp);
    case Prerequisite::kUdp:
      return is_transport(match, kProtoUdp);
    case Prerequisite::kSctp:
      return is_transport(match, kProtoSctp);
    case Prerequisite::kIcmp4:
      return is_ip(match, kTypeIp4, kProtoIcmp) && has_transport(match);
    case Prerequisite::kIcmp6:
      return is_ip(match, kTypeIp6, kProtoIcmp6) && has_transport(match);
    case Prerequisite::kNd:
      return is_nd(match, kNeighborSolicit) || is_nd(match, kNeighborAdvert);
    case Prerequisite::kNdSolicit:
      return is_nd(match, kNeighborSolicit);
    case Prerequisite::kNdAdvert:
      return is_nd(match, kNeighborAdvert);
    case Prerequisite::kCt:
      return is_tracked(match);
  }
  return false;
}

bool set_any_ip(Match& match) { return !match.has(Field::kEthType) || is_any_ip(match); }

bool set_nd(Match& match, std::optional<std::uint8_t> type) {
  if (!match.set(Field::kEthType, kTypeIp6) || !match.set(Field::kIpProto, kProtoIcmp6)) {
    return false;
  }
  if (type && !match.set(Field::kIcmp6Type, *type)) return false;
  const auto have = exact(match, Field::kIcmp6Type);
  if (have && *have != kNeighborSolicit && *have != kNeighborAdvert) return false;
  return match.set(Field::kIcmp6Code, 0);
}

// Adds what is lacking; match is left half changed when that contradicts it.
bool require(Match& match, Prerequisite prerequisite) {
  const auto proto = [&](std::uint8_t number) {
    return has_transport(match) && set_any_ip(match) && match.set(Field::kIpProto, number);
  };
  switch (prerequisite) {
    case Prerequisite::kNone:
      return true;
    case Prerequisite::kVlan:
      return match.set(Field::kVlanVid, 0x1000, 0x1000);
    case Prerequisite::kIp4:
      return match.set(Field::kEthType, kTypeIp4);
    case Prerequisite::kIp6:
      return match.set(Field::kEthType, kTypeIp6);
    case Prerequisite::kIpAny:
      return set_any_ip(match);
    case Prerequisite::kArp:
      return exact(match, Field::kEthType) == kTypeRarp || match.set(Field::kEthType, kTypeArp);
    case Prerequisite::kTcp:
      return proto(kProtoTcp);
    case Prerequisite::kUdp:
      return proto(kProtoUdp);
    case Prerequisite::kSctp:
      return proto(kProtoSctp);
    case Prerequisite::kIcmp4:
      return match.set(Field::kEthType, kTypeIp4) && match.set(Field::kIpProto, kProtoIcmp);
    case Prerequisite::kIcmp6:
      return match.set(Field::kEthType, kTypeIp6) && match.set(Field::kIpProto, kProtoIcmp6);
    case Prerequisite::kNd:
      return set_nd(match, std::nullopt);
    case Prerequisite::kNdSolicit:
      return set_nd(match, kNeighborSolicit);
    case Prerequisite::kNdAdvert:
      return set_nd(match, kNeighborAdvert);
    case Prerequisite::kCt:
      return is_tracked(match) ||
             match.set(Field::kCtState, ct_state::kTrk, ct_state::kTrk | ct_state::kInv);
  }
  return false;
}

}  // namespace

bool Match::set_prerequisites(Field field) {
  const Prerequisite prerequisite = info(field).prerequisite;
  if (prerequisite == Prerequisite::kNone || satisfied(*this, prerequisite)) return true;
  Match changed = *this;
  if (!require(changed, prerequisite)) return false;
  *this = std::move(changed);
  return true;
}

bool Match::meets(Field field) const { return satisfied(*this, info(field).prerequisite); }

Result<void> Match::check() const {
  Result<void> result;
  each([&](Field field, const Constraint&) {
    if (result && !satisfied(*this, info(field).prerequisite)) {
      result = fail(
          fmt::format("{} is matched without what it needs: see ovs-fields(7)", info(field).name));
    }
  });
  return result;
}

Match& Match::with(Field field, U128 value) { return with(field, value, info(field).ones()); }

Match& Match::with(Field field, U128 value, U128 mask) {
  remove(field);
  const bool fits = set_prerequisites(field) && set(field, value, mask);
  assert(fits);
  static_cast<void>(fits);
  return *this;
}

Match& Match::bits(Subfield subfield, U128 value) {
  const U128 mask = U128::ones(subfield.bits) << subfield.offset;
  const auto old = find(subfield.field).value_or(Constraint{});
  return with(subfield.field, (old.value & ~mask) | (value << subfield.offset & mask),
              old.mask | mask);
}

Match& Match::transport(Field field, std::uint16_t port) {
  if (!has(Field::kEthType)) ip4();
  return with(field, port);
}

Match& Match::ip4_src(const Ip4Prefix& prefix) {
  return with(Field::kIpSrc, prefix.address.bits(), prefix.mask().bits());
}

Match& Match::ip4_dst(const Ip4Prefix& prefix) {
  return with(Field::kIpDst, prefix.address.bits(), prefix.mask().bits());
}

Match& Match::ip6_src(const Ip6Prefix& prefix) {
  const Ip6 mask = prefix.mask();
  return with(Field::kIpv6Src, U128(prefix.address.high(), prefix.address.low()),
              U128(mask.high(), mask.low()));
}

Match& Match::ip6_dst(const Ip6Prefix& prefix) {
  const Ip6 mask = prefix.mask();
  return with(Field::kIpv6Dst, U128(prefix.address.high(), prefix.address.low()),
              U128(mask.high(), mask.low()));
}

}  // namespace mooring::openflow
