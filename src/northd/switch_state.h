// What northd says back about a switch: how many chassis map its networks, and which of its ports
// have no uplink.
#pragma once

#include "engine/memo.h"
#include "northd/chassis.h"
#include "northd/networks.h"
#include "northd/outputs.h"
#include "northd/port_state.h"

namespace mooring::northd {

class SwitchStates {
 public:
  SwitchStates(engine::Graph& graph, Outputs& outputs, Networks& networks, ChassisView& chassis,
               PortStates& ports);
  ~SwitchStates();

 private:
  engine::Nothing derive(engine::Context& context, const Uuid& uuid);
  std::int64_t count(engine::Context& context, const Network& network);

  Outputs& outputs_;
  Networks& networks_;
  ChassisView& chassis_;
  PortStates& ports_;
  engine::Memo<Uuid, engine::Nothing> state_;
};

}  // namespace mooring::northd
