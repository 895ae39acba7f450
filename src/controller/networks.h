// The networks that local ports need, and the way out to each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "controller/claims.h"
#include "controller/configuration.h"
#include "controller/inputs.h"
#include "controller/outputs.h"
#include "engine/memo.h"

namespace mooring::controller {

// Where a network meets the physical one on this chassis.
struct LocalUplink {
  Uuid row;
  std::uint32_t key = 0;  // tunnel key in its datapath
  std::string port;       // its logical port
  std::string network;
  std::string bridge;
  std::optional<std::uint16_t> tag;  // VID 1-4094
  std::uint16_t ethertype = 0x8100;  // of the tag
  bool vlan_passthru = false;
  bool learn_fdb = false;
  std::uint32_t ofport = 0;  // of the patch port on the integration bridge; 0 until it is there
  friend bool operator==(const LocalUplink&, const LocalUplink&) = default;
};

struct LocalNetwork {
  std::uint32_t key = 0;  // tunnel key, 1 to 2^24-1
  bool provider = false;  // it is meant to have an uplink, whether or not one serves here
  std::optional<LocalUplink> uplink;
  // Ports of it may call themselves up: what they send leaves the chassis if it should.
  bool reachable() const { return !provider || (uplink && uplink->ofport != 0); }
  friend bool operator==(const LocalNetwork&, const LocalNetwork&) = default;
};

class Networks {
 public:
  Networks(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Configuration& configuration,
           Claims& claims);
  ~Networks();

  // By Datapath_Binding; nullopt until its row is here.
  engine::Memo<Uuid, std::optional<LocalNetwork>> network;

 private:
  std::optional<LocalNetwork> derive(engine::Context& context, const Uuid& datapath);
  std::optional<LocalUplink> choose(engine::Context& context, const Uuid& datapath);
  std::optional<LocalUplink> resolve(engine::Context& context, const sb::Uplink::View& row);
  void attach(engine::Context& context, LocalUplink& uplink);

  Inputs& inputs_;
  Outputs& outputs_;
  Configuration& configuration_;
};

}  // namespace mooring::controller
