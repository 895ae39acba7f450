// Switches as Datapath_Bindings.
#pragma once

#include "engine/memo.h"
#include "northd/networks.h"
#include "northd/outputs.h"

namespace mooring::northd {

class Datapaths {
 public:
  Datapaths(engine::Graph& graph, Outputs& outputs, Networks& networks);
  ~Datapaths();

 private:
  engine::Memo<Uuid, engine::Nothing> datapath_;
};

}  // namespace mooring::northd
