#include "controller/row_scope.h"

#include <string>
#include <utility>

#include "controller/pipeline_row.h"
#include "controller/tables.h"
#include "model/stage.h"

namespace mooring::controller {

using engine::Context;
using engine::Nothing;

Groups::Groups(engine::Graph& graph, Claims& claims, Networks& networks)
    : ports(graph, stratum::kNetworks),
      members(graph, stratum::kNetworks),
      port_(graph, "port_in_groups", stratum::kNetworks,
            [this, &claims, &networks](Context& context, const std::string& name) {
              const auto& port = context.get(claims.port, name);
              if (!port || port->groups.empty()) return Nothing{};
              const auto& network = context.get(networks.network, port->datapath);
              if (!network) return Nothing{};
              const expr::PortKey key{port->key, network->key};
              for (const std::string& group : port->groups) {
                context.emit(ports, group, key);
                context.emit(members, GroupMember{group, key}, Present{});
              }
              return Nothing{};
            }) {
  claims.names.demand_each(port_);
}
Groups::~Groups() = default;

std::optional<expr::PortKey> RowScope::port(std::string_view name) const {
  // A name that isn't plugged here has no node of its own: only names that are may be asked for.
  std::string key(name);
  if (context_.elements(from_.claims.names, key).empty()) return std::nullopt;
  const auto& local = context_.get(from_.claims.port, key);
  if (!local) return std::nullopt;
  const auto& network = context_.get(from_.networks.network, local->datapath);
  if (!network) return std::nullopt;
  return expr::PortKey{local->key, network->key};
}

std::vector<expr::PortKey> RowScope::port_group(std::string_view name) const {
  auto ports = context_.elements(from_.groups.ports, std::string(name));
  return {ports.begin(), ports.end()};
}

std::shared_ptr<const expr::AddressSet> RowScope::address_set(std::string_view name) const {
  const auto& rows = context_.find(from_.inputs.address_set_by_name, std::string(name));
  if (rows.empty()) return nullptr;
  auto row = context_.row(from_.inputs.address_sets, rows.front());
  if (!row) return nullptr;
  return std::make_shared<const expr::AddressSet>(
      expr::AddressSet::from({row->addresses().begin(), row->addresses().end()}));
}

std::optional<std::uint8_t> RowScope::table_of(const expr::Next& next) const {
  bool ingress = (next.pipeline.empty() ? row_.pipeline() : next.pipeline) == "ingress";
  if (next.stage) {
    if (*next.stage >= Stages::kCount) return std::nullopt;
    return (ingress ? table::kIngress : table::kEgress) + *next.stage;
  }
  return ingress ? from_.stages.ingress_from(context_, row_.table_id() + 1)
                 : from_.stages.egress_from(context_, row_.table_id() + 1);
}

std::uint8_t RowScope::output_table() const {
  return row_.pipeline() == "ingress" ? table::kOutput : table::kDeliver;
}

std::optional<std::uint32_t> RowScope::port_key(std::string_view name) const {
  auto key = port(name);
  return key ? std::optional(key->key) : std::nullopt;
}

openflow::Subfield RowScope::ct_zone() const { return field::kZone; }

Result<void> RowScope::call(const expr::Call& call, openflow::Actions& out) const {
  if (call.name == model::function::kReject) {
    out.append(
        reject_action(row_.pipeline() == "ingress" ? Direction::kFromLport : Direction::kToLport));
    return {};
  }
  if (call.name != model::function::kLog) return lower_function(call, out);
  auto log = read_log(call);
  if (!log) return tl::unexpected(log.error());
  log->entry.acl = row_.acl();
  const auto meter = log->meter.empty() ? std::nullopt : from_.meters.id(context_, log->meter);
  out.append(log_action(log->entry, meter));
  return {};
}

Result<ReadRow> read_row(const sb::Pipeline::View& row, const RowScope& scope) {
  auto texts = read_pipeline_row(row);
  if (!texts) return tl::unexpected(texts.error());
  auto lowered = expr::lower_actions(texts->actions, scope);
  if (!lowered) return fail("actions: " + lowered.error().message);
  int base = row.pipeline() == "ingress" ? table::kIngress : table::kEgress;
  return ReadRow{expr::all_of({texts->match, expr::prerequisites(texts->actions)}),
                 std::move(*lowered), static_cast<std::uint8_t>(base + row.table_id()),
                 static_cast<std::uint16_t>(row.priority())};
}

}  // namespace mooring::controller
