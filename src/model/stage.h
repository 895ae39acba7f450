// The stages of a switch's logical pipeline: what northd writes and controllers lower.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mooring::model {

enum class PipelineKind { kIngress, kEgress };

// A stage's place in its pipeline is the southbound Pipeline.table_id.
struct Stage {
  PipelineKind pipeline;
  std::uint8_t id;
  std::string_view name;
};

// Gaps are left where security stages go.
namespace stage {
inline constexpr Stage kInAdmission{PipelineKind::kIngress, 0, "ls_in_admission"};
inline constexpr Stage kInPortSecurity{PipelineKind::kIngress, 1, "ls_in_port_security"};
inline constexpr Stage kInLearn{PipelineKind::kIngress, 2, "ls_in_learn"};
inline constexpr Stage kInNeighbour{PipelineKind::kIngress, 12, "ls_in_neighbour"};
inline constexpr Stage kInLookup{PipelineKind::kIngress, 15, "ls_in_l2_lookup"};
inline constexpr Stage kOutDeliver{PipelineKind::kEgress, 15, "ls_out_deliver"};
}  // namespace stage

inline constexpr std::string_view to_string(PipelineKind kind) {
  return kind == PipelineKind::kIngress ? "ingress" : "egress";
}

// Functions that the program's actions call; each is a lookup table of the controller's. Every one
// ends the stage it is called in: where its table has nothing to say, the packet goes on to the
// next stage, except for lookup_l2, after which there is none.
namespace function {
// Remembers the source of a packet from a port that takes unknown addresses.
inline constexpr std::string_view kLearn = "learn_fdb";
// Answers ARP requests and neighbour solicitations of a local port for another local port.
inline constexpr std::string_view kAnswerNeighbour = "answer_neighbour";
// Sends the packet to the port that has its destination, to all members, or to the uplink.
inline constexpr std::string_view kLookup = "lookup_l2";
}  // namespace function

}  // namespace mooring::model
