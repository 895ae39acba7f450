// Derivations from the local Open_vSwitch database: settings, mapped bridges, plugged interfaces.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "controller/inputs.h"
#include "controller/local_config.h"
#include "controller/outputs.h"
#include "engine/memo.h"
#include "engine/relation.h"

namespace mooring::controller {

// An interface on the integration bridge that bears an iface-id and has an OpenFlow port.
struct Attached {
  Uuid interface;
  std::string name;
  std::uint32_t ofport = 0;
  bool installed = false;  // marked ovn-installed: it had its flows here before
  friend auto operator<=>(const Attached&, const Attached&) = default;
};

// What the mapping leads to for one physical network.
struct MappedBridge {
  std::string bridge;   // "" when the network isn't mapped
  bool exists = false;  // the bridge is there
  friend bool operator==(const MappedBridge&, const MappedBridge&) = default;
};

// Who this chassis is, apart from what its databases say.
struct Identity {
  std::string system_id;  // from the command line or a file; "" to read it from the database
  std::string hostname;
};

class Configuration {
 public:
  Configuration(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Identity identity);
  ~Configuration();

  engine::Relation<std::string, Attached> attached;  // by iface-id
  // Under 0, the only key.
  engine::Memo<int, LocalConfig> local;
  engine::Memo<std::string, MappedBridge> mapped;  // by physical network
  // The OpenFlow port of an interface that stands on the integration bridge, by name; 0 when there
  // is none.
  engine::Memo<std::string, std::uint32_t> ofport_of;

 private:
  LocalConfig read_config(engine::Context& context) const;
  MappedBridge map_network(engine::Context& context, const std::string& network);
  std::uint32_t find_ofport(engine::Context& context, const std::string& name);
  bool on_integration_bridge(engine::Context& context, const Uuid& interface);
  engine::Nothing attach(engine::Context& context, const Uuid& interface);
  engine::Nothing check_mappings(engine::Context& context);
  void check_uplink(engine::Context& context, const std::string& network,
                    const std::string& bridge);

  Inputs& inputs_;
  Outputs& outputs_;
  Identity identity_;
  engine::Memo<Uuid, engine::Nothing> attachment_;
  engine::Memo<int, engine::Nothing> findings_;
};

}  // namespace mooring::controller
