// What the derivations of the controller yield, for those who carry it out.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "base/uuid.h"
#include "controller/announcement.h"
#include "controller/finding.h"
#include "controller/flow.h"
#include "controller/meter.h"
#include "controller/refusal.h"
#include "controller/wanted.h"
#include "engine/relation.h"

namespace mooring::controller {

// The strata of the graph (engine/graph.h).
namespace stratum {
inline constexpr int kLocal = 1;     // the local configuration and its interfaces
inline constexpr int kClaims = 2;    // which ports live here
inline constexpr int kNetworks = 3;  // the networks of those ports
inline constexpr int kRules = 4;     // rules, apart from who is in the sets and groups they name
inline constexpr int kMembers = 5;   // and those
inline constexpr int kFlows = 6;     // flows and what else the ports and networks yield
}  // namespace stratum

// One of the two ends of a connection between the integration bridge and a mapped one.
struct PatchPort {
  std::string bridge;    // the one it stands on
  std::string peer;      // the other end's name
  std::string localnet;  // the logical port it serves, for external_ids:ovn-localnet-port
  friend auto operator<=>(const PatchPort&, const PatchPort&) = default;
};

// A port that this chassis holds.
struct Claim {
  Uuid chassis;
  friend auto operator<=>(const Claim&, const Claim&) = default;
};

// A port whose flows are all derived and whose network is reachable: once they are in the switch it
// is up.
struct Ready {
  Uuid binding;
  Uuid interface;
  friend auto operator<=>(const Ready&, const Ready&) = default;
};

struct Outputs {
  explicit Outputs(engine::Graph& graph);
  ~Outputs();

  // How much has changed that nobody has taken up yet. Nothing after a turn; and nothing still when
  // everything is derived again from the start, or a derivation depends on what it doesn't read.
  std::size_t differences() const {
    return flows.differences() + learners.differences() + refusals.differences() +
           meters.differences() + patch_ports.differences() + claims.differences() +
           attempts.differences() + ready.differences() + wanted.differences() +
           zones.differences() + findings.differences() + announcements.differences();
  }
  // Takes up what has changed where those who carry it out look at the whole.
  void settle() {
    refusals.drain();
    patch_ports.drain();
    claims.drain();
    attempts.drain();
    ready.drain();
    zones.drain();
    findings.drain();
    announcements.drain();
  }

  engine::Relation<FlowKey, FlowBody> flows;
  // The cookies that flows made by the learn action may have.
  engine::Relation<std::uint64_t, Present> learners;
  // Those of the flows that drop what port security refuses.
  engine::Relation<FlowKey, RefusedAt> refusals;
  // By OpenFlow meter.
  engine::Relation<std::uint32_t, Meter> meters;
  engine::Relation<std::string, PatchPort> patch_ports;  // by name
  engine::Relation<Uuid, Claim> claims;                  // by Port_Binding
  engine::Relation<std::string, Present> attempts;       // ports to be claimed unseen
  engine::Relation<std::string, Ready> ready;            // by logical port
  engine::Relation<Wanted, Present> wanted;
  // The logical ports that have a connection tracking zone.
  engine::Relation<std::string, Present> zones;
  engine::Relation<FindingKey, Finding> findings;
  engine::Relation<std::string, Announcement> announcements;  // by logical port
};

}  // namespace mooring::controller
