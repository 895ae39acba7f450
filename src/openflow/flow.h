// Flows, groups and meters as values.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "openflow/actions.h"
#include "openflow/match.h"

namespace mooring::openflow {

// Flow::flags (OpenFlow 1.5.1 section 7.3.4.2).
namespace flow_flag {
inline constexpr std::uint16_t kSendFlowRemoved = 1, kCheckOverlap = 2, kResetCounts = 4,
                               kNoPacketCounts = 8, kNoByteCounts = 16;
}  // namespace flow_flag

// What makes a flow this flow and no other.
struct FlowKey {
  std::uint8_t table = 0;
  std::uint16_t priority = 0x8000;
  Match match{};
  std::string to_string() const;  // "table=1, priority=100,ip"
  friend bool operator==(const FlowKey&, const FlowKey&) = default;
  friend std::strong_ordering operator<=>(const FlowKey&, const FlowKey&) = default;
};

struct Flow {
  std::uint8_t table = 0;
  std::uint16_t priority = 0x8000;
  Match match{};
  Actions actions{};
  std::uint64_t cookie = 0;
  std::uint16_t idle_timeout = 0;  // seconds; 0: never
  std::uint16_t hard_timeout = 0;
  std::uint16_t flags = 0;
  std::uint16_t importance = 0;

  FlowKey key() const { return {table, priority, match}; }
  // As ovs-ofctl --no-stats dump-flows writes it, every part that has a default left out:
  // "cookie=0x1, table=1, priority=100,ip actions=drop".
  std::string to_string() const;
  friend bool operator==(const Flow&, const Flow&) = default;
};

struct FlowStats {
  Flow flow{};
  std::uint32_t duration_sec = 0;
  std::uint32_t idle_sec = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  // The flow has instructions that Flow can't say (write_actions, goto_table...): another's flow.
  bool foreign = false;
};

struct Bucket {
  std::uint32_t id = 0;      // unique in the group
  std::uint16_t weight = 1;  // select groups
  Actions actions{};
  friend bool operator==(const Bucket&, const Bucket&) = default;
};

struct Group {
  enum class Type : std::uint8_t { kAll = 0, kSelect = 1, kIndirect = 2, kFastFailover = 3 };
  std::uint32_t id = 0;  // to 0xffffff00
  Type type = Type::kAll;
  std::vector<Bucket> buckets{};
  // Select groups: "" for the switch's default (dp_hash), or "hash" / "dp_hash" (NTR selection
  // method), with the fields to hash, each with its bits.
  std::string selection_method{};
  Match selection_fields{};
  std::string to_string() const;  // as ovs-ofctl dump-groups writes it
  friend bool operator==(const Group&, const Group&) = default;
};

struct MeterBand {
  enum class Type : std::uint16_t { kDrop = 1, kDscpRemark = 2 };
  Type type = Type::kDrop;
  std::uint32_t rate = 0;
  std::uint32_t burst = 0;
  std::uint8_t precedence = 0;  // kDscpRemark
  friend bool operator==(const MeterBand&, const MeterBand&) = default;
};

// Meter::flags.
namespace meter_flag {
inline constexpr std::uint16_t kKbps = 1, kPktps = 2, kBurst = 4, kStats = 8;
}  // namespace meter_flag

struct Meter {
  std::uint32_t id = 0;
  std::uint16_t flags = meter_flag::kKbps;
  std::vector<MeterBand> bands{};
  std::string to_string() const;  // as ovs-ofctl dump-meters writes it
  friend bool operator==(const Meter&, const Meter&) = default;
};

}  // namespace mooring::openflow

template <>
struct std::hash<mooring::openflow::FlowKey> {
  std::size_t operator()(const mooring::openflow::FlowKey& key) const {
    return mooring::hash_mix(std::hash<mooring::openflow::Match>{}(key.match),
                             static_cast<std::size_t>(key.table) << 16 | key.priority);
  }
};
