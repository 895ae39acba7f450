// What northd says back about a port: whether it is up, and whether its network reaches it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/memo.h"
#include "engine/relation.h"
#include "northd/chassis.h"
#include "northd/inputs.h"
#include "northd/networks.h"
#include "northd/outputs.h"
#include "northd/ports.h"
#include "northd/uplinks.h"

namespace mooring::northd {

class PortStates {
 public:
  PortStates(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Ports& ports,
             Networks& networks, Uplinks& uplinks, ChassisView& chassis);
  ~PortStates();

  // By switch: the names of the ports that are bound where no uplink is.
  engine::Relation<Uuid, std::string> without_uplink;

 private:
  // A chassis that none of a provider network's uplinks reaches, and which they are.
  struct Lack {
    std::string chassis;
    std::vector<std::string> networks;
    friend bool operator==(const Lack&, const Lack&) = default;
  };

  engine::Nothing derive(engine::Context& context, const Uuid& uuid);
  void check_uplink(engine::Context& context, const Uuid& uuid, const Port& port,
                    const Uuid& chassis);
  std::optional<Lack> lack_of(engine::Context& context, const Uuid& on, const Uuid& chassis);

  Inputs& inputs_;
  Outputs& outputs_;
  Ports& ports_;
  Networks& networks_;
  Uplinks& uplinks_;
  ChassisView& chassis_;
  engine::Memo<std::pair<Uuid, Uuid>, std::optional<Lack>> lack_;  // by switch and chassis
  engine::Memo<Uuid, engine::Nothing> state_;
};

}  // namespace mooring::northd
