// What show, status and doctor say, as values: the networks, their ports, the chassis and the
// findings, put together from both databases.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/containers.h"
#include "base/uuid.h"
#include "cli/draft.h"

namespace mooring::cli {

// A row of Diagnostic.
struct Finding {
  std::string severity;
  std::string code;
  std::string table;
  std::optional<Uuid> row;
  std::string name;
  std::string chassis;  // "" where none is concerned
  std::string message;
  std::int64_t since_ms = 0;  // since the epoch
};

// Errors before warnings before the rest, then the older first.
std::vector<Finding> all_findings(const Draft& nb);

struct PortSurvey {
  RowId id;
  std::string name;
  std::string type;
  std::vector<std::string> addresses;
  std::string parent;
  std::optional<std::int64_t> tag;
  bool enabled = true;
  bool up = false;
  std::vector<std::string> chassis;  // where it is bound, the main one first
  std::string why_down;              // "" when up
  bool is_uplink() const { return type == "localnet"; }
};

// One way from a switch to a physical network.
struct Segment {
  std::string physical_network;
  std::optional<std::int64_t> tag;
  friend auto operator<=>(const Segment&, const Segment&) = default;
};

struct NetworkSurvey {
  RowId id;
  std::string name;
  std::string type;               // flat, vlan, or overlay without a segment
  std::vector<Segment> segments;  // several for a switch with several localnet ports
  std::vector<PortSurvey> ports;  // by name
  std::int64_t chassis_mapped = 0;
  std::vector<Finding> findings;  // on the network itself
  // Uplinks aside.
  std::size_t port_count() const;
  std::size_t ports_up() const;
  std::size_t ports_on(const std::string& chassis) const;
};

struct ChassisSurvey {
  std::string name;
  std::string hostname;
  std::int64_t nb_cfg = 0;
  Map<std::string, std::string> bridge_of;  // by physical network
};

// "VLAN 101 on physnet1", "flat on physnet1", "overlay".
std::string describe(const NetworkSurvey& network);

// A segment's state on a chassis: "ok", "unmapped", or the code of what was found there.
std::string uplink_state(const ChassisSurvey& chassis, const Segment& segment,
                         const std::vector<Finding>& findings);

// The given switches in their order. sb may be null: then chassis stay unknown.
std::vector<NetworkSurvey> survey_networks(const Draft& nb, const Draft* sb,
                                           const std::vector<RowId>& networks);
// By name.
std::vector<ChassisSurvey> survey_chassis(const Draft& sb);

// "2026-11-22 14:03:08Z".
std::string utc_text(std::int64_t ms_since_epoch);
// "42 s", "5 min", "3 h", "12 d".
std::string duration_text(std::int64_t ms);

}  // namespace mooring::cli
