// An address that two ports of a switch have.
#pragma once

#include "engine/memo.h"
#include "northd/outputs.h"
#include "northd/ports.h"

namespace mooring::northd {

class DuplicateAddress {
 public:
  DuplicateAddress(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Ports& ports);
  ~DuplicateAddress();

 private:
  engine::Memo<Uuid, engine::Nothing> check_;
};

}  // namespace mooring::northd
