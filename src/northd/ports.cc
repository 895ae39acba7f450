#include "northd/ports.h"

#include <fmt/core.h>

#include <algorithm>

#include "model/lsp_address.h"
#include "model/port_security.h"
#include "model/words.h"
#include "northd/binding_contents.h"
#include "northd/options.h"
#include "northd/unsupported.h"

namespace mooring::northd {
namespace {

using engine::Context;
using model::AddressEntry;
using model::Severity;

using Kind = PortAddress::Kind;

void add_addresses(const model::LspAddress& address, Port& port) {
  auto& out = port.addresses;
  out.reserve(out.size() + 1 + address.ip4.size() + address.ip6.size());
  out.push_back({Kind::kMac, 0, address.mac.bits()});
  for (const auto& ip : address.ip4) out.push_back({Kind::kIp4, 0, ip.address.bits()});
  for (const auto& ip : address.ip6)
    out.push_back({Kind::kIp6, ip.address.high(), ip.address.low()});
}

PortRole role_of(std::string_view type) {
  if (type == "localnet") return PortRole::kLocalnet;
  return type == "router" ? PortRole::kRouter : PortRole::kVif;
}

}  // namespace

std::optional<std::int64_t> wanted_tag(const nb::LogicalSwitchPort::View& row) {
  auto requested = row.tag_request();
  return requested.value_or(0) != 0 ? requested : row.tag();
}

std::string PortAddress::to_string() const {
  switch (kind) {
    case Kind::kMac:
      return Mac(low).to_string();
    case Kind::kIp4:
      return Ip4(static_cast<std::uint32_t>(low)).to_string();
    case Kind::kIp6:
      return Ip6(high, low).to_string();
  }
  return {};
}

Ports::Ports(engine::Graph& graph, Inputs& inputs, Outputs& outputs)
    : localnets(graph, stratum::kRows),
      holders(graph, stratum::kRows),
      of(graph, "port", stratum::kRows,
         [this](Context& context, const Uuid& uuid) { return derive(context, uuid); }),
      inputs_(inputs),
      outputs_(outputs) {
  inputs.ports.demand_each(of);
}
Ports::~Ports() = default;

std::optional<Port> Ports::derive(Context& context, const Uuid& uuid) {
  auto row = context.row(inputs_.ports, uuid);
  if (!row) return std::nullopt;
  Port out;
  if (!place(context, *row, out)) return std::nullopt;
  out.name = row->name();
  out.role = role_of(row->type());
  out.requested_tag = row->tag_request().value_or(0);
  if (out.name.empty() || out.name.size() > kMaxName) {
    report(
        context, *row, model::code::kNameInvalid, Severity::kError,
        fmt::format("the name has {} bytes; from 1 to {} are taken, and until then the port isn't "
                    "there for any chassis",
                    out.name.size(), kMaxName));
    return std::nullopt;
  }
  read_addresses(context, *row, out);
  check_security(context, *row);
  report_unsupported(context, outputs_, *row);
  for (const PortAddress& address : out.addresses) {
    context.emit(holders, AddressKey{out.on, address}, uuid);
  }
  if (out.role == PortRole::kLocalnet) context.emit(localnets, out.on, uuid);
  bind(context, *row, out);
  return out;
}

bool Ports::place(Context& context, const Row& row, Port& port) {
  const auto& switches = context.find(inputs_.switches_of_port, row.uuid());
  if (switches.empty()) return false;
  // The table of a switch needs no reading of its own: it is the same as long as the switch is
  // here.
  auto logical = std::find_if(switches.begin(), switches.end(), [this](const Uuid& uuid) {
    return inputs_.nb_tables.logical_switch.find(uuid) != nullptr;
  });
  port.kind = logical == switches.end() ? SwitchKind::kPhysical : SwitchKind::kLogical;
  port.on = logical == switches.end() ? switches.front() : *logical;
  if (switches.size() > 1) {
    report(context, row, model::code::kPortShared, Severity::kError,
           fmt::format("{} switches have this port; only {} {} gets it: remove it from the others",
                       switches.size(), table_of(port.kind), port.on.to_string()));
  }
  return true;
}

void Ports::read_addresses(Context& context, const Row& row, Port& port) {
  for (const std::string& text : row.addresses()) {
    auto entry = AddressEntry::parse(text);
    if (!entry) {
      report(context, row, model::code::kAddressInvalid, Severity::kError,
             fmt::format("addresses: {} is left out: {}", quoted(text), entry.error().message));
    } else if (entry->kind == AddressEntry::Kind::kAddress) {
      add_addresses(entry->address, port);
    }
  }
  std::sort(port.addresses.begin(), port.addresses.end());
  port.addresses.erase(std::unique(port.addresses.begin(), port.addresses.end()),
                       port.addresses.end());
}

// What doesn't parse still goes to the chassis: were it left out, a port with nothing else would be
// open.
void Ports::check_security(Context& context, const Row& row) {
  for (const std::string& text : row.port_security()) {
    auto entry = model::SecurityEntry::parse(text);
    if (entry) continue;
    report(
        context, row, model::code::kAddressInvalid, Severity::kError,
        fmt::format("port_security: {} allows nothing: {}", quoted(text), entry.error().message));
  }
}

void Ports::bind(Context& context, const Row& row, const Port& port) {
  context.emit(outputs_.bindings, port.name,
               DesiredBinding{.port = row.uuid(),
                              .contents = contents_of(row),
                              .on = port.on,
                              .requested_chassis = requested_chassis(context, row),
                              .port_groups = groups(context, row.uuid())});
}

// By name or, failing that, by hostname, as ovn-nb(5) has it.
Uuid Ports::requested_chassis(Context& context, const Row& row) {
  std::string_view list = option(row.options(), "requested-chassis");
  if (list.empty()) return {};
  std::string first(model::split(list, ',').front());
  const auto& named = context.find(inputs_.chassis_by_name, first);
  if (!named.empty()) return named.front();
  const auto& hosts = context.find(inputs_.chassis_by_hostname, first);
  if (!hosts.empty()) return hosts.front();
  return {};
}

Set<std::string> Ports::groups(Context& context, const Uuid& port) {
  Set<std::string> out;
  for (const Uuid& uuid : context.find(inputs_.port_groups_of, port)) {
    if (auto row = context.row(inputs_.port_groups, uuid)) out.insert(row->name());
  }
  return out;
}

void Ports::report(Context& context, const Row& row, std::string_view code, Severity severity,
                   std::string message) {
  context.emit(outputs_.findings, finding_on("Logical_Switch_Port", row.uuid(), row.name(), code),
               Finding{severity, std::move(message)});
}

}  // namespace mooring::northd
