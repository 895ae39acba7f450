#include "controller/local_sync.h"

#include <algorithm>
#include <vector>

namespace mooring::controller {
namespace {

using ovs::Bridge;
using ovs::Interface;
using ovs::OpenVSwitch;
using ovs::Port;

constexpr char kMark[] = "ovn-localnet-port";  // scripts look for it (ovn-architecture(7))

const OpenVSwitch* root_row(const ovs::Database& database) {
  const OpenVSwitch* root = nullptr;
  database.open_vswitch.for_each([&](const OpenVSwitch& row) { root = &row; });
  return root;
}

store::Ref<Port> insert_port(const std::string& name, const std::string& type,
                             Map<std::string, std::string> options,
                             Map<std::string, std::string> external_ids, ovsdb::Transaction& txn) {
  Interface interface;
  interface.name = name;
  interface.type = type;
  interface.options = std::move(options);
  Port port;
  port.name = name;
  port.interfaces.insert(txn.insert(interface));
  port.external_ids = std::move(external_ids);
  return txn.insert(port);
}

}  // namespace

LocalSync::LocalSync(ovs::Database& database, Inputs& inputs, Outputs& outputs, const Clock& clock)
    : database_(database), inputs_(inputs), outputs_(outputs), clock_(clock), zones_(outputs) {}

const Bridge* LocalSync::bridge(const std::string& name) const {
  const auto& uuids = inputs_.bridge_by_name.find(name);
  return uuids.empty() ? nullptr : database_.bridge.find(uuids.front());
}

void LocalSync::write(const LocalState& state, ovsdb::Transaction& txn) {
  write_bridge(state, txn);
  const Bridge* integration = bridge(state.config.bridge);
  if (integration == nullptr) return;  // the rest follows when it is there
  write_patch_ports(state, txn);
  zones_.write(*integration, database_.bridge.changes(), state.may_remove, txn);
  write_marks(state, txn);
}

void LocalSync::write_bridge(const LocalState& state, ovsdb::Transaction& txn) const {
  const OpenVSwitch* root = root_row(database_);
  if (root == nullptr) return;
  // Unset means one tag; double tags, which transparent networks carry, need no limit
  // (ovs-vswitchd.conf.db(5)).
  if (!root->other_config.contains("vlan-limit")) {
    txn.put(root->uuid, OpenVSwitch::Columns::other_config, "vlan-limit", "0");
  }
  const Bridge* row = bridge(state.config.bridge);
  if (row != nullptr) {
    // In the standalone mode the switch would forward by itself when the controller is away.
    if (row->fail_mode != "secure") {
      txn.update(row->uuid, Bridge::Columns::fail_mode, std::optional<std::string>("secure"));
    }
    return;
  }
  Bridge fresh;
  fresh.name = state.config.bridge;
  fresh.fail_mode = "secure";
  fresh.datapath_type = state.config.bridge_datapath_type;
  fresh.other_config = {{"disable-in-band", "true"}};
  fresh.ports.insert(insert_port(fresh.name, "internal", {}, {}, txn));
  txn.insert_into(root->uuid, OpenVSwitch::Columns::bridges, txn.insert(fresh));
}

LocalSync::PortNames LocalSync::ports_by_name() const {
  PortNames out;
  database_.port.for_each([&](const Port& row) { out.emplace(row.name, &row); });
  return out;
}

// When ovs-vswitchd (3.1) takes a patch port from one bridge to another in one go, its peer goes on
// leading to where it was, and it may crash when the port is removed before it has gone through its
// configuration once more. So it is to have seen that a patch port is gone before one is made:
// next_cfg asks for that, and cur_cfg answers (ovs-vswitchd.conf.db(5)).
void LocalSync::write_patch_ports(const LocalState& state, ovsdb::Transaction& txn) {
  const OpenVSwitch* root = root_row(database_);
  if (root == nullptr) return;
  // A removal that failed has not asked; it is tried again.
  if (gone_with_ && (root->cur_cfg >= *gone_with_ || root->next_cfg < *gone_with_)) {
    gone_with_.reset();
  }
  static_cast<void>(patch_ports_settled_.holds(
      {database_.port.changes(), database_.interface.changes(), inputs_.bridge_by_name.changes(),
       inputs_.bridge_by_port.changes(), outputs_.patch_ports.changes(), state.may_remove},
      [&] {
        const std::size_t before = txn.size();
        if (mend_patch_ports(state.may_remove, txn)) {
          txn.increment(root->uuid, OpenVSwitch::Columns::next_cfg);
          gone_with_ = root->next_cfg + 1;
        }
        return txn.size() == before && !gone_with_;
      }));
}

bool LocalSync::mend_patch_ports(bool may_remove, ovsdb::Transaction& txn) const {
  const PortNames present = ports_by_name();
  bool removed = false;
  auto remove = [&](const Port& row) {
    remove_port(row, txn);
    removed = true;
  };
  outputs_.patch_ports.for_each([&](const std::string& name, const auto& elements) {
    const PatchPort& wanted = elements.front();
    auto it = present.find(name);
    if (it == present.end()) {
      if (!gone_with_) add_patch_port(name, wanted, txn);
      return;
    }
    // A port of that name that isn't ours stays as it is.
    if (!it->second->external_ids.contains(kMark)) return;
    is_elsewhere(*it->second, wanted) ? remove(*it->second)
                                      : mend_patch_port(*it->second, wanted, txn);
  });
  if (!may_remove) return removed;
  for (const auto& [name, row] : present) {
    bool ours = row->external_ids.contains(kMark);
    if (ours && outputs_.patch_ports.find(name).empty()) remove(*row);
  }
  return removed;
}

void LocalSync::add_patch_port(const std::string& name, const PatchPort& port,
                               ovsdb::Transaction& txn) const {
  const Bridge* row = bridge(port.bridge);
  if (row == nullptr) return;
  auto ref = insert_port(name, "patch", {{"peer", port.peer}}, {{kMark, port.localnet}}, txn);
  txn.insert_into(row->uuid, Bridge::Columns::ports, ref);
}

// On another bridge than it should be: the mapping has changed.
bool LocalSync::is_elsewhere(const Port& row, const PatchPort& port) const {
  const Bridge* wanted = bridge(port.bridge);
  const auto& bridges = inputs_.bridge_by_port.find(row.uuid);
  return wanted != nullptr &&
         std::any_of(bridges.begin(), bridges.end(),
                     [wanted](const Uuid& uuid) { return uuid != wanted->uuid; });
}

void LocalSync::mend_patch_port(const Port& row, const PatchPort& port,
                                ovsdb::Transaction& txn) const {
  if (value_or(row.external_ids, std::string(kMark), std::string()) != port.localnet) {
    txn.put(row.uuid, Port::Columns::external_ids, kMark, port.localnet);
  }
  for (const auto& ref : row.interfaces) {
    const Interface* interface = database_.interface.find(ref.uuid);
    if (interface == nullptr) continue;
    txn.diff(interface->uuid, Interface::Columns::type, interface->type, std::string("patch"));
    txn.diff(interface->uuid, Interface::Columns::options, interface->options,
             Map<std::string, std::string>{{"peer", port.peer}});
  }
}

void LocalSync::remove_port(const Port& row, ovsdb::Transaction& txn) const {
  for (const Uuid& uuid : inputs_.bridge_by_port.find(row.uuid)) {
    txn.remove_from(uuid, Bridge::Columns::ports, store::Ref<Port>{row.uuid});
  }
}

void LocalSync::write_marks(const LocalState& state, ovsdb::Transaction& txn) {
  static_cast<void>(marks_settled_.holds(
      {database_.interface.changes(), state.installed.changes(), outputs_.ready.changes(),
       outputs_.findings.changes(), state.may_remove},
      [&] {
        const std::size_t before = txn.size();
        mark_interfaces(state, txn);
        return txn.size() == before;
      }));
}

// ovn-installed tells whoever waits for a VIF that its flows are in. It stays on an interface whose
// port another chassis has taken: by it this one knows not to take it back (Claims).
void LocalSync::mark_interfaces(const LocalState& state, ovsdb::Transaction& txn) const {
  const std::string id_key = "iface-id";
  database_.interface.for_each([&](const Interface& row) {
    auto id = row.external_ids.find(id_key);
    if (id == row.external_ids.end()) return;
    bool marked = row.external_ids.contains("ovn-installed");
    if (state.installed.contains(id->second)) {
      if (marked) return;
      txn.put(row.uuid, Interface::Columns::external_ids, "ovn-installed", "true");
      txn.put(row.uuid, Interface::Columns::external_ids, "ovn-installed-ts",
              std::to_string(clock_.wall_ms()));
      return;
    }
    FindingKey taken{
        std::string(model::code::kPortClaimedTwice), "Logical_Switch_Port", {}, id->second};
    if (!marked || !state.may_remove || !outputs_.findings.find(taken).empty()) return;
    if (!outputs_.ready.find(id->second).empty()) return;  // about to be installed
    txn.erase_key(row.uuid, Interface::Columns::external_ids, "ovn-installed");
    txn.erase_key(row.uuid, Interface::Columns::external_ids, "ovn-installed-ts");
  });
}

void LocalSync::write_progress(const LocalConfig& config, std::int64_t nb_cfg,
                               ovsdb::Transaction& txn) const {
  const Bridge* row = bridge(config.bridge);
  if (row == nullptr) return;
  std::string text = std::to_string(nb_cfg);
  if (value_or(row->external_ids, std::string("ovn-nb-cfg"), std::string()) == text) return;
  txn.put(row->uuid, Bridge::Columns::external_ids, "ovn-nb-cfg", text);
  txn.put(row->uuid, Bridge::Columns::external_ids, "ovn-nb-cfg-ts",
          std::to_string(clock_.wall_ms()));
}

void LocalSync::remove(const LocalConfig& config, ovsdb::Transaction& txn) const {
  for (const auto& [name, row] : ports_by_name()) {
    if (row->external_ids.contains(kMark)) remove_port(*row, txn);
  }
  database_.interface.for_each([&](const Interface& row) {
    if (!row.external_ids.contains("ovn-installed")) return;
    txn.erase_key(row.uuid, Interface::Columns::external_ids, "ovn-installed");
    txn.erase_key(row.uuid, Interface::Columns::external_ids, "ovn-installed-ts");
  });
  if (const Bridge* row = bridge(config.bridge)) {
    for (const auto& [key, value] : row->external_ids) {
      if (key == "ovn-nb-cfg" || key == "ovn-nb-cfg-ts" || key.starts_with(kZoneKey)) {
        txn.erase_key(row->uuid, Bridge::Columns::external_ids, key);
      }
    }
  }
}

}  // namespace mooring::controller
