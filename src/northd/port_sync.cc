#include "northd/port_sync.h"

#include <fmt/core.h>

#include <algorithm>

#include "model/row_uuid.h"
#include "northd/binding_contents.h"
#include "northd/options.h"

namespace mooring::northd {
namespace {

using ovsdb::mask_of;

constexpr std::string_view kNoKey =
    "all {} tunnel keys of the switch's ports are in use: spread the ports over several switches";

store::ColumnMask binding_columns() {
  using C = sb::PortBinding::Columns;
  return ~(mask_of(C::chassis) | mask_of(C::up));  // which are the controllers'
}

template <class Row>
std::vector<std::string> name_of(const Row& row) {
  return {row.logical_port};
}

// The row to keep: one that is on the datapath already, since another would have to be made anew.
template <class Row>
const Row* best(const std::vector<const Row*>& rows, const Uuid& datapath) {
  auto it = std::find_if(rows.begin(), rows.end(),
                         [&](const Row* row) { return row->datapath.uuid == datapath; });
  return it == rows.end() ? nullptr : *it;
}

template <class Row>
void remove_all_but(ovsdb::Transaction& transaction, const std::vector<const Row*>& rows,
                    const Row* kept) {
  for (const Row* row : rows) {
    if (row != kept) transaction.remove<Row>(row->uuid);
  }
}

template <class Row>
std::vector<const Row*> rows_of(const engine::Index<Row, std::string>& index,
                                const store::Table<Row>& table, const std::string& name) {
  std::vector<const Row*> out;
  for (const Uuid& uuid : index.find(name)) out.push_back(table.find(uuid));
  return out;
}

sb::PortBinding make_row(const std::string& name, const DesiredBinding& desired,
                         const nb::LogicalSwitchPort& port) {
  sb::PortBinding row;
  row.logical_port = name;
  store::ColumnMask used = 0;  // by the fingerprint already, which is part of what is desired
  copy_contents(nb::LogicalSwitchPort::View(port, used), row);
  if (!desired.requested_chassis.is_nil()) {
    row.requested_chassis.emplace().uuid = desired.requested_chassis;
  }
  row.port_groups = desired.port_groups;
  return row;
}

void write_difference(ovsdb::Transaction& transaction, const sb::PortBinding& present,
                      const sb::PortBinding& row) {
  using Row = sb::PortBinding;
  using C = Row::Columns;
  RowDiff<Row>(transaction, present, row)(C::tunnel_key, &Row::tunnel_key)(C::type, &Row::type)(
      C::mac, &Row::mac)(C::port_security, &Row::port_security)(C::options, &Row::options)(
      C::parent_port, &Row::parent_port)(C::tag, &Row::tag)(
      C::requested_chassis, &Row::requested_chassis)(C::enabled, &Row::enabled)(
      C::port_groups, &Row::port_groups)(C::external_ids, &Row::external_ids)(C::claimable,
                                                                              &Row::claimable);
}

}  // namespace

BindingSync::BindingSync(Inputs& inputs, Outputs& outputs, TunnelKeys& keys,
                         DatapathSync& datapaths, Problems& problems)
    : RowSync(outputs.bindings, inputs.sb_tables.port_binding, binding_columns(),
              name_of<sb::PortBinding>, problems),
      inputs_(inputs),
      keys_(keys),
      datapaths_(datapaths),
      datapath_rows_(inputs.sb_tables.datapath_binding.observe([this](const auto&) { wake(); })) {
  keys.on_freed([this](const Uuid& datapath, std::int64_t key) {
    for (const std::string& name : wishes_.take(datapath, key)) suspect(name);
  });
  datapaths.on_replaced([this](const Uuid& datapath) {
    inputs_.sb_tables.port_binding.for_each([&](const sb::PortBinding& row) {
      if (row.datapath.uuid == datapath) suspect(row.logical_port);
    });
  });
}

BindingSync::Rows BindingSync::actual(const std::string& key) const {
  return rows_of(inputs_.binding_by_name, inputs_.sb_tables.port_binding, key);
}

std::optional<std::int64_t> BindingSync::key_of(const std::string& name,
                                                const Uuid& datapath) const {
  auto it = chosen_.find(name);
  if (it != chosen_.end() && it->second.first == datapath) return it->second.second;
  const sb::PortBinding* row = best(actual(name), datapath);
  if (row == nullptr) return std::nullopt;
  return row->tunnel_key;
}

Result<std::int64_t> BindingSync::choose_key(const Uuid& datapath, const std::string& name,
                                             std::optional<std::int64_t> requested,
                                             const sb::PortBinding* present) {
  KeySpace& space = keys_.ports(datapath);
  if (present != nullptr) {
    std::int64_t wanted = requested.value_or(present->tunnel_key);
    if (wanted == present->tunnel_key || wanted < 1 || wanted > TunnelKeys::kMaxPort) {
      return present->tunnel_key;
    }
    if (space.is_free(wanted)) return *space.allocate(wanted);
    wishes_.add(datapath, wanted, name);
    return present->tunnel_key;
  }
  auto key = space.allocate(requested);
  if (!key) return fail(fmt::format(fmt::runtime(kNoKey), TunnelKeys::kMaxPort));
  return *key;
}

Result<BindingSync::Written> BindingSync::write_key(ovsdb::Transaction& transaction,
                                                    const std::string& key,
                                                    const DesiredBinding* desired,
                                                    const Rows& rows) {
  if (desired == nullptr) {
    remove_all_but<sb::PortBinding>(transaction, rows, nullptr);
    return Written::kDone;
  }
  auto datapath = datapaths_.row_of(desired->on);
  const auto* port = inputs_.nb_tables.logical_switch_port.find(desired->port);
  if (!datapath || port == nullptr) return Written::kLater;
  const sb::PortBinding* present = best(rows, *datapath);
  auto tunnel_key = choose_key(*datapath, key, requested_key(port->options), present);
  if (!tunnel_key) return tl::unexpected(tunnel_key.error());
  remove_all_but(transaction, rows, present);
  sb::PortBinding row = make_row(key, *desired, *port);
  row.datapath.uuid = *datapath;
  row.tunnel_key = *tunnel_key;
  if (present == nullptr) {
    insert(transaction, row);
  } else {
    write_difference(transaction, *present, row);
  }
  if (port->type == "localnet") chosen_[key] = {*datapath, *tunnel_key};
  return Written::kDone;
}

// Under the UUID by which a chassis finds it, unless a row has that which is another port's or is
// about to go.
void BindingSync::insert(ovsdb::Transaction& transaction, const sb::PortBinding& row) const {
  const Uuid uuid = model::port_binding_uuid(row.logical_port);
  if (inputs_.sb_tables.port_binding.find(uuid) == nullptr) {
    transaction.insert_as(uuid, row);
  } else {
    transaction.insert(row);
  }
}

std::string BindingSync::words_for(const std::string& key) const {
  return "Port_Binding " + quoted(key);
}

std::optional<FindingKey> BindingSync::finding_for(const std::string& key) const {
  const DesiredBinding* desired = find_desired(key);
  return finding_on("Logical_Switch_Port", desired != nullptr ? desired->port : Uuid(), key,
                    model::code::kRowRejected);
}

UplinkSync::UplinkSync(Inputs& inputs, Outputs& outputs, TunnelKeys& keys, DatapathSync& datapaths,
                       BindingSync& bindings, Problems& problems)
    : RowSync(outputs.uplinks, inputs.sb_tables.uplink, ~store::ColumnMask{0}, name_of<sb::Uplink>,
              problems),
      inputs_(inputs),
      keys_(keys),
      datapaths_(datapaths),
      bindings_(bindings) {
  subscriptions_.push_back(
      inputs.sb_tables.datapath_binding.observe([this](const auto&) { wake(); }));
  datapaths.on_replaced([this](const Uuid& datapath) {
    for (const Uuid& uuid : inputs_.uplinks_of.find(datapath)) {
      suspect(inputs_.sb_tables.uplink.find(uuid)->logical_port);
    }
  });
  // An uplink follows the key of its port's binding.
  subscriptions_.push_back(inputs.sb_tables.port_binding.observe([this](const auto& change) {
    using C = sb::PortBinding::Columns;
    if (!(change.columns & (mask_of(C::tunnel_key) | mask_of(C::datapath)))) return;
    const auto& row = change.after != nullptr ? *change.after : *change.before;
    if (row.type == "localnet") suspect(row.logical_port);
    suspect_clashes(row);
    wake();
  }));
}

void UplinkSync::suspect_clashes(const sb::PortBinding& binding) {
  for (const Uuid& uuid : inputs_.uplinks_of.find(binding.datapath.uuid)) {
    const sb::Uplink* uplink = inputs_.sb_tables.uplink.find(uuid);
    if (uplink->tunnel_key == binding.tunnel_key) suspect(uplink->logical_port);
  }
}

UplinkSync::Rows UplinkSync::actual(const std::string& key) const {
  return rows_of(inputs_.uplink_by_name, inputs_.sb_tables.uplink, key);
}

Result<std::int64_t> UplinkSync::choose_key(const Uuid& datapath, const std::string& name,
                                            const DesiredUplink& desired,
                                            const sb::Uplink* present) {
  if (desired.shares_key) return bindings_.key_of(name, datapath).value_or(0);
  KeySpace& space = keys_.ports(datapath);
  // Alone with its key: nothing in the schema keeps a garbled row from having a port's.
  if (present != nullptr && space.users(present->tunnel_key) == 1) return present->tunnel_key;
  auto key = space.allocate(std::nullopt);
  if (!key) return fail(fmt::format(fmt::runtime(kNoKey), TunnelKeys::kMaxPort));
  return *key;
}

Result<UplinkSync::Written> UplinkSync::write_key(ovsdb::Transaction& transaction,
                                                  const std::string& key,
                                                  const DesiredUplink* desired, const Rows& rows) {
  if (desired == nullptr) {
    remove_all_but<sb::Uplink>(transaction, rows, nullptr);
    return Written::kDone;
  }
  auto datapath = datapaths_.row_of(desired->on);
  if (!datapath) return Written::kLater;
  using Row = sb::Uplink;
  using C = Row::Columns;
  const Row* present = best(rows, *datapath);
  auto tunnel_key = choose_key(*datapath, key, *desired, present);
  if (!tunnel_key) return tl::unexpected(tunnel_key.error());
  if (*tunnel_key == 0) return Written::kLater;
  remove_all_but(transaction, rows, present);
  Row row;
  row.datapath.uuid = *datapath;
  row.logical_port = key;
  row.tunnel_key = *tunnel_key;
  row.physical_network = desired->physical_network;
  if (desired->tag != 0) row.tag = desired->tag;
  row.ethertype = desired->ethertype;
  row.vlan_passthru = desired->vlan_passthru;
  row.learn_fdb = desired->learn_fdb;
  if (present == nullptr) {
    transaction.insert(row);
    return Written::kDone;
  }
  RowDiff<Row>(transaction, *present, row)(C::tunnel_key, &Row::tunnel_key)(
      C::physical_network, &Row::physical_network)(C::tag, &Row::tag)(
      C::ethertype, &Row::ethertype)(C::vlan_passthru, &Row::vlan_passthru)(C::learn_fdb,
                                                                            &Row::learn_fdb);
  return Written::kDone;
}

std::string UplinkSync::words_for(const std::string& key) const { return "Uplink " + quoted(key); }

std::optional<FindingKey> UplinkSync::finding_for(const std::string& key) const {
  const DesiredUplink* desired = find_desired(key);
  if (desired == nullptr) return finding_on("", Uuid(), key, model::code::kRowRejected);
  bool physical = !desired->shares_key;
  return finding_on(physical ? "Physical_Switch" : "Logical_Switch", desired->on, key,
                    model::code::kRowRejected);
}

}  // namespace mooring::northd
