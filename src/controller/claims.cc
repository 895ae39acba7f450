#include "controller/claims.h"

#include <fmt/core.h>

#include "model/words.h"

namespace mooring::controller {
namespace {

using engine::Context;
using engine::Nothing;

void read_addresses(const sb::PortBinding::View& row, LocalPort& port) {
  for (const std::string& text : row.mac()) {
    auto entry = model::AddressEntry::parse(text);
    if (!entry) continue;  // northd has told its author
    if (entry->kind == model::AddressEntry::Kind::kUnknown) port.unknown = true;
    if (entry->kind == model::AddressEntry::Kind::kAddress)
      port.addresses.push_back(entry->address);
  }
}

// An element that doesn't parse allows nothing, but secures the port all the same.
void read_security(const sb::PortBinding::View& row, LocalPort& port) {
  port.secured = !row.port_security().empty();
  for (const std::string& text : row.port_security()) {
    if (auto entry = model::SecurityEntry::parse(text)) port.security.push_back(std::move(*entry));
  }
  port.security = model::merged(std::move(port.security));
}

bool is_true(const Map<std::string, std::string>& options, const std::string& key) {
  return value_or(options, key, std::string()) == "true";
}

LocalPort make_port(const sb::PortBinding::View& row, const Attached& attached) {
  LocalPort port;
  port.name = row.logical_port();
  port.binding = row.uuid();
  port.datapath = row.datapath().uuid;
  port.interface = attached.interface;
  port.installed = attached.installed;
  port.groups = row.port_groups();
  port.key = static_cast<std::uint32_t>(row.tunnel_key());
  port.ofport = attached.ofport;
  port.localport = row.type() == "localport";
  port.enabled = row.enabled().value_or(true);
  port.announced = !port.localport && !is_true(row.options(), "disable_garp_rarp");
  read_addresses(row, port);
  read_security(row, port);
  return port;
}

}  // namespace

Claims::Claims(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Configuration& configuration)
    : ports_of(graph, stratum::kClaims),
      names(graph, stratum::kClaims),
      port(graph, "claim", stratum::kClaims,
           [this](Context& c, const std::string& iface_id) { return claim(c, iface_id); }),
      inputs_(inputs),
      outputs_(outputs),
      configuration_(configuration),
      own_ports_(graph, "own_ports", stratum::kClaims,
                 [this](Context& context, const int&) { return want_own_ports(context); }) {
  configuration_.attached.demand_each(port);
  own_ports_.demand(0);
}
Claims::~Claims() = default;

std::optional<Uuid> Claims::own_chassis(Context& context) {
  const std::string& name = context.get(configuration_.local, 0).system_id;
  const auto& rows = context.find(inputs_.chassis_by_name, name);
  if (rows.empty()) return std::nullopt;
  return rows.front();
}

// Bindings that are ours without an interface are asked for as well, so as to give them back.
Nothing Claims::want_own_ports(Context& context) {
  if (auto self = own_chassis(context)) {
    context.emit(outputs_.wanted, Wanted::ports_on(*self), Present{});
  }
  return {};
}

std::optional<LocalPort> Claims::claim(Context& context, const std::string& iface_id) {
  auto interfaces = context.elements(configuration_.attached, iface_id);
  if (interfaces.empty()) return std::nullopt;
  const Attached& attached = interfaces.front();
  const bool missed = !context.find(inputs_.missed, iface_id).empty();
  if (missed) context.emit(outputs_.wanted, Wanted::port_named(iface_id), Present{});
  auto self = own_chassis(context);
  if (!self) return std::nullopt;
  const auto& rows = context.find(inputs_.binding_by_name, iface_id);
  if (rows.empty()) {
    if (!missed) context.emit(outputs_.attempts, iface_id, Present{});
    return std::nullopt;
  }
  auto row = context.row(inputs_.bindings, rows.front());
  if (!row) return std::nullopt;
  bool localport = row->type() == "localport";
  if (!localport) {
    if (!row->type().empty() || !may_hold(context, *row, *self, attached)) return std::nullopt;
    context.emit(outputs_.claims, row->uuid(), Claim{*self});
  }
  LocalPort out = make_port(*row, attached);
  context.emit(outputs_.zones, out.name, Present{});
  context.emit(ports_of, out.datapath, out.name);
  context.emit(names, out.name, Present{});
  return out;
}

// The one who was asked for holds the port. Otherwise the latest to have it plugged: an interface
// that already had its flows here yields to a claim from elsewhere and says so, a fresh one takes
// over. So two chassis with the same iface-id don't fight, and a machine that moves is followed.
bool Claims::may_hold(Context& context, const sb::PortBinding::View& row, const Uuid& self,
                      const Attached& attached) {
  const LocalConfig& config = context.get(configuration_.local, 0);
  std::string requested = value_or(row.options(), std::string("requested-chassis"), std::string());
  if (!requested.empty()) {
    std::string_view main = model::split(requested, ',').front();
    return main == config.system_id || main == config.hostname;
  }
  const auto& holder = row.chassis();
  if (!holder || holder->uuid == self || !attached.installed) return true;
  report_twice(context, row, holder->uuid);
  return false;
}

void Claims::report_twice(Context& context, const sb::PortBinding::View& row, const Uuid& other) {
  const Wanted wanted = Wanted::chassis(other);
  context.emit(outputs_.wanted, wanted, Present{});
  auto chassis = context.row(inputs_.chassis, other);
  // Its name comes in a moment, unless there is none.
  if (!chassis && context.find(inputs_.confirmed, wanted).empty()) return;
  std::string holder = chassis ? chassis->name() : other.short_string();
  context.emit(outputs_.findings,
               FindingKey{std::string(model::code::kPortClaimedTwice),
                          "Logical_Switch_Port",
                          {},
                          row.logical_port()},
               Finding{model::Severity::kError,
                       fmt::format("the port is plugged on this chassis too, but bound on {}: "
                                   "unplug one, or set options:requested-chassis",
                                   holder)});
}

}  // namespace mooring::controller
