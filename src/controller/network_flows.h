// The flows of one local network: its members, and the way to and from the wire.
#pragma once

#include <cstdint>
#include <vector>

#include "controller/claims.h"
#include "controller/guards.h"
#include "controller/networks.h"
#include "controller/outputs.h"
#include "controller/stages.h"
#include "engine/memo.h"

namespace mooring::controller {

class NetworkFlows {
 public:
  NetworkFlows(engine::Graph& graph, Outputs& outputs, Claims& claims, Networks& networks,
               Guards& guards, Stages& stages);
  ~NetworkFlows();

 private:
  // Who gets a copy, and where the copy goes from here.
  struct Copy {
    std::uint32_t key = 0;
    std::uint8_t table = 0;
    bool ruled = false;  // the rules are asked about it at once
    friend auto operator<=>(const Copy&, const Copy&) = default;
  };
  // What the members of a network are to a packet that more than one may get.
  struct Members {
    std::vector<Copy> all;      // of broadcast and multicast
    std::vector<Copy> unknown;  // of what is for destinations that nobody has
  };
  engine::Nothing derive(engine::Context& context, const Uuid& datapath);
  engine::Nothing derive_fixed(engine::Context& context);
  Members members(engine::Context& context, const Uuid& datapath);
  // Flows in `table` that give a packet to each of keys and, last, to the uplink.
  void replicate(engine::Context& context, const Uuid& datapath, const LocalNetwork& network,
                 std::uint8_t table, std::vector<Copy> copies);
  void from_wire(engine::Context& context, const LocalNetwork& network);
  void to_wire(engine::Context& context, const LocalNetwork& network);
  void learn_from_wire(engine::Context& context, const LocalNetwork& network);

  Outputs& outputs_;
  Claims& claims_;
  Networks& networks_;
  Guards& guards_;
  Stages& stages_;
  engine::Memo<Uuid, engine::Nothing> network_;
  engine::Memo<int, engine::Nothing> fixed_;
};

}  // namespace mooring::controller
