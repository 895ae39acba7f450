// Logical switch ports: what each wants in the southbound database, and what others need of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/memo.h"
#include "engine/relation.h"
#include "northd/inputs.h"
#include "northd/network.h"
#include "northd/outputs.h"
#include "northd/port_address.h"

namespace mooring::northd {

// What a port's type means for its state. Other types are as VIFs are.
enum class PortRole : std::uint8_t { kVif, kLocalnet, kRouter };

struct Port {
  std::string name;
  PortRole role = PortRole::kVif;
  SwitchKind kind = SwitchKind::kLogical;
  Uuid on;                             // its switch
  std::vector<PortAddress> addresses;  // sorted
  std::int64_t requested_tag = 0;      // tag_request; 0: none
  friend bool operator==(const Port&, const Port&) = default;
};

// The VLAN tag that a port's author wants: tag_request where it is given, and not 0, which asks for
// one to be allocated (ovn-nb(5)); otherwise tag.
std::optional<std::int64_t> wanted_tag(const nb::LogicalSwitchPort::View& row);

// Longest name of a port that is taken, in bytes: it becomes part of names in Open vSwitch and of
// OpenFlow messages.
inline constexpr std::size_t kMaxName = 1024;

class Ports {
 public:
  Ports(engine::Graph& graph, Inputs& inputs, Outputs& outputs);
  ~Ports();

  // The ports of type localnet of a switch.
  engine::Relation<Uuid, Uuid> localnets;
  // Which ports have an address.
  engine::Relation<AddressKey, Uuid> holders;
  // Nullopt for a port that is in no switch or can't be taken.
  engine::Memo<Uuid, std::optional<Port>> of;

 private:
  using Row = nb::LogicalSwitchPort::View;
  std::optional<Port> derive(engine::Context& context, const Uuid& uuid);
  // Sets kind and on; false when no switch has the port.
  bool place(engine::Context& context, const Row& row, Port& port);
  void read_addresses(engine::Context& context, const Row& row, Port& port);
  void check_security(engine::Context& context, const Row& row);
  void bind(engine::Context& context, const Row& row, const Port& port);
  // Nil: nobody, or nobody who is there.
  Uuid requested_chassis(engine::Context& context, const Row& row);
  Set<std::string> groups(engine::Context& context, const Uuid& port);
  void report(engine::Context& context, const Row& row, std::string_view code,
              model::Severity severity, std::string message);

  Inputs& inputs_;
  Outputs& outputs_;
};

}  // namespace mooring::northd
