// An address that two ports of a switch have. Addresses of one port cost nothing here.
#pragma once

#include "engine/memo.h"
#include "northd/outputs.h"
#include "northd/ports.h"

namespace mooring::northd {

class DuplicateAddress {
 public:
  DuplicateAddress(engine::Graph& graph, Outputs& outputs, Ports& ports);
  ~DuplicateAddress();

 private:
  engine::Nothing check(engine::Context& context, const AddressKey& key);

  Outputs& outputs_;
  Ports& ports_;
  engine::Memo<AddressKey, engine::Nothing> check_;
};

}  // namespace mooring::northd
