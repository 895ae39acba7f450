// What northd wants the databases to say: the elements of the relations that reconcilers read, each
// under the natural key of its row.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "base/containers.h"
#include "base/hash.h"
#include "base/uuid.h"
#include "northd/network.h"

namespace mooring::northd {

// The element of a relation that is a set of keys.
struct Present {
  friend auto operator<=>(const Present&, const Present&) = default;
};

using Words = Map<std::string, std::string>;

// A Datapath_Binding, by the UUID of its switch.
struct DesiredDatapath {
  SwitchKind kind = SwitchKind::kPhysical;
  std::string name;
  std::string name2;             // "": none
  bool provider = false;         // it is meant to have an uplink, whether or not it gets one
  std::string physical_network;  // of the first valid uplink; "": none
  std::int64_t tag = 0;          // of the same; 0: untagged
  std::optional<std::int64_t> requested_key;
  friend auto operator<=>(const DesiredDatapath&, const DesiredDatapath&) = default;
};

// A Port_Binding, by logical_port. Most of it is the port's own row, and isn't kept once more.
struct DesiredBinding {
  Uuid port;               // the Logical_Switch_Port
  Uuid contents;           // the fingerprint of what is copied from it
  Uuid on;                 // its switch
  Uuid requested_chassis;  // nil: none
  Set<std::string> port_groups;
  friend bool operator==(const DesiredBinding&, const DesiredBinding&) = default;
  friend std::strong_ordering operator<=>(const DesiredBinding&, const DesiredBinding&) = default;
};

// An Uplink, by logical_port.
struct DesiredUplink {
  Uuid on;                  // its switch
  bool shares_key = false;  // with the Port_Binding of the same logical_port
  std::string physical_network;
  std::int64_t tag = 0;  // 0: untagged
  std::string ethertype;
  bool vlan_passthru = false;
  bool learn_fdb = false;
  friend auto operator<=>(const DesiredUplink&, const DesiredUplink&) = default;
};

// A Pipeline row. All of it is its key.
struct PipelineRow {
  std::string kind;  // of the datapaths that run it
  std::string pipeline;
  std::int64_t table_id = 0;
  std::string stage;
  std::int64_t priority = 0;
  std::string match;
  std::string actions;
  std::optional<Uuid> datapath;  // the southbound row; the program of a kind has none
  std::string port_group;
  std::optional<Uuid> acl;  // the rule it was made from
  bool stateful = false;
  friend auto operator<=>(const PipelineRow&, const PipelineRow&) = default;
};

// An element of an Address_Set, by the set's name. The empty one, which is the first, says that
// the set is there.
struct DesiredAddress {
  std::string text;
  friend auto operator<=>(const DesiredAddress&, const DesiredAddress&) = default;
};

// A Meter with its bands, by name.
struct DesiredMeter {
  struct Band {
    std::string action;
    std::int64_t rate = 0;
    std::int64_t burst = 0;
    friend auto operator<=>(const Band&, const Band&) = default;
  };
  std::string unit;
  Set<Band> bands;
  friend bool operator==(const DesiredMeter&, const DesiredMeter&) = default;
  friend std::strong_ordering operator<=>(const DesiredMeter&, const DesiredMeter&) = default;
};

// SB_Global, under key 0.
struct DesiredGlobal {
  std::int64_t nb_cfg = 0;
  bool ipsec = false;
  Words options;
  friend bool operator==(const DesiredGlobal&, const DesiredGlobal&) = default;
  friend std::strong_ordering operator<=>(const DesiredGlobal&, const DesiredGlobal&) = default;
};

// What the southbound database has, in NB_Global, under key 0.
struct SouthboundProgress {
  std::int64_t sb_cfg = 0;
  friend auto operator<=>(const SouthboundProgress&, const SouthboundProgress&) = default;
};

// How far the hypervisors are, likewise.
struct HypervisorProgress {
  std::int64_t hv_cfg = 0;
  std::int64_t hv_cfg_timestamp = 0;  // ms since the epoch; 0: unknown
  friend auto operator<=>(const HypervisorProgress&, const HypervisorProgress&) = default;
};

// What northd says in a Logical_Switch_Port, by its UUID.
struct PortState {
  std::optional<bool> up;
  SwitchKind kind = SwitchKind::kLogical;
  Uuid on;               // its switch; nil: none
  std::int64_t tag = 0;  // 0: left to its author
  friend auto operator<=>(const PortState&, const PortState&) = default;
};

// What northd says in a switch, by its UUID.
struct SwitchState {
  std::int64_t chassis_mapped = 0;
  Set<std::string> ports_without_uplink;
  friend bool operator==(const SwitchState&, const SwitchState&) = default;
  friend std::strong_ordering operator<=>(const SwitchState&, const SwitchState&) = default;
};

}  // namespace mooring::northd

template <>
struct mooring::Hash<mooring::northd::PipelineRow> {
  std::size_t operator()(const mooring::northd::PipelineRow& row) const {
    using Parts = std::tuple<std::string_view, std::int64_t, std::int64_t, std::string_view,
                             std::string_view, mooring::Uuid>;
    return mooring::Hash<Parts>{}({row.pipeline, row.table_id, row.priority, row.match, row.actions,
                                   row.acl.value_or(mooring::Uuid())});
  }
};
