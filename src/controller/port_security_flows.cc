#include "controller/port_security_flows.h"

#include <utility>

#include "controller/secured_port.h"
#include "controller/tables.h"

namespace mooring::controller {
namespace {

using engine::Context;
using engine::Nothing;
using openflow::Actions;
using openflow::Field;
using openflow::Match;

constexpr std::uint16_t kClientPort4 = 68, kClientPort6 = 546;  // of DHCP and DHCPv6
constexpr Ip6 kUnspecified;

// Types of ICMPv6 (IANA).
constexpr std::uint8_t kIcmp6NoHeader = 0;
constexpr std::uint8_t kIcmp6ListenerReport = 131, kIcmp6ListenerDone = 132,
                       kIcmp6ListenerReport2 = 143;
constexpr std::uint8_t kIcmp6RouterSolicit = 133, kIcmp6RouterAdvert = 134, kIcmp6Solicit = 135,
                       kIcmp6Advert = 136, kIcmp6Redirect = 137;

// Emits the flows that are there once for all ports.
class FixedWriter {
 public:
  FixedWriter(Context& context, Outputs& outputs, std::uint8_t first_stage)
      : context_(context), outputs_(outputs), first_stage_(first_stage) {}

  void write() {
    refuse(table::kPortSecurity, 0, {}, Refusal::kMac);
    write_ip();
    write_hidden_nd();
    write_nd();
  }

 private:
  void write_ip() {
    constexpr std::uint8_t table = table::kPortSecurityIp;
    // Clients take an answer by its destination port, whichever port it comes from.
    refuse(table, 100, Match().ip4().udp_dst(kClientPort4), Refusal::kDhcpServer);
    refuse(table, 100, Match().ip6().udp_dst(kClientPort6), Refusal::kDhcpServer);
    // A first fragment may end before the UDP header, where an extension header precedes it.
    refuse(table, 100, Match().ip6().udp_dst(0), Refusal::kDhcpServer);
    refuse(table, 60, Match().ip4(), Refusal::kIp4);
    refuse(table, 60, Match().ip6(), Refusal::kIp6);
    refuse(table, 60, Match().arp(), Refusal::kArp);
    refuse(table, 60, Match().rarp(), Refusal::kArp);
    pass(table, 0, {});
  }

  // Neighbour discovery of which the switch doesn't see all that a host would (RFC 6980, RFC 7113).
  void write_hidden_nd() {
    auto hidden = [&](Match match) {
      refuse(table::kPortSecurityNd, 100, std::move(match), Refusal::kNd);
    };
    for (std::uint8_t type : {kIcmp6RouterAdvert, kIcmp6Solicit, kIcmp6Advert}) {
      Match fragment;
      fragment.icmp6(type).with(Field::kIpFrag, 1, 1);
      hidden(fragment);
    }
    // A fragment that ends before the header that matters, or among the extension headers.
    hidden(Match().icmp6(kIcmp6NoHeader));
    hidden(Match().ip6().ip_proto(0));
    // Where an option is there twice the switch shows neither it nor the target.
    hidden(Match().nd_solicit().nd_target(kUnspecified));
    hidden(Match().nd_advert().nd_target(kUnspecified));
  }

  void write_nd() {
    constexpr std::uint8_t table = table::kPortSecurityNd;
    // Hosts without an address may look for routers and join groups (RFC 4861 section 4.1, RFC
    // 3590).
    for (std::uint8_t type :
         {kIcmp6RouterSolicit, kIcmp6ListenerReport, kIcmp6ListenerDone, kIcmp6ListenerReport2}) {
      pass(table, 90, Match().ip6_src(kUnspecified).icmp6(type));
    }
    refuse(table, 82, Match().ip6_src(kUnspecified).icmp6(kIcmp6Solicit), Refusal::kNd);
    refuse(table, 81, Match().ip6_src(kUnspecified), Refusal::kIp6);
    for (std::uint8_t type : {kIcmp6RouterAdvert, kIcmp6Solicit, kIcmp6Advert, kIcmp6Redirect}) {
      refuse(table, 60, Match().icmp6(type), Refusal::kNd);
    }
    pass(table, 0, {});
  }

  void refuse(std::uint8_t table, std::uint16_t priority, Match match, Refusal reason) {
    Actions actions;
    actions.set_reg(field::kRefusalRegister, static_cast<std::uint32_t>(reason))
        .resubmit(table::kRefused);
    add(table, priority, std::move(match), std::move(actions));
  }
  void pass(std::uint8_t table, std::uint16_t priority, Match match) {
    add(table, priority, std::move(match), Actions().resubmit(first_stage_));
  }
  void add(std::uint8_t table, std::uint16_t priority, Match match, Actions actions) {
    context_.emit(outputs_.flows, FlowKey{table, priority, std::move(match)},
                  FlowBody{std::move(actions), {}});
  }

  Context& context_;
  Outputs& outputs_;
  std::uint8_t first_stage_;
};

}  // namespace

PortSecurityFlows::PortSecurityFlows(engine::Graph& graph, Outputs& outputs, Claims& claims,
                                     Networks& networks, Guards& guards, Stages& stages)
    : outputs_(outputs),
      claims_(claims),
      networks_(networks),
      guards_(guards),
      stages_(stages),
      port_(graph, "port_security", stratum::kFlows,
            [this](Context& context, const std::string& name) { return derive(context, name); }),
      fixed_(graph, "fixed_port_security", stratum::kFlows,
             [this](Context& context, const int&) { return derive_fixed(context); }) {
  claims_.names.demand_each(port_);
  fixed_.demand(0);
}
PortSecurityFlows::~PortSecurityFlows() = default;

Nothing PortSecurityFlows::derive(Context& context, const std::string& name) {
  const auto& port = context.get(claims_.port, name);
  if (!port || !port->enabled) return {};
  const auto& network = context.get(networks_.network, port->datapath);
  if (!network || !context.get(guards_.of, name).open()) return {};
  if (!network->uplink || !network->uplink->vlan_passthru) count_tagged(context, *port);
  if (!port->secured) return {};
  SecuredPort secured(context, outputs_, *port, *network, stages_.ingress_from(context, 0));
  secured.write_ingress();
  secured.write_egress();
  return {};
}

// They would find no flow; this one counts them, for ports without port security too.
void PortSecurityFlows::count_tagged(Context& context, const LocalPort& port) {
  FlowKey key{table::kClassify, 50, Match().in_port(port.ofport).any_vlan()};
  context.emit(outputs_.refusals, key, RefusedAt{port.name, Refusal::kVlanTag});
  context.emit(outputs_.flows, std::move(key), FlowBody{Actions(), port.binding});
}

Nothing PortSecurityFlows::derive_fixed(Context& context) {
  FixedWriter(context, outputs_, stages_.ingress_from(context, 0)).write();
  return {};
}

}  // namespace mooring::controller
