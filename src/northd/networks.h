// Switches of both kinds as networks: which uplinks they ask for, and what is wrong with those.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "engine/memo.h"
#include "engine/relation.h"
#include "northd/inputs.h"
#include "northd/network.h"
#include "northd/outputs.h"
#include "northd/ports.h"

namespace mooring::northd {

class Networks {
 public:
  Networks(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Ports& ports);
  ~Networks();

  // By the UUID of the switch.
  engine::Relation<Uuid, Network> networks;
  // Who asks for a VLAN; who asks for a name of an uplink: first those to whom it belongs as the
  // name of a port (false), then Physical_Switches; who uses a physical network. UUIDs of switches.
  engine::Relation<Vlan, Uuid> vlan_claims;
  engine::Relation<std::string, std::pair<bool, Uuid>> name_claims;

 private:
  engine::Nothing physical(engine::Context& context, const Uuid& uuid);
  engine::Nothing logical(engine::Context& context, const Uuid& uuid);
  void add_localnet(engine::Context& context, const nb::LogicalSwitch::View& row, const Uuid& port,
                    Network& network);
  void finish(engine::Context& context, const Uuid& uuid, Network network);

  Inputs& inputs_;
  Outputs& outputs_;
  Ports& ports_;
  engine::Memo<Uuid, engine::Nothing> physical_;
  engine::Memo<Uuid, engine::Nothing> logical_;
};

}  // namespace mooring::northd
