// What a port may send from and be sent to: Logical_Switch_Port.port_security (ovn-nb(5)).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/result.h"

namespace mooring::model {

// The Ethernet addresses whose first `length` bits are those of mac; the other bits of mac are 0.
struct MacPrefix {
  Mac mac;
  std::uint8_t length = 48;
  Mac mask() const { return Mac(~0ULL << (48 - length)); }
  friend auto operator<=>(const MacPrefix&, const MacPrefix&) = default;
};

// One element: "MAC [IP[/LEN]]...", or "VRRPv3 MAC [VMAC[/LEN]]... [IP[/LEN]]...".
//
// A prefix whose host bits are zero stands for all its addresses. Other host bits name one address,
// and the prefix says how large its subnet is.
struct SecurityEntry {
  Mac mac;
  // Of a virtual router (RFC 5798 section 7.3), by family; then it is these that traffic comes from
  // and goes to, while mac only bears ARP and neighbour discovery about them. One of the two isn't
  // empty if and only if the element began with VRRPv3.
  std::vector<MacPrefix> virtual4;
  std::vector<MacPrefix> virtual6;
  // With neither, any address of either family may be used; with one, the other family not at all.
  std::vector<Ip4Prefix> ip4;
  std::vector<Ip6Prefix> ip6;

  bool is_virtual() const { return !virtual4.empty() || !virtual6.empty(); }
  bool any_address() const { return ip4.empty() && ip6.empty(); }
  bool allows_ip4() const { return any_address() || !ip4.empty(); }
  bool allows_ip6() const { return any_address() || !ip6.empty(); }

  // Blanks and commas separate; an IP's length may be a mask (255.255.255.0). Error: which word is
  // wrong, and what would be right.
  static Result<SecurityEntry> parse(std::string_view element);
  friend bool operator==(const SecurityEntry&, const SecurityEntry&) = default;
};

// The entries that mean the same together: one for each MAC that isn't a virtual router's, in order
// of MACs, then those of virtual routers in the order given. Addresses are sorted and there once.
std::vector<SecurityEntry> merged(std::vector<SecurityEntry> entries);

// Whether the prefix stands for all its addresses rather than for the one it names.
bool is_subnet(const Ip4Prefix& prefix);
bool is_subnet(const Ip6Prefix& prefix);

}  // namespace mooring::model
