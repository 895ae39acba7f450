#include "controller/southbound_sync.h"

#include <optional>
#include <vector>

#include "controller/chassis_row.h"

namespace mooring::controller {
namespace {

using PB = sb::PortBinding;
using CD = sb::ChassisDiagnostic;
using CP = sb::ChassisPrivate;

const CP* private_row(const sb::Database& database, const std::string& name) {
  const CP* found = nullptr;
  database.chassis_private.for_each([&](const CP& row) {
    if (row.name == name) found = &row;
  });
  return found;
}

}  // namespace

SouthboundSync::SouthboundSync(sb::Database& database, Inputs& inputs, Outputs& outputs,
                               const Clock& clock)
    : database_(database), inputs_(inputs), outputs_(outputs), clock_(clock) {}

void SouthboundSync::write_self(const SouthboundState& state, ovsdb::Transaction& txn) const {
  if (state.config.system_id.empty() || state.local == nullptr) return;
  write_chassis(database_, wanted_chassis(state.config, *state.local, state.datapath_type), txn);
}

void SouthboundSync::write_rest(const SouthboundState& state, ovsdb::Transaction& txn) {
  if (state.config.system_id.empty() || state.local == nullptr) return;
  const auto& selves = inputs_.chassis_by_name.find(state.config.system_id);
  std::optional<store::Ref<sb::Chassis>> self;
  if (!selves.empty()) self = store::Ref<sb::Chassis>{selves.front()};
  if (self) write_ports(state, self->uuid, txn);
  write_findings(state, self, txn);
  write_nb_cfg(state, txn);
}

void SouthboundSync::write_ports(const SouthboundState& state, const Uuid& self,
                                 ovsdb::Transaction& txn) {
  static_cast<void>(ports_settled_.holds({self, database_.port_binding.changes(),
                                          outputs_.claims.changes(), state.installed.changes()},
                                         [&] {
                                           const std::size_t before = txn.size();
                                           bind(state, self, txn);
                                           return txn.size() == before;
                                         }));
}

void SouthboundSync::bind(const SouthboundState& state, const Uuid& self,
                          ovsdb::Transaction& txn) const {
  outputs_.claims.for_each([&](const Uuid& uuid, const auto&) {
    const PB* row = database_.port_binding.find(uuid);
    if (row == nullptr) return;
    bool up = state.installed.contains(row->logical_port);
    txn.diff(uuid, PB::Columns::chassis, row->chassis, store::Ref<sb::Chassis>{self});
    txn.diff(uuid, PB::Columns::up, row->up, std::optional(up));
  });
  for (const Uuid& uuid : inputs_.bindings_by_chassis.find(self)) {
    if (!outputs_.claims.find(uuid).empty()) continue;
    const PB* row = database_.port_binding.find(uuid);
    // Only what is still ours is given back: another chassis may have taken it already.
    txn.wait(uuid, PB::Columns::chassis, row->chassis);
    txn.update(uuid, PB::Columns::chassis, std::nullopt);
    txn.diff(uuid, PB::Columns::up, row->up, std::optional(false));
  }
}

void SouthboundSync::write_findings(const SouthboundState& state,
                                    std::optional<store::Ref<sb::Chassis>> self,
                                    ovsdb::Transaction& txn) const {
  std::map<FindingKey, Finding> missing = state.findings;
  std::vector<const CD*> rows;
  database_.chassis_diagnostic.for_each([&](const CD& row) {
    if (row.chassis_name == state.config.system_id) rows.push_back(&row);
  });
  for (const CD* row : rows) {
    FindingKey key{row->code, row->subject_table, row->subject_uuid.value_or(Uuid()), row->subject};
    auto it = missing.find(key);
    if (it == missing.end()) {
      txn.remove<CD>(row->uuid);  // mended, or twice
      continue;
    }
    txn.diff(row->uuid, CD::Columns::severity, row->severity,
             std::string(model::to_string(it->second.severity)));
    txn.diff(row->uuid, CD::Columns::message, row->message, it->second.message);
    txn.diff(row->uuid, CD::Columns::chassis, row->chassis, self);
    missing.erase(it);
  }
  for (const auto& [key, finding] : missing) {
    CD row;
    row.chassis = self;
    row.chassis_name = state.config.system_id;
    row.code = key.code;
    row.severity = model::to_string(finding.severity);
    row.subject_table = key.table;
    if (!key.uuid.is_nil()) row.subject_uuid = key.uuid;
    row.subject = key.subject;
    row.message = finding.message;
    row.since = clock_.wall_ms();
    txn.insert(row);
  }
}

void SouthboundSync::write_nb_cfg(const SouthboundState& state, ovsdb::Transaction& txn) const {
  const CP* row = private_row(database_, state.config.system_id);
  if (row == nullptr || !state.nb_cfg || row->nb_cfg == *state.nb_cfg) return;
  txn.update(row->uuid, CP::Columns::nb_cfg, *state.nb_cfg);
  txn.update(row->uuid, CP::Columns::nb_cfg_timestamp, clock_.wall_ms());
}

void SouthboundSync::remove(const LocalConfig& config, ovsdb::Transaction& txn) const {
  const auto& selves = inputs_.chassis_by_name.find(config.system_id);
  if (selves.empty()) return;
  const Uuid self = selves.front();
  for (const Uuid& uuid : inputs_.bindings_by_chassis.find(self)) {
    txn.update(uuid, PB::Columns::chassis, std::nullopt);
    txn.update(uuid, PB::Columns::up, std::optional(false));
  }
  database_.chassis_diagnostic.for_each([&](const CD& row) {
    if (row.chassis_name == config.system_id) txn.remove<CD>(row.uuid);
  });
  database_.acl_stats.for_each([&](const sb::ACLStats& row) {
    if (row.chassis_name == config.system_id) txn.remove<sb::ACLStats>(row.uuid);
  });
  if (const CP* row = private_row(database_, config.system_id)) txn.remove<CP>(row->uuid);
  // The Encap rows go with the last reference to them.
  txn.remove<sb::Chassis>(self);
}

}  // namespace mooring::controller
