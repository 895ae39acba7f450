// What the names in an expression mean to the one who lowers or evaluates it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/ast.h"

namespace mooring::expr {

// The value of inport or outport for a port. With a datapath, a test for the port tests the
// metadata field too: for keys that are unique only within their datapath.
struct PortKey {
  std::uint32_t key = 0;
  std::optional<std::uint64_t> datapath;
  friend auto operator<=>(const PortKey&, const PortKey&) = default;
};

// One member of an Address_Set: an address, prefix, MAC or integer; nullopt when it is none. Bits
// below a prefix's length are dropped.
std::optional<Constant> parse_member(std::string_view text);

// A member as a constant for field; nullopt when the field can't have it: an IPv6 address for
// ip4.src, a masked one for a field that takes no mask.
std::optional<Constant> member_for(const Field& field, const Constant& member);

// The members of an Address_Set, those that could be read.
struct AddressSet {
  std::vector<Constant> members;
  std::vector<std::string> malformed;
  static AddressSet from(const std::vector<std::string>& members);
  friend bool operator==(const AddressSet&, const AddressSet&) = default;
};

// Names resolved. A name that isn't known makes the comparison it stands in false, even under a
// negation: a rule whose names aren't there yet matches nothing by them.
class Scope {
 public:
  virtual ~Scope() = default;
  // Ports bound here only.
  virtual std::optional<PortKey> port(std::string_view name) const = 0;
  // The group's ports that are bound here, in any order.
  virtual std::vector<PortKey> port_group(std::string_view name) const = 0;
  // Null when there is no such set.
  virtual std::shared_ptr<const AddressSet> address_set(std::string_view name) const = 0;
  virtual bool is_resident(std::string_view port) const = 0;
};

}  // namespace mooring::expr
