// Why a port's packets are refused by its port security, and how often that happened.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "controller/flow.h"
#include "engine/relation.h"
#include "openflow/flow.h"

namespace mooring::controller {

// The values stand in field::kRefusalRegister.
enum class Refusal : std::uint8_t {
  kMac = 1,     // from a MAC that isn't the port's
  kIp4,         // from an IPv4 address that isn't the MAC's
  kIp6,         // from an IPv6 address that isn't
  kArp,         // ARP or RARP about another's addresses
  kNd,          // neighbour discovery about another's, or of a router
  kDhcpServer,  // what only a DHCP server sends
  kVlanTag,     // with a tag, on a network that isn't transparent
  kNotForPort,  // sent to the port, and not meant for its addresses
};

// "foreign-mac".
std::string_view to_string(Refusal reason);

// What a flow counts that drops: a port's packets, for a reason.
struct RefusedAt {
  std::string port;
  Refusal reason;
  friend auto operator<=>(const RefusedAt&, const RefusedAt&) = default;
};

// For each port, each reason with the number of packets, as text; of one port unless name is "".
// Error: no port of that name can be refused anything here.
Result<std::string> show_refusals(const engine::Relation<FlowKey, RefusedAt>& refusals,
                                  const std::vector<openflow::FlowStats>& flows,
                                  const std::string& name);

}  // namespace mooring::controller
