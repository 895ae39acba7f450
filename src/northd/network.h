// One model for both kinds of switch: a Physical_Switch, and a Logical_Switch with its localnet
// ports, are networks with uplinks.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/uuid.h"

namespace mooring::northd {

enum class SwitchKind { kPhysical, kLogical };

// The northbound table of a kind, and the southbound Datapath_Binding.kind.
std::string_view table_of(SwitchKind kind);
std::string_view word_of(SwitchKind kind);

// A VLAN of a physical network; tag 0 is the untagged one.
using Vlan = std::pair<std::string, std::int64_t>;

// One way out of a network, as its author asks for it.
struct UplinkSpec {
  std::string name;  // the logical port: of the localnet port, or the Physical_Switch's name
  Uuid port;         // of the localnet Logical_Switch_Port; nil for a Physical_Switch
  std::string physical_network;
  std::int64_t tag = 0;   // 1 to 4094; 0: untagged
  std::string ethertype;  // "802.1q" or "802.1ad"
  bool vlan_passthru = false;
  bool learn_fdb = false;
  Vlan vlan() const { return {physical_network, tag}; }
  friend auto operator<=>(const UplinkSpec&, const UplinkSpec&) = default;
};

struct Network {
  SwitchKind kind = SwitchKind::kPhysical;
  std::string name;
  std::string name2;                          // a second name that the CMS gave
  bool provider = false;                      // an uplink was asked for, be it valid or not
  std::vector<UplinkSpec> uplinks;            // the valid ones, in the order of their names
  std::optional<std::int64_t> requested_key;  // of the datapath
  friend auto operator<=>(const Network&, const Network&) = default;
};

}  // namespace mooring::northd
