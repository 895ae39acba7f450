#include "controller/refusal.h"

#include <fmt/core.h>

#include <map>

namespace mooring::controller {

std::string_view to_string(Refusal reason) {
  switch (reason) {
    case Refusal::kMac:
      return "foreign-mac";
    case Refusal::kIp4:
      return "foreign-ipv4";
    case Refusal::kIp6:
      return "foreign-ipv6";
    case Refusal::kArp:
      return "arp";
    case Refusal::kNd:
      return "nd";
    case Refusal::kDhcpServer:
      return "dhcp-server";
    case Refusal::kVlanTag:
      return "vlan-tag";
    case Refusal::kNotForPort:
      return "not-for-port";
  }
  return "";
}

Result<std::string> show_refusals(const engine::Relation<FlowKey, RefusedAt>& refusals,
                                  const std::vector<openflow::FlowStats>& flows,
                                  const std::string& name) {
  std::map<RefusedAt, std::uint64_t> packets;
  refusals.for_each([&](const FlowKey&, const auto& elements) {
    for (const RefusedAt& at : elements) {
      if (name.empty() || at.port == name) packets[at];
    }
  });
  if (packets.empty() && !name.empty()) {
    return fail(fmt::format("no port \"{}\" is plugged and enabled here", name));
  }
  for (const openflow::FlowStats& stats : flows) {
    for (const RefusedAt& at : refusals.find(stats.flow.key())) {
      if (auto found = packets.find(at); found != packets.end()) found->second += stats.packets;
    }
  }
  std::string out;
  const std::string* port = nullptr;
  for (const auto& [at, count] : packets) {
    if (port == nullptr || *port != at.port) out += at.port + "\n";
    port = &at.port;
    out += fmt::format("  {:<13} {}\n", to_string(at.reason), count);
  }
  return out;
}

}  // namespace mooring::controller
