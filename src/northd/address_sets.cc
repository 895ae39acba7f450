#include "northd/address_sets.h"

#include <fmt/core.h>

#include "base/address.h"
#include "expr/scope.h"

namespace mooring::northd {
namespace {

using engine::Context;
using engine::Nothing;

constexpr std::size_t kBadNamed = 3;

// Members as a message names them; "" when there are none.
std::string listed(const engine::Elements<std::string>& bad) {
  std::string out;
  std::size_t count = 0;
  for (const std::string& text : bad) {
    if (++count <= kBadNamed) out += (out.empty() ? "" : ", ") + quoted(text);
  }
  if (count > kBadNamed) out += fmt::format(" and {} more", count - kBadNamed);
  return out;
}

// An IP address, whether or not it is written as a prefix of full length.
std::optional<PortAddress> whole_address(const std::string& text) {
  if (auto ip4 = Ip4Prefix::parse(text); ip4 && ip4->length == 32) {
    return PortAddress{PortAddress::Kind::kIp4, 0, ip4->address.bits()};
  }
  if (auto ip6 = Ip6Prefix::parse(text); ip6 && ip6->length == 128) {
    return PortAddress{PortAddress::Kind::kIp6, ip6->address.high(), ip6->address.low()};
  }
  return std::nullopt;
}

}  // namespace

AddressSets::AddressSets(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Acls& acls,
                         Ports& ports)
    : inputs_(inputs),
      outputs_(outputs),
      acls_(acls),
      ports_(ports),
      cover_(graph, outputs),
      bad_(graph, stratum::kNetworks),
      row_(graph, "address_set", stratum::kClashes,
           [this](Context& context, const Uuid& uuid) { return of_row(context, uuid); }),
      member_(graph, "address_set_member", stratum::kNetworks,
              [this](Context& context, const std::pair<std::string, std::string>& member) {
                return of_member(context, member.first, member.second);
              }),
      group_(graph, "group_address_sets", stratum::kNetworks,
             [this](Context& context, const Uuid& uuid) { return of_group(context, uuid); }),
      port_(graph, "port_in_address_sets", stratum::kNetworks,
            [this](Context& context, const Uuid& uuid) { return of_port(context, uuid); }) {
  inputs.address_sets.demand_each(row_);
  inputs.address_set_members.demand_each(member_);
  inputs.port_groups.demand_each(group_);
  inputs.ports.demand_each(port_);
}
AddressSets::~AddressSets() = default;

bool AddressSets::is_named(Context& context, const std::string& set) {
  return !context.elements(acls_.sets_named, set).empty();
}

Nothing AddressSets::of_row(Context& context, const Uuid& uuid) {
  auto row = context.row(inputs_.address_sets, uuid);
  if (!row) return {};
  if (std::string bad = listed(context.elements(bad_, row->name())); !bad.empty()) {
    context.emit(
        outputs_.findings,
        finding_on("Address_Set", uuid, row->name(), model::code::kAddressInvalid),
        Finding{model::Severity::kError,
                fmt::format("addresses: {}: no address, prefix, MAC or number; left out", bad)});
  }
  if (is_named(context, row->name())) {
    context.emit(outputs_.address_sets, row->name(), DesiredAddress{});
  }
  return {};
}

// Addresses are joined with others; prefixes, MACs and numbers stay as they are written.
Nothing AddressSets::of_member(Context& context, const std::string& set, const std::string& text) {
  if (context.find(inputs_.address_set_members, {set, text}).empty()) return {};
  const auto address = whole_address(text);
  if (!address && !expr::parse_member(text)) {
    context.emit(bad_, set, text);
  } else if (is_named(context, set)) {
    if (address) {
      cover_.add(context, set, *address);
    } else {
      context.emit(outputs_.address_sets, set, DesiredAddress{text});
    }
  }
  return {};
}

AddressSets::GroupSets AddressSets::of_group(Context& context, const Uuid& uuid) {
  GroupSets out;
  auto row = context.row(inputs_.port_groups, uuid);
  if (!row) return out;
  auto name = [&](const char* suffix) {
    std::string set = row->name() + suffix;
    if (!is_named(context, set)) return std::string();
    context.emit(outputs_.address_sets, set, DesiredAddress{});
    return set;
  };
  out.ip4 = name("_ip4");
  out.ip6 = name("_ip6");
  return out;
}

Nothing AddressSets::of_port(Context& context, const Uuid& uuid) {
  for (const Uuid& group : context.find(inputs_.port_groups_of, uuid)) {
    const GroupSets& sets = context.get(group_, group);
    if (sets.ip4.empty() && sets.ip6.empty()) continue;
    const auto& port = context.get(ports_.of, uuid);
    if (!port) return {};
    for (const PortAddress& address : port->addresses) {
      if (address.kind == PortAddress::Kind::kIp4 && !sets.ip4.empty()) {
        cover_.add(context, sets.ip4, address);
      } else if (address.kind == PortAddress::Kind::kIp6 && !sets.ip6.empty()) {
        cover_.add(context, sets.ip6, address);
      }
    }
  }
  return {};
}

}  // namespace mooring::northd
