#include "controller/chassis_row.h"

#include <algorithm>

namespace mooring::controller {
namespace {

using Chassis = sb::Chassis;
using Encap = sb::Encap;
using Private = sb::ChassisPrivate;

std::string joined(const Set<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ",") + word;
  return out;
}

store::Ref<Encap> insert_encap(const WantedChassis& wanted, const std::string& type,
                               const std::string& ip, ovsdb::Transaction& txn) {
  Encap encap;
  encap.type = type;
  encap.ip = ip;
  encap.chassis_name = wanted.name;
  encap.options = {{"csum", "true"}};
  return txn.insert(encap);
}

// Whoever removed the Chassis row may have left that of Chassis_Private.
void write_private(const sb::Database& database, const std::string& name,
                   store::Ref<Chassis> chassis, ovsdb::Transaction& txn) {
  const Private* own = nullptr;
  database.chassis_private.for_each([&](const Private& row) {
    if (row.name == name) own = &row;
  });
  if (own != nullptr) {
    txn.diff(own->uuid, Private::Columns::chassis, own->chassis, chassis);
    return;
  }
  Private row;
  row.name = name;
  row.chassis = chassis;
  txn.insert(row);
}

// The encap that the chassis has already, or a new one.
store::Ref<Encap> find_or_insert_encap(const sb::Database& database, const Chassis& chassis,
                                       const WantedChassis& wanted, const std::string& type,
                                       const std::string& ip, ovsdb::Transaction& txn) {
  for (const auto& ref : chassis.encaps) {
    const Encap* encap = database.encap.find(ref.uuid);
    if (encap != nullptr && encap->type == type && encap->ip == ip) return ref;
  }
  return insert_encap(wanted, type, ip, txn);
}

store::Ref<Chassis> insert_chassis(const WantedChassis& wanted, ovsdb::Transaction& txn) {
  Chassis row;
  row.name = wanted.name;
  row.hostname = wanted.hostname;
  row.other_config = wanted.config;
  row.external_ids = wanted.config;
  for (const auto& [type, ip] : wanted.encaps)
    row.encaps.insert(insert_encap(wanted, type, ip, txn));
  return txn.insert(row);
}

template <class Column>
void write_config(const Chassis& row, const Column& column,
                  const Map<std::string, std::string>& old, const WantedChassis& wanted,
                  ovsdb::Transaction& txn) {
  auto merged = old;
  for (const auto& [key, value] : wanted.config) merged.insert_or_assign(key, value);
  txn.diff(row.uuid, column, old, merged);
}

}  // namespace

WantedChassis wanted_chassis(const LocalConfig& config, const ovs::OpenVSwitch& local,
                             const std::string& datapath_type) {
  WantedChassis out;
  out.name = config.system_id;
  out.hostname = config.hostname;
  for (const std::string& type : config.encap_types) {
    for (const std::string& ip : config.encap_ips) out.encaps.emplace_back(type, ip);
  }
  std::sort(out.encaps.begin(), out.encaps.end());
  out.encaps.erase(std::unique(out.encaps.begin(), out.encaps.end()), out.encaps.end());
  out.config = {
      {"ovn-bridge-mappings", config.mappings_text},
      {"ovn-cms-options", config.cms_options},
      {"datapath-type", datapath_type},
      {"iface-types", joined(local.iface_types)},
      {"is-interconn", "false"},
      {"ovn-monitor-all", "false"},
      {"port-up-notif", "true"},
  };
  return out;
}

void write_chassis(const sb::Database& database, const WantedChassis& wanted,
                   ovsdb::Transaction& txn) {
  if (wanted.encaps.empty()) return;
  const Chassis* row = nullptr;
  database.chassis.for_each([&](const Chassis& candidate) {
    if (candidate.name == wanted.name) row = &candidate;
  });
  if (row == nullptr) {
    return write_private(database, wanted.name, insert_chassis(wanted, txn), txn);
  }
  txn.diff(row->uuid, Chassis::Columns::hostname, row->hostname, wanted.hostname);
  write_config(*row, Chassis::Columns::other_config, row->other_config, wanted, txn);
  write_config(*row, Chassis::Columns::external_ids, row->external_ids, wanted, txn);
  Set<store::Ref<Encap>> encaps;
  for (const auto& [type, ip] : wanted.encaps) {
    encaps.insert(find_or_insert_encap(database, *row, wanted, type, ip, txn));
  }
  txn.diff(row->uuid, Chassis::Columns::encaps, row->encaps, encaps);
  write_private(database, wanted.name, {row->uuid}, txn);
}

}  // namespace mooring::controller
