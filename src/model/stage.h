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

// Rules are looked up by tier: the first tier with one that applies decides.
inline constexpr std::uint8_t kAclTiers = 4;

namespace stage {
inline constexpr Stage kInAdmission{PipelineKind::kIngress, 0, "ls_in_admission"};
inline constexpr Stage kInLearn{PipelineKind::kIngress, 2, "ls_in_learn"};
inline constexpr Stage kInAclStateless{PipelineKind::kIngress, 3, "ls_in_acl_stateless"};
inline constexpr Stage kInPreAcl{PipelineKind::kIngress, 4, "ls_in_pre_acl"};
inline constexpr Stage kInAclState{PipelineKind::kIngress, 5, "ls_in_acl_state"};
inline constexpr Stage kInAcl{PipelineKind::kIngress, 6, "ls_in_acl"};  // to 9, by tier
inline constexpr Stage kInAclAction{PipelineKind::kIngress, 10, "ls_in_acl_action"};
inline constexpr Stage kInNeighbour{PipelineKind::kIngress, 12, "ls_in_neighbour"};
inline constexpr Stage kInLookup{PipelineKind::kIngress, 15, "ls_in_l2_lookup"};
inline constexpr Stage kOutAclStateless{PipelineKind::kEgress, 0, "ls_out_acl_stateless"};
inline constexpr Stage kOutPreAcl{PipelineKind::kEgress, 1, "ls_out_pre_acl"};
inline constexpr Stage kOutAclState{PipelineKind::kEgress, 2, "ls_out_acl_state"};
inline constexpr Stage kOutAcl{PipelineKind::kEgress, 3, "ls_out_acl"};  // to 6, by tier
inline constexpr Stage kOutAclAction{PipelineKind::kEgress, 7, "ls_out_acl_action"};
inline constexpr Stage kOutDeliver{PipelineKind::kEgress, 15, "ls_out_deliver"};
}  // namespace stage

inline constexpr std::string_view to_string(PipelineKind kind) {
  return kind == PipelineKind::kIngress ? "ingress" : "egress";
}

// What flags.verdict holds after the rules.
namespace verdict {
inline constexpr int kNone = 0;
inline constexpr int kAllow = 1;
inline constexpr int kDrop = 2;
inline constexpr int kReject = 3;
}  // namespace verdict

// The Pipeline.kind of the rows that every switch runs, and of those of one scope.
inline constexpr std::string_view kSwitchProgram = "switch";
inline constexpr std::string_view kAclRow = "acl";

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
// Answers the sender that its packet was refused.
inline constexpr std::string_view kReject = "reject";
// Tells the log of a packet: log(name="x", severity=info, verdict=allow, ...). The packet goes on.
inline constexpr std::string_view kLog = "log";
}  // namespace function

}  // namespace mooring::model
