#include "controller/port_flows.h"

#include "controller/tables.h"
#include "model/stage.h"
#include "openflow/learn.h"

namespace mooring::controller {
namespace {

using engine::Context;
using engine::Nothing;
using openflow::Actions;
using openflow::Field;
using openflow::Match;
using openflow::Subfield;

constexpr std::uint16_t kFdbTimeout = 300;  // seconds, as IEEE 802.1Q section 8.8.3 recommends

}  // namespace

// The top bit tells it from a cookie that is an origin's first 32 bits.
std::uint64_t learn_cookie(const Uuid& row) { return 1ULL << 63 | (row.high() ^ row.low()); }

Actions learn_source(std::uint64_t cookie) {
  openflow::Learn learn;
  learn.table = table::kFdb;
  learn.priority = 100;
  learn.hard_timeout = kFdbTimeout;
  learn.cookie = cookie;
  learn.match(Subfield(Field::kMetadata))
      .match(Subfield(Field::kEthDst), Subfield(Field::kEthSrc))
      .load(Subfield(field::kInport), Subfield(field::kOutport));
  return Actions().learn(learn);
}

PortFlows::PortFlows(engine::Graph& graph, Outputs& outputs, Claims& claims, Networks& networks,
                     Guards& guards, Stages& stages)
    : outputs_(outputs),
      claims_(claims),
      networks_(networks),
      guards_(guards),
      stages_(stages),
      port_(graph, "port_flows", stratum::kFlows,
            [this](Context& context, const std::string& name) { return derive(context, name); }) {
  claims_.names.demand_each(port_);
}
PortFlows::~PortFlows() = default;

Nothing PortFlows::derive(Context& context, const std::string& name) {
  const auto& port = context.get(claims_.port, name);
  if (!port) return {};
  const auto& network = context.get(networks_.network, port->datapath);
  if (!network) return {};
  const Guard& guard = context.get(guards_.of, name);
  if (!guard.open()) return {};
  Place place{*port, *network, guard};
  if (port->enabled) {
    classify(context, place);
    if (guard.to_lport) to_rules(context, place);
    look_up(context, place);
    if (port->unknown && !port->secured) learn(context, place);
    if (!port->secured) deliver(context, place);
    announce(context, place);
  }
  if (network->reachable() && !port->localport) {
    context.emit(outputs_.ready, name, Ready{port->binding, port->interface});
  }
  return {};
}

// Untagged frames enter, and priority-tagged ones (VID 0), whose tag is taken off and whose
// priority is kept for the wire. Other tags only enter a network that passes them on as they are;
// elsewhere they find no flow.
void PortFlows::classify(Context& context, const Place& place) {
  const LocalPort& port = place.port;
  bool passthru = place.network.uplink && place.network.uplink->vlan_passthru;
  auto enter = [&](Actions first) {
    first.set_field(Field::kMetadata, place.network.key).set_reg(field::kInportRegister, port.key);
    if (port.localport) first.load(1, field::kNoUplink);
    if (place.guard.from_lport) load_flags(first, place);
    first.resubmit(port.secured ? table::kPortSecurity : stages_.ingress_from(context, 0));
    return FlowBody{std::move(first), port.binding};
  };
  auto in = [&] { return Match().in_port(port.ofport); };
  if (passthru) {
    context.emit(outputs_.flows, FlowKey{table::kClassify, 100, in()}, enter({}));
    return;
  }
  Actions strip;
  strip.move(Subfield(Field::kVlanTci, 13, 3), field::kPcp).pop_vlan();
  context.emit(outputs_.flows, FlowKey{table::kClassify, 100, in().no_vlan()}, enter({}));
  context.emit(outputs_.flows, FlowKey{table::kClassify, 100, in().vlan(0)}, enter(strip));
}

void PortFlows::load_flags(Actions& actions, const Place& place) const {
  const auto& zone = place.guard.zone;
  actions.load(field::kFlagAcl | (zone ? field::kFlagStateful : 0), field::kFlags);
  if (zone) actions.load(*zone, field::kZone);
}

void PortFlows::to_rules(Context& context, const Place& place) {
  Match match;
  match.metadata(place.network.key).reg(field::kOutportRegister, place.port.key);
  Actions actions;
  actions.set_reg(field::kLabelRegister, 0);
  load_flags(actions, place);
  actions.resubmit(stages_.egress_from(context, 0));
  context.emit(outputs_.flows, FlowKey{table::kOutput, 100, match},
               FlowBody{actions, place.port.binding});
}

void PortFlows::look_up(Context& context, const Place& place) {
  for (const model::LspAddress& address : place.port.addresses) {
    Match match;
    match.metadata(place.network.key).eth_dst(address.mac);
    Actions actions;
    actions.set_reg(field::kOutportRegister, place.port.key).resubmit(table::kOutput);
    context.emit(outputs_.flows, FlowKey{table::kLookup, 100, match},
                 FlowBody{actions, place.port.binding});
  }
}

void PortFlows::learn(Context& context, const Place& place) {
  std::uint64_t cookie = learn_cookie(place.port.binding);
  Match match;
  match.metadata(place.network.key).reg(field::kInportRegister, place.port.key);
  Actions actions = learn_source(cookie);
  actions.resubmit(stages_.ingress_from(context, model::stage::kInLearn.id + 1));
  context.emit(outputs_.flows, FlowKey{table::kLearn, 100, match},
               FlowBody{actions, place.port.binding});
  context.emit(outputs_.learners, cookie, Present{});
}

void PortFlows::deliver(Context& context, const Place& place) {
  Match match;
  match.metadata(place.network.key).reg(field::kOutportRegister, place.port.key);
  context.emit(outputs_.flows, FlowKey{table::kDeliver, 100, match},
               FlowBody{Actions().output(place.port.ofport), place.port.binding});
}

void PortFlows::announce(Context& context, const Place& place) {
  const auto& uplink = place.network.uplink;
  if (!place.port.announced || !uplink || uplink->ofport == 0) return;
  for (const model::LspAddress& address : place.port.addresses) {
    Announcement out;
    out.mac = address.mac;
    for (const Ip4Prefix& ip : address.ip4) out.ip4.push_back(ip.address);
    for (const Ip6Prefix& ip : address.ip6) out.ip6.push_back(ip.address);
    out.uplink_ofport = uplink->ofport;
    out.tag = uplink->tag;
    out.ethertype = uplink->ethertype;
    context.emit(outputs_.announcements, place.port.name, std::move(out));
  }
}

}  // namespace mooring::controller
