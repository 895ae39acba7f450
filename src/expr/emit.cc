#include "expr/emit.h"

#include <algorithm>

#include "expr/vars.h"

namespace mooring::expr {
namespace {

using openflow::Field;
using openflow::Match;

openflow::U128 wide(U128 value) { return {high_half(value), low_half(value)}; }

constexpr std::uint64_t kPresent = 0x1000, kVid = 0xfff;
constexpr unsigned kPcpShift = 13;

// Adds a match with a VLAN header to each priority that the pattern lets through.
void append_tagged(const Match& match, std::uint64_t value, std::uint64_t mask,
                   std::vector<Match>& out) {
  Match tagged = match;
  if (!tagged.set(Field::kVlanVid, kPresent | (value & kVid), kPresent | (mask & kVid))) return;
  const std::uint64_t pcp_mask = mask >> kPcpShift;
  if (pcp_mask == 0) return out.push_back(std::move(tagged));
  for (std::uint64_t pcp = 0; pcp < 8; ++pcp) {
    if ((pcp & pcp_mask) != value >> kPcpShift) continue;
    Match one = tagged;
    if (one.set(Field::kVlanPcp, pcp)) out.push_back(std::move(one));
  }
}

// vlan.tci is the tag's 16 bits with bit 12 set, and 0 in a frame without a tag; ovs-fields(7),
// vlan_tci. A match has the VID with bit 12, and the priority as a whole only.
std::vector<Match> with_vlan(const Match& match, const Pattern& tci) {
  const std::uint64_t value = low_half(tci.value), mask = low_half(tci.mask);
  std::vector<Match> out;
  const bool may_be_tagged = (mask & kPresent) == 0 || (value & kPresent) != 0;
  if (may_be_tagged) append_tagged(match, value, mask, out);
  if (value == 0) {
    Match untagged = match;
    if (untagged.set(Field::kVlanVid, 0)) out.push_back(std::move(untagged));
  }
  return out;
}

// A fragment that isn't the first has no transport header: Open vSwitch sees zeros there, and takes
// no match for them.
bool is_later_fragment(const Cube& cube) {
  const Pattern* fragment = cube.find(Var::kIpFrag);
  return fragment != nullptr && (fragment->value & 2) != 0;
}

Needs needs_of(const Cube& cube, Var besides) {
  Needs out = besides == Var::kCount ? Needs::kNothing : info(besides).needs;
  for (const auto& [var, pattern] : cube.bounds()) out = std::max(out, info(var).needs);
  return out;
}

}  // namespace

Cube needed(const Cube& structure, const Cube& cube, Var besides) {
  const Needs needs = needs_of(cube, besides);
  Cube out;
  for (const auto& [var, pattern] : structure.bounds()) {
    const bool wanted = var == Var::kEthType   ? needs >= Needs::kEthType
                        : var == Var::kIpProto ? needs >= Needs::kIpProto
                                               : needs >= Needs::kIcmp6Type;
    // Contradictions can't arise: each variable stands once.
    if (wanted) static_cast<void>(out.add(var, pattern));
  }
  return out;
}

std::vector<Match> to_matches(const Cube& cube) {
  Match match;
  const bool headless = is_later_fragment(cube);
  for (const auto& [var, pattern] : cube.bounds()) {
    if (var == Var::kVlanTci) continue;
    if (headless && info(var).needs >= Needs::kIpProto) {
      if (!pattern.contains(0)) return {};
      continue;
    }
    if (!match.set(info(var).field, wide(pattern.value), wide(pattern.mask))) return {};
  }
  if (const Pattern* tci = cube.find(Var::kVlanTci)) return with_vlan(match, *tci);
  return {std::move(match)};
}

}  // namespace mooring::expr
