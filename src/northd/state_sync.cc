#include "northd/state_sync.h"

#include <fmt/core.h>

namespace mooring::northd {
namespace {

using ovsdb::mask_of;

template <class Row>
std::vector<Uuid> uuid_of(const Row& row) {
  return {row.uuid};
}

template <class Row>
std::vector<const Row*> row_of(const store::Table<Row>& table, const Uuid& uuid) {
  const Row* row = table.find(uuid);
  if (row == nullptr) return {};
  return {row};
}

store::ColumnMask port_columns() {
  using C = nb::LogicalSwitchPort::Columns;
  return mask_of(C::up) | mask_of(C::lswitch) | mask_of(C::pswitch) | mask_of(C::tag);
}

template <class Row>
store::ColumnMask switch_columns() {
  using C = typename Row::Columns;
  return mask_of(C::chassis_mapped) | mask_of(C::ports_without_uplink);
}

}  // namespace

PortStateSync::PortStateSync(Inputs& inputs, Outputs& outputs, Problems& problems)
    : RowSync(outputs.ports, inputs.nb_tables.logical_switch_port, port_columns(),
              uuid_of<nb::LogicalSwitchPort>, problems),
      inputs_(inputs) {}

PortStateSync::Rows PortStateSync::actual(const Uuid& key) const {
  return row_of(inputs_.nb_tables.logical_switch_port, key);
}

Result<PortStateSync::Written> PortStateSync::write_key(ovsdb::Transaction& transaction,
                                                        const Uuid&, const PortState* desired,
                                                        const Rows& rows) {
  if (desired == nullptr || rows.empty()) return Written::kDone;
  using Row = nb::LogicalSwitchPort;
  using C = Row::Columns;
  Row row;
  row.up = desired->up;
  if (!desired->on.is_nil()) {
    if (desired->kind == SwitchKind::kLogical) row.lswitch.emplace().uuid = desired->on;
    if (desired->kind == SwitchKind::kPhysical) row.pswitch.emplace().uuid = desired->on;
  }
  row.tag = desired->tag != 0 ? std::optional(desired->tag) : rows.front()->tag;
  RowDiff<Row>(transaction, *rows.front(), row)(C::up, &Row::up)(C::lswitch, &Row::lswitch)(
      C::pswitch, &Row::pswitch)(C::tag, &Row::tag);
  return Written::kDone;
}

std::string PortStateSync::words_for(const Uuid& key) const {
  return "the state of Logical_Switch_Port " + key.to_string();
}

std::optional<FindingKey> PortStateSync::finding_for(const Uuid& key) const {
  const auto* row = inputs_.nb_tables.logical_switch_port.find(key);
  return finding_on("Logical_Switch_Port", key, row != nullptr ? row->name : "",
                    model::code::kRowRejected);
}

template <class Row>
SwitchStateSync<Row>::SwitchStateSync(engine::Relation<Uuid, SwitchState>& desired,
                                      store::Table<Row>& table, Problems& problems)
    : Base(desired, table, switch_columns<Row>(), uuid_of<Row>, problems), table_(table) {}

template <class Row>
typename SwitchStateSync<Row>::Base::Rows SwitchStateSync<Row>::actual(const Uuid& key) const {
  return row_of(table_, key);
}

template <class Row>
Result<typename SwitchStateSync<Row>::Base::Written> SwitchStateSync<Row>::write_key(
    ovsdb::Transaction& transaction, const Uuid&, const SwitchState* desired,
    const typename Base::Rows& rows) {
  if (desired == nullptr || rows.empty()) return Base::Written::kDone;
  using C = typename Row::Columns;
  Row row;
  row.chassis_mapped = desired->chassis_mapped;
  row.ports_without_uplink = desired->ports_without_uplink;
  RowDiff<Row>(transaction, *rows.front(), row)(C::chassis_mapped, &Row::chassis_mapped)(
      C::ports_without_uplink, &Row::ports_without_uplink);
  return Base::Written::kDone;
}

template <class Row>
std::string SwitchStateSync<Row>::words_for(const Uuid& key) const {
  return fmt::format("the state of {} {}", Row::kTable, key.to_string());
}

template <class Row>
std::optional<FindingKey> SwitchStateSync<Row>::finding_for(const Uuid& key) const {
  const Row* row = table_.find(key);
  return finding_on(Row::kTable, key, row != nullptr ? row->name : "", model::code::kRowRejected);
}

template class SwitchStateSync<nb::PhysicalSwitch>;
template class SwitchStateSync<nb::LogicalSwitch>;

}  // namespace mooring::northd
