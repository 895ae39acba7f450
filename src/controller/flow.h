// Flows as the derivations yield them.
#pragma once

#include <compare>
#include <cstdint>

#include "base/uuid.h"
#include "openflow/flow.h"

namespace mooring::controller {

using openflow::FlowKey;

// What a flow does and whose it is. Two derivations may yield a flow with the same key; the switch
// has room for one, and the lesser body serves.
struct FlowBody {
  openflow::Actions actions;
  Uuid origin;  // the southbound row that asked for it
  // The origin's first 32 bits, so that a flow in a dump leads to its row.
  std::uint64_t cookie() const { return origin.high() >> 32; }
  friend auto operator<=>(const FlowBody&, const FlowBody&) = default;
};

}  // namespace mooring::controller
