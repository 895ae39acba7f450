// Logical switch ports: what each wants in the southbound database, and what others need of it.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "engine/memo.h"
#include "engine/relation.h"
#include "northd/inputs.h"
#include "northd/network.h"
#include "northd/outputs.h"

namespace mooring::northd {

// An address on a switch: a MAC (high 0, low its bits), an IPv4 address likewise, or an IPv6 one.
struct AddressKey {
  enum class Kind { kMac, kIp4, kIp6 };
  Uuid on;
  Kind kind = Kind::kMac;
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  // As people write it.
  std::string to_string() const;
  friend auto operator<=>(const AddressKey&, const AddressKey&) = default;
};

struct Port {
  std::string name;
  std::string type;
  SwitchKind kind = SwitchKind::kLogical;
  Uuid on;  // its switch
  std::vector<AddressKey> addresses;  // sorted
  friend bool operator==(const Port&, const Port&) = default;
};

// The VLAN tag that a port's author wants: tag_request where it is given, and not 0, which asks for
// one to be allocated (ovn-nb(5)); otherwise tag.
std::optional<std::int64_t> wanted_tag(const nb::LogicalSwitchPort::View& row);

// Longest name of a port that is taken, in bytes: it becomes part of names in Open vSwitch and of
// OpenFlow messages.
inline constexpr std::size_t kMaxName = 1024;

}  // namespace mooring::northd

template <>
struct mooring::Hash<mooring::northd::AddressKey> {
  std::size_t operator()(const mooring::northd::AddressKey& key) const {
    using Parts = std::tuple<mooring::Uuid, int, std::uint64_t, std::uint64_t>;
    return mooring::Hash<Parts>{}({key.on, static_cast<int>(key.kind), key.high, key.low});
  }
};

namespace mooring::northd {

class Ports {
 public:
  Ports(engine::Graph& graph, Inputs& inputs, Outputs& outputs);
  ~Ports();

  // The ports of type localnet of a switch.
  engine::Relation<Uuid, Uuid> localnets;
  // Who has an address: the name of the port.
  engine::Relation<AddressKey, std::string> holders;
  // Nullopt for a port that is in no switch or can't be taken.
  engine::Memo<Uuid, std::optional<Port>> of;

 private:
  using Row = nb::LogicalSwitchPort::View;
  std::optional<Port> derive(engine::Context& context, const Uuid& uuid);
  // Sets kind and on; false when no switch has the port.
  bool place(engine::Context& context, const Row& row, Port& port);
  void read_addresses(engine::Context& context, const Row& row, Port& port,
                      DesiredBinding& binding);
  void check_security(engine::Context& context, const Row& row);
  void bind(engine::Context& context, const Row& row, const Port& port, DesiredBinding binding);
  std::optional<Uuid> requested_chassis(engine::Context& context, const Row& row);
  Set<std::string> groups(engine::Context& context, const Uuid& port);
  void report(engine::Context& context, const Row& row, std::string_view code,
              model::Severity severity, std::string message);

  Inputs& inputs_;
  Outputs& outputs_;
};

}  // namespace mooring::northd
