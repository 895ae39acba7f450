// Which logical ports live on this chassis.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/configuration.h"
#include "controller/inputs.h"
#include "controller/outputs.h"
#include "engine/memo.h"
#include "engine/relation.h"
#include "model/lsp_address.h"
#include "model/port_security.h"

namespace mooring::controller {

// A port whose interface is plugged here and whose binding this chassis may hold.
struct LocalPort {
  std::string name;
  Uuid binding;
  Uuid datapath;
  Uuid interface;
  std::uint32_t key = 0;     // tunnel key in its datapath, 1-32767
  std::uint32_t ofport = 0;  // on the integration bridge
  bool localport = false;    // type localport: on every chassis, never sends to the wire
  bool enabled = true;
  bool unknown = false;     // takes traffic to addresses that nobody has
  bool secured = false;     // port security is on: security is all it may use
  bool announced = true;    // its arrival is told to the physical network
  bool installed = false;   // it had its flows here before
  Set<std::string> groups;  // the port groups it is in
  std::vector<model::LspAddress> addresses;
  std::vector<model::SecurityEntry> security;  // merged
  friend bool operator==(const LocalPort&, const LocalPort&) = default;
};

class Claims {
 public:
  Claims(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Configuration& configuration);
  ~Claims();

  // The names of the local ports of a datapath.
  engine::Relation<Uuid, std::string> ports_of;
  // The names of all local ports.
  engine::Relation<std::string, Present> names;
  // By iface-id; nullopt when its port doesn't live here.
  engine::Memo<std::string, std::optional<LocalPort>> port;

 private:
  std::optional<LocalPort> claim(engine::Context& context, const std::string& iface_id);
  bool may_hold(engine::Context& context, const sb::PortBinding::View& row, const Uuid& self,
                const Attached& attached);
  engine::Nothing want_own_ports(engine::Context& context);
  std::optional<Uuid> own_chassis(engine::Context& context);
  void report_twice(engine::Context& context, const sb::PortBinding::View& row, const Uuid& other);

  Inputs& inputs_;
  Outputs& outputs_;
  Configuration& configuration_;
  engine::Memo<int, engine::Nothing> own_ports_;
};

}  // namespace mooring::controller
