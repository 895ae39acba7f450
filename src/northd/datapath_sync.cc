#include "northd/datapath_sync.h"

#include <fmt/core.h>

#include <algorithm>

namespace mooring::northd {
namespace {

using DatapathRow = sb::DatapathBinding;
using DatapathColumn = DatapathRow::Columns;
using ovsdb::mask_of;

DatapathRow make_row(const Uuid& on, const DesiredDatapath& desired) {
  DatapathRow row;
  row.kind = word_of(desired.kind);
  row.type = "logical-switch";
  row.nb_uuid = on;
  row.physical_network = desired.physical_network;
  if (desired.tag != 0) row.tag = desired.tag;
  // Ports of a network that is meant to have an uplink aren't up without one.
  if (desired.provider) row.options["provider"] = "true";
  row.external_ids["logical-switch"] = on.to_string();
  row.external_ids["name"] = desired.name;
  if (!desired.name2.empty()) row.external_ids["name2"] = desired.name2;
  return row;
}

// Rows that refer to a datapath and would keep the database from deleting it. Controllers and CMSs
// write them, and none is of use without it.
void remove_dependants(ovsdb::Transaction& transaction, const DatapathRow& row) {
  for (const char* table : {"MAC_Binding", "Static_MAC_Binding", "Multicast_Group"}) {
    transaction.raw(
        fmt::format(R"({{"op":"delete","table":"{}","where":[["datapath","==",["uuid","{}"]]]}})",
                    table, row.uuid.to_string()));
  }
  transaction.raw(fmt::format(R"({{"op":"delete","table":"FDB","where":[["dp_key","==",{}]]}})",
                              row.tunnel_key));
}

}  // namespace

DatapathSync::DatapathSync(Inputs& inputs, Outputs& outputs, TunnelKeys& keys, Problems& problems)
    : RowSync(outputs.datapaths, inputs.sb_tables.datapath_binding, ~store::ColumnMask{0},
              &Inputs::switches_of, problems),
      inputs_(inputs),
      keys_(keys) {
  keys.on_freed([this](const Uuid& datapath, std::int64_t key) {
    for (const Uuid& on : wishes_.take(datapath, key)) suspect(on);
  });
}

Uuid DatapathSync::owner_of(const DatapathRow& row) const {
  auto switches = Inputs::switches_of(row);
  for (const Uuid& on : switches) {
    if (find_desired(on) != nullptr) return on;
  }
  return switches.front();
}

DatapathSync::Rows DatapathSync::actual(const Uuid& key) const {
  Rows out;
  for (const Uuid& uuid : inputs_.datapath_of.find(key)) {
    const DatapathRow* row = inputs_.sb_tables.datapath_binding.find(uuid);
    if (row != nullptr && owner_of(*row) == key) out.push_back(row);
  }
  // Of several, one that ports stand on already: they would have to move.
  std::stable_partition(out.begin(), out.end(),
                        [this](const DatapathRow* row) { return keys_.has_ports(row->uuid); });
  return out;
}

std::optional<Uuid> DatapathSync::row_of(const Uuid& on) const {
  if (auto it = inserted_.find(on); it != inserted_.end()) return it->second;
  Rows rows = actual(on);
  if (rows.empty()) return std::nullopt;
  return rows.front()->uuid;
}

std::int64_t DatapathSync::choose_key(const Uuid& on, const DesiredDatapath& desired,
                                      std::int64_t present) {
  std::int64_t wanted = desired.requested_key.value_or(present);
  if (wanted == present || wanted < 1 || wanted > TunnelKeys::kMaxDatapath) return present;
  if (keys_.datapaths().is_free(wanted)) return *keys_.datapaths().allocate(wanted);
  wishes_.add(Uuid(), wanted, on);
  return present;
}

Result<DatapathSync::Written> DatapathSync::write_key(ovsdb::Transaction& transaction,
                                                      const Uuid& key,
                                                      const DesiredDatapath* desired,
                                                      const Rows& rows) {
  for (std::size_t i = desired != nullptr ? 1 : 0; i < rows.size(); ++i) {
    remove_dependants(transaction, *rows[i]);
    transaction.remove<DatapathRow>(rows[i]->uuid);
    if (desired == nullptr) continue;
    for (const Replaced& callback : replaced_) callback(rows[i]->uuid);
  }
  if (desired == nullptr) return Written::kDone;
  DatapathRow row = make_row(key, *desired);
  if (rows.empty()) {
    auto tunnel_key = keys_.datapaths().allocate(desired->requested_key);
    if (!tunnel_key) {
      return fail(fmt::format("all {} tunnel keys of switches are in use: delete some switches",
                              TunnelKeys::kMaxDatapath));
    }
    row.tunnel_key = *tunnel_key;
    // Other transactions of the wave refer to it.
    const Uuid uuid = inserted_[key] = Uuid::random();
    transaction.insert_as(uuid, row);
    return Written::kDone;
  }
  const DatapathRow& present = *rows.front();
  row.tunnel_key = choose_key(key, *desired, present.tunnel_key);
  RowDiff<DatapathRow>(transaction, present, row)(DatapathColumn::tunnel_key,
                                                  &DatapathRow::tunnel_key)(
      DatapathColumn::kind, &DatapathRow::kind)(DatapathColumn::type, &DatapathRow::type)(
      DatapathColumn::nb_uuid, &DatapathRow::nb_uuid)(DatapathColumn::physical_network,
                                                      &DatapathRow::physical_network)(
      DatapathColumn::tag, &DatapathRow::tag)(DatapathColumn::options, &DatapathRow::options)(
      DatapathColumn::external_ids, &DatapathRow::external_ids);
  return Written::kDone;
}

std::string DatapathSync::words_for(const Uuid& key) const {
  return "Datapath_Binding of switch " + key.to_string();
}

std::optional<FindingKey> DatapathSync::finding_for(const Uuid& key) const {
  const DesiredDatapath* desired = find_desired(key);
  if (desired == nullptr) return finding_on("", Uuid(), "", model::code::kRowRejected);
  return finding_on(table_of(desired->kind), key, desired->name, model::code::kRowRejected);
}

}  // namespace mooring::northd
