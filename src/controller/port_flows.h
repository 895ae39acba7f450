// The flows of one local port: in from its interface, lookup of its addresses, out to it.
#pragma once

#include <string>

#include "controller/claims.h"
#include "controller/guards.h"
#include "controller/networks.h"
#include "controller/outputs.h"
#include "controller/stages.h"
#include "engine/memo.h"

namespace mooring::controller {

// The cookie of flows that the switch learns from a port: made of the UUID of its Port_Binding or
// Uplink, so that a port which comes after with the same keys doesn't inherit them.
std::uint64_t learn_cookie(const Uuid& row);
// The learn action for sources behind a port, whose key is in the inport register: 300 s after the
// last packet from a source it is forgotten.
openflow::Actions learn_source(std::uint64_t cookie);

class PortFlows {
 public:
  PortFlows(engine::Graph& graph, Outputs& outputs, Claims& claims, Networks& networks,
            Guards& guards, Stages& stages);
  ~PortFlows();

 private:
  struct Place {
    const LocalPort& port;
    const LocalNetwork& network;
    const Guard& guard;
  };
  engine::Nothing derive(engine::Context& context, const std::string& name);
  void classify(engine::Context& context, const Place& place);
  // Loads what the stages ask of a port.
  void load_flags(openflow::Actions& actions, const Place& place) const;
  void to_rules(engine::Context& context, const Place& place);
  void look_up(engine::Context& context, const Place& place);
  void learn(engine::Context& context, const Place& place);
  void deliver(engine::Context& context, const Place& place);
  void announce(engine::Context& context, const Place& place);

  Outputs& outputs_;
  Claims& claims_;
  Networks& networks_;
  Guards& guards_;
  Stages& stages_;
  engine::Memo<std::string, engine::Nothing> port_;
};

}  // namespace mooring::controller
