#include "controller/network_flows.h"

#include <algorithm>
#include <utility>

#include "controller/port_flows.h"
#include "controller/tables.h"
#include "model/stage.h"

namespace mooring::controller {
namespace {

using engine::Context;
using engine::Nothing;
using openflow::Actions;
using openflow::Field;
using openflow::Match;
using openflow::Subfield;

// A copy takes 56 bytes of actions at most, and a flow's message ends at 64 KiB.
constexpr std::size_t kCopiesPerFlow = 1000;

}  // namespace

NetworkFlows::NetworkFlows(engine::Graph& graph, Outputs& outputs, Claims& claims,
                           Networks& networks, Guards& guards, Stages& stages)
    : outputs_(outputs),
      claims_(claims),
      networks_(networks),
      guards_(guards),
      stages_(stages),
      network_(graph, "network_flows", stratum::kFlows,
               [this](Context& context, const Uuid& uuid) { return derive(context, uuid); }),
      fixed_(graph, "fixed_flows", stratum::kFlows,
             [this](Context& context, const int&) { return derive_fixed(context); }) {
  claims_.ports_of.demand_each(network_);
  fixed_.demand(0);
}
NetworkFlows::~NetworkFlows() = default;

// What holds for every network: how the lookup tables hand a packet on.
Nothing NetworkFlows::derive_fixed(Context& context) {
  auto add = [&](std::uint8_t table, std::uint16_t priority, Match match, Actions actions) {
    context.emit(outputs_.flows, FlowKey{table, priority, std::move(match)},
                 FlowBody{std::move(actions), {}});
  };
  auto after = [&](const model::Stage& stage) {
    return Actions().resubmit(stages_.ingress_from(context, stage.id + 1));
  };
  add(table::kLearn, 0, {}, after(model::stage::kInLearn));
  add(table::kNeighbour, 0, {}, after(model::stage::kInNeighbour));
  add(table::kLookup, 90, Match().eth_multicast(), Actions().resubmit(table::kFlood));
  add(table::kLookup, 0, {},
      Actions()
          .set_reg(field::kOutportRegister, 0)
          .resubmit(table::kFdb)
          .resubmit(table::kUnknown));
  add(table::kUnknown, 0, {}, Actions().resubmit(table::kOutput));
  add(table::kOutput, 0, {}, Actions().resubmit(table::kDeliver));
  return {};
}

Nothing NetworkFlows::derive(Context& context, const Uuid& datapath) {
  const auto& network = context.get(networks_.network, datapath);
  if (!network) return {};
  Members m = members(context, datapath);
  replicate(context, datapath, *network, table::kFlood, std::move(m.all));
  replicate(context, datapath, *network, table::kUnknown, std::move(m.unknown));
  if (network->uplink && network->uplink->ofport != 0) {
    from_wire(context, *network);
    to_wire(context, *network);
    if (network->uplink->learn_fdb) learn_from_wire(context, *network);
  }
  return {};
}

NetworkFlows::Members NetworkFlows::members(Context& context, const Uuid& datapath) {
  Members out;
  for (const std::string& name : context.elements(claims_.ports_of, datapath)) {
    const auto& port = context.get(claims_.port, name);
    if (!port || !port->enabled) continue;
    // Multicast isn't tracked, so what comes before the rules is passed over: Open vSwitch counts
    // every step of every copy.
    const bool ruled = context.get(guards_.of, name).to_lport;
    const std::uint8_t first =
        ruled ? stages_.egress_from(context, model::stage::kOutAcl.id) : table::kDeliver;
    out.all.push_back({port->key, first, ruled});
    if (port->unknown) out.unknown.push_back({port->key, table::kOutput});
  }
  std::sort(out.all.begin(), out.all.end());
  std::sort(out.unknown.begin(), out.unknown.end());
  return out;
}

void NetworkFlows::replicate(Context& context, const Uuid& datapath, const LocalNetwork& network,
                             std::uint8_t table, std::vector<Copy> copies) {
  if (network.uplink) copies.push_back({network.uplink->key, table::kOutput});
  std::uint32_t part = 0;
  std::size_t next = 0;
  do {
    std::size_t end = std::min(copies.size(), next + kCopiesPerFlow);
    Actions actions;
    for (; next < end; ++next) {
      const Copy& copy = copies[next];
      actions.set_reg(field::kOutportRegister, copy.key);
      if (copy.ruled) actions.load(field::kFlagAcl, field::kFlags);
      actions.resubmit(copy.table);
    }
    if (next < copies.size()) {
      actions.set_reg(field::kOutportRegister, 0)
          .set_reg(field::kPartRegister, part + 1)
          .resubmit(table);
    }
    // An outport of 0 tells a destination that is still unknown from a learnt one.
    Match match;
    match.metadata(network.key).reg(field::kPartRegister, part);
    if (table == table::kUnknown) match.reg(field::kOutportRegister, 0);
    context.emit(outputs_.flows, FlowKey{table, 100, match}, FlowBody{actions, datapath});
    ++part;
  } while (next < copies.size());
}

void NetworkFlows::from_wire(Context& context, const LocalNetwork& network) {
  const LocalUplink& uplink = *network.uplink;
  auto enter = [&](Actions first) {
    first.set_field(Field::kMetadata, network.key)
        .set_reg(field::kInportRegister, uplink.key)
        .load(1, field::kNoUplink)
        .resubmit(stages_.ingress_from(context, 0));
    return FlowBody{std::move(first), uplink.row};
  };
  auto in = [&] { return Match().in_port(uplink.ofport); };
  Actions strip;
  strip.move(Subfield(Field::kVlanTci, 13, 3), field::kPcp).pop_vlan();
  auto add = [&](std::uint16_t priority, Match match, Actions first) {
    context.emit(outputs_.flows, FlowKey{table::kClassify, priority, std::move(match)},
                 enter(std::move(first)));
  };
  if (uplink.tag) {
    add(100, in().vlan(*uplink.tag), strip);
  } else if (uplink.vlan_passthru) {
    add(90, in(), {});
  } else {
    add(100, in().no_vlan(), {});
    add(100, in().vlan(0), strip);
  }
}

void NetworkFlows::to_wire(Context& context, const LocalNetwork& network) {
  const LocalUplink& uplink = *network.uplink;
  auto out = [&] { return Match().metadata(network.key).reg(field::kOutportRegister, uplink.key); };
  auto add = [&](std::uint8_t table, std::uint16_t priority, Match match, Actions actions) {
    context.emit(outputs_.flows, FlowKey{table, priority, std::move(match)},
                 FlowBody{std::move(actions), uplink.row});
  };
  // What came from the wire never goes back, and no egress stage is about the uplink.
  add(table::kOutput, 100, out().bits(field::kNoUplink, 0), Actions().resubmit(table::kDeliver));
  add(table::kOutput, 90, out(), {});
  Actions tagged;
  tagged.push_vlan(uplink.ethertype)
      .set_vlan_vid(uplink.tag.value_or(0))
      .move(field::kPcp, Subfield(Field::kVlanTci, 13, 3))
      .output(uplink.ofport)
      .pop_vlan();
  // On a flat network a frame gets a tag only to bear the priority that it came with.
  if (uplink.tag) {
    add(table::kDeliver, 100, out(), tagged);
  } else {
    add(table::kDeliver, 100, out().bits(field::kPcp, 0), Actions().output(uplink.ofport));
    add(table::kDeliver, 90, out(), tagged);
  }
}

void NetworkFlows::learn_from_wire(Context& context, const LocalNetwork& network) {
  std::uint64_t cookie = learn_cookie(network.uplink->row);
  Match match;
  match.metadata(network.key).reg(field::kInportRegister, network.uplink->key);
  Actions actions = learn_source(cookie);
  actions.resubmit(stages_.ingress_from(context, model::stage::kInLearn.id + 1));
  context.emit(outputs_.flows, FlowKey{table::kLearn, 100, match},
               FlowBody{actions, network.uplink->row});
  context.emit(outputs_.learners, cookie, Present{});
}

}  // namespace mooring::controller
