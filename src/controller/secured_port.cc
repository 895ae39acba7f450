#include "controller/secured_port.h"

#include <algorithm>
#include <utility>

#include "controller/tables.h"

namespace mooring::controller {
namespace {

using model::MacPrefix;
using model::SecurityEntry;
using openflow::Actions;
using openflow::Field;
using openflow::Match;

constexpr std::uint16_t kArpRequest = 1;
constexpr std::uint16_t kDhcpServerPort = 67, kDhcpClientPort = 68;
constexpr std::uint8_t kRouterAdvert = 134;
constexpr Ip4 kLocalBroadcast(0xffffffff);
constexpr Ip4Prefix kMulticast4{Ip4(0xe0000000), 4};
constexpr Ip6Prefix kMulticast6{Ip6(0xff00000000000000, 0), 8};
constexpr Ip6 kUnspecified6;

// The MACs that are the port's own by an entry.
std::vector<MacPrefix> own_macs(const SecurityEntry& entry) {
  if (!entry.is_virtual()) return {{entry.mac, 48}};
  std::vector<MacPrefix> out = entry.virtual4;
  out.insert(out.end(), entry.virtual6.begin(), entry.virtual6.end());
  return out;
}

// Of them, those that addresses of a family go with.
std::vector<MacPrefix> ip4_macs(const SecurityEntry& entry) {
  return entry.is_virtual() && !entry.any_address() ? entry.virtual4 : own_macs(entry);
}
std::vector<MacPrefix> ip6_macs(const SecurityEntry& entry) {
  return entry.is_virtual() && !entry.any_address() ? entry.virtual6 : own_macs(entry);
}

std::vector<Ip4Prefix> ip4_addresses(const SecurityEntry& entry) {
  if (entry.any_address()) return {{Ip4(), 0}};
  std::vector<Ip4Prefix> out;
  for (const Ip4Prefix& ip : entry.ip4) {
    out.push_back(model::is_subnet(ip) ? ip : Ip4Prefix{ip.address, 32});
  }
  return out;
}

// With the link-local ones that hosts make of their MACs (RFC 4862 section 5.3).
std::vector<Ip6Prefix> ip6_addresses(const SecurityEntry& entry) {
  if (entry.any_address()) return {{Ip6(), 0}};
  std::vector<Ip6Prefix> out;
  for (const Ip6Prefix& ip : entry.ip6) {
    out.push_back(model::is_subnet(ip) ? ip : Ip6Prefix{ip.address, 128});
  }
  if (out.empty()) return out;
  for (const MacPrefix& mac : ip6_macs(entry)) {
    if (mac.length == 48) out.push_back({Ip6::link_local_from(mac.mac), 128});
  }
  return out;
}

Match& with_mac(Match& match, Field field, const MacPrefix& mac) {
  return match.with(field, mac.mac.bits(), mac.mask().bits());
}

Match& with_target(Match& match, const Ip6Prefix& ip) {
  const Ip6 mask = ip.mask();
  return match.with(Field::kNdTarget, openflow::U128(ip.address.high(), ip.address.low()),
                    openflow::U128(mask.high(), mask.low()));
}

}  // namespace

SecuredPort::SecuredPort(engine::Context& context, Outputs& outputs, const LocalPort& port,
                         const LocalNetwork& network, std::uint8_t first_stage)
    : context_(context),
      outputs_(outputs),
      port_(port),
      network_(network),
      first_stage_(first_stage) {}

void SecuredPort::write_ingress() {
  for (const Entry& entry : port_.security) admit(entry);
  write_refusals();
}

void SecuredPort::admit(const Entry& entry) {
  admit_macs(entry);
  if (entry.allows_ip4()) {
    admit_ip4(entry);
    admit_arp(entry);
  }
  if (entry.allows_ip6()) {
    admit_ip6(entry);
    admit_nd(entry);
  }
}

void SecuredPort::admit_macs(const Entry& entry) {
  auto add = [&](Match match) {
    pass(table::kPortSecurity, 100, std::move(match), table::kPortSecurityIp);
  };
  for (const MacPrefix& mac : own_macs(entry)) {
    add(from(mac));
    // A machine that asks for itself, as hypervisors announce machines that have moved.
    Match rarp = from(mac).rarp();
    with_mac(rarp, Field::kArpSha, mac);
    with_mac(rarp, Field::kArpTha, mac);
    pass(table::kPortSecurityIp, 80, rarp, first_stage_);
  }
  if (!entry.is_virtual()) return;
  const MacPrefix physical{entry.mac, 48};
  if (entry.allows_ip4()) add(from(physical).arp());
  if (!entry.allows_ip6()) return;
  add(from(physical).nd_solicit());
  add(from(physical).nd_advert());
}

void SecuredPort::admit_ip4(const Entry& entry) {
  for (const MacPrefix& mac : ip4_macs(entry)) {
    for (const Ip4Prefix& ip : ip4_addresses(entry)) {
      pass(table::kPortSecurityIp, 80, from(mac).ip4_src(ip), first_stage_);
    }
    // A DHCP client that has no address yet (RFC 2131 section 4.1).
    if (entry.any_address()) continue;
    Match discover = from(mac);
    discover.ip4_src(Ip4()).ip4_dst(kLocalBroadcast);
    discover.udp_src(kDhcpClientPort).udp_dst(kDhcpServerPort);
    pass(table::kPortSecurityIp, 80, discover, first_stage_);
  }
}

void SecuredPort::admit_arp(const Entry& entry) {
  std::vector<Told> told;
  if (!entry.is_virtual()) told.push_back({{entry.mac, 48}, {entry.mac, 48}});
  for (const MacPrefix& mac : entry.virtual4) {
    told.push_back({mac, mac});
    told.push_back({{entry.mac, 48}, mac});
  }
  for (const Told& one : told) {
    Match arp = from(one.from).arp();
    with_mac(arp, Field::kArpSha, one.mac);
    for (const Ip4Prefix& ip : ip4_addresses(entry)) {
      Match match = arp;
      match.with(Field::kArpSpa, ip.address.bits(), ip.mask().bits());
      pass(table::kPortSecurityIp, 80, match, first_stage_);
    }
    // A probe (RFC 5227 section 1.1) tells nobody anything.
    if (!entry.any_address()) {
      pass(table::kPortSecurityIp, 80, arp.arp_op(kArpRequest).arp_spa(Ip4()), first_stage_);
    }
  }
}

void SecuredPort::admit_ip6(const Entry& entry) {
  auto add = [&](Match match) {
    pass(table::kPortSecurityIp, 80, std::move(match), table::kPortSecurityNd);
  };
  auto sources = ip6_addresses(entry);
  // What may be sent from it is decided in the next table.
  if (!entry.any_address()) sources.push_back({kUnspecified6, 128});
  for (const MacPrefix& mac : ip6_macs(entry)) {
    for (const Ip6Prefix& ip : sources) add(from(mac).ip6_src(ip));
  }
  if (!entry.is_virtual()) return;
  const MacPrefix physical{entry.mac, 48};
  for (const Ip6Prefix& ip : sources) {
    add(from(physical).ip6_src(ip).nd_solicit());
    add(from(physical).ip6_src(ip).nd_advert());
  }
}

void SecuredPort::admit_nd(const Entry& entry) {
  if (!entry.is_virtual()) admit_nd_of(entry, {{entry.mac, 48}, {entry.mac, 48}});
  for (const MacPrefix& mac : entry.virtual6) {
    admit_nd_of(entry, {mac, mac});
    admit_nd_of(entry, {{entry.mac, 48}, mac});
    // Being a router is what it is for.
    pass(table::kPortSecurityNd, 80, from(mac).icmp6(kRouterAdvert), first_stage_);
  }
}

// The switch shows an option that isn't there as zeros.
void SecuredPort::admit_nd_of(const Entry& entry, const Told& told) {
  auto add = [&](std::uint16_t priority, Match match) {
    pass(table::kPortSecurityNd, priority, std::move(match), first_stage_);
  };
  Match solicit = from(told.from).nd_solicit();
  with_mac(solicit, Field::kNdSll, told.mac);
  add(80, solicit);
  add(80, from(told.from).nd_sll(Mac()));
  for (const Ip6Prefix& ip : ip6_addresses(entry)) {
    // Duplicate address detection (RFC 4862 section 5.4) is about an address of one's own.
    Match probe = from(told.from).ip6_src(kUnspecified6).nd_sll(Mac());
    add(85, with_target(probe, ip));
    Match silent = from(told.from).nd_tll(Mac());
    add(80, with_target(silent, ip));
    Match advert = from(told.from).nd_advert();
    with_mac(advert, Field::kNdTll, told.mac);
    add(80, with_target(advert, ip));
  }
}

void SecuredPort::write_refusals() {
  for (Refusal reason : {Refusal::kMac, Refusal::kIp4, Refusal::kIp6, Refusal::kArp, Refusal::kNd,
                         Refusal::kDhcpServer}) {
    Match match;
    match.metadata(network_.key)
        .reg(field::kInportRegister, port_.key)
        .reg(field::kRefusalRegister, static_cast<std::uint32_t>(reason));
    refuse(table::kRefused, 100, match, reason);
  }
}

void SecuredPort::write_egress() {
  if (!port_.security.empty()) deliver_multicast();
  bool limited = false;
  for (const Entry& entry : port_.security) {
    deliver(entry);
    limited |= !entry.any_address();
  }
  if (limited) {
    refuse(table::kDeliver, 90, to().ip4(), Refusal::kNotForPort);
    refuse(table::kDeliver, 90, to().ip6(), Refusal::kNotForPort);
  }
  refuse(table::kDeliver, 50, to(), Refusal::kNotForPort);
}

// A host gets all that is sent to a group of Ethernet addresses, save of a family it has none of.
void SecuredPort::deliver_multicast() {
  output(100, to().eth_multicast());
  auto none = [&](bool (Entry::*allows)() const) {
    return std::none_of(port_.security.begin(), port_.security.end(),
                        [&](const Entry& entry) { return (entry.*allows)(); });
  };
  if (none(&Entry::allows_ip4)) {
    refuse(table::kDeliver, 110, to().eth_multicast().ip4(), Refusal::kNotForPort);
    refuse(table::kDeliver, 110, to().eth_multicast().arp(), Refusal::kNotForPort);
  }
  if (none(&Entry::allows_ip6)) {
    refuse(table::kDeliver, 110, to().eth_multicast().ip6(), Refusal::kNotForPort);
  }
}

void SecuredPort::deliver(const Entry& entry) {
  for (const MacPrefix& mac : own_macs(entry)) {
    // Over IP, flows of priority 90 stand in the way of those that are for listed addresses only.
    output(entry.any_address() ? 100 : 80, to(mac));
    if (!entry.allows_ip4() && !entry.is_virtual()) {
      refuse(table::kDeliver, 85, to(mac).arp(), Refusal::kNotForPort);
    }
  }
  if (entry.any_address()) return;
  if (entry.allows_ip4()) {
    for (const MacPrefix& mac : ip4_macs(entry)) deliver_ip4(entry, mac);
  }
  if (entry.allows_ip6()) {
    for (const MacPrefix& mac : ip6_macs(entry)) deliver_ip6(entry, mac);
  }
}

void SecuredPort::deliver_ip4(const Entry& entry, const MacPrefix& mac) {
  for (const Ip4Prefix& ip : ip4_addresses(entry)) output(100, to(mac).ip4_dst(ip));
  for (const Ip4Prefix& ip : entry.ip4) {
    if (ip.length < 31) output(100, to(mac).ip4_dst(ip.broadcast()));
  }
  output(100, to(mac).ip4_dst(kLocalBroadcast));
  output(100, to(mac).ip4_dst(kMulticast4));
}

void SecuredPort::deliver_ip6(const Entry& entry, const MacPrefix& mac) {
  for (const Ip6Prefix& ip : ip6_addresses(entry)) output(100, to(mac).ip6_dst(ip));
  output(100, to(mac).ip6_dst(kMulticast6));
}

Match SecuredPort::from(const MacPrefix& mac) const {
  Match match;
  match.metadata(network_.key).reg(field::kInportRegister, port_.key);
  return with_mac(match, Field::kEthSrc, mac);
}

Match SecuredPort::to() const {
  return Match().metadata(network_.key).reg(field::kOutportRegister, port_.key);
}

Match SecuredPort::to(const MacPrefix& mac) const {
  Match match = to();
  return with_mac(match, Field::kEthDst, mac);
}

void SecuredPort::pass(std::uint8_t table, std::uint16_t priority, Match match, std::uint8_t next) {
  context_.emit(outputs_.flows, FlowKey{table, priority, std::move(match)},
                FlowBody{Actions().resubmit(next), port_.binding});
}

void SecuredPort::output(std::uint16_t priority, Match match) {
  context_.emit(outputs_.flows, FlowKey{table::kDeliver, priority, std::move(match)},
                FlowBody{Actions().output(port_.ofport), port_.binding});
}

void SecuredPort::refuse(std::uint8_t table, std::uint16_t priority, Match match, Refusal reason) {
  FlowKey key{table, priority, std::move(match)};
  context_.emit(outputs_.refusals, key, RefusedAt{port_.name, reason});
  context_.emit(outputs_.flows, std::move(key), FlowBody{Actions(), port_.binding});
}

}  // namespace mooring::controller
