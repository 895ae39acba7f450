// Which bridge leads to which physical network on a chassis: "net:bridge,net:bridge".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/containers.h"

namespace mooring::model {

struct BridgeMappings {
  Map<std::string, std::string> bridge_of;  // by physical network
  // What was wrong with the entries that were skipped, in order.
  std::vector<std::string> errors;

  // Skips and reports an entry that isn't "network:bridge" or that maps a network to
  // another bridge than before; good entries stand beside bad ones.
  static BridgeMappings parse(std::string_view text);
  friend bool operator==(const BridgeMappings&, const BridgeMappings&) = default;
};

}  // namespace mooring::model
