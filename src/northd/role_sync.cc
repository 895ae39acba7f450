#include "northd/role_sync.h"

namespace mooring::northd {
namespace {

using Permission = sb::RBACPermission;
using Role = sb::RBACRole;

constexpr std::string_view kRole = "ovn-controller";

// What controllers write. authorization: a column whose value must be the chassis' name; "" where
// any row may be written.
struct Grant {
  const char* table;
  const char* authorization;
  bool insert_delete;
  std::vector<std::string> update;
};

const std::vector<Grant>& grants() {
  static const std::vector<Grant> kGrants = {
      {"Chassis",
       "name",
       true,
       {"nb_cfg", "external_ids", "encaps", "vtep_logical_switches", "other_config", "hostname",
        "transport_zones"}},
      {"Chassis_Private", "name", true, {"nb_cfg", "nb_cfg_timestamp", "chassis", "external_ids"}},
      {"Chassis_Diagnostic",
       "chassis_name",
       true,
       {"chassis", "severity", "code", "subject_table", "subject_uuid", "subject", "message",
        "since"}},
      {"ACL_Stats", "chassis_name", true, {"packets", "bytes"}},
      {"Encap", "chassis_name", true, {"type", "options", "ip"}},
      {"Port_Binding",
       "",
       false,
       {"chassis", "additional_chassis", "encap", "additional_encap", "up", "virtual_parent"}},
      {"MAC_Binding", "", true, {"logical_port", "ip", "mac", "timestamp", "datapath"}},
      {"FDB", "", true, {"mac", "dp_key", "port_key"}},
      {"Service_Monitor", "", false, {"status"}},
      {"IGMP_Group", "", true, {"address", "chassis", "datapath", "ports"}},
      {"Controller_Event", "", true, {"chassis", "event_info", "event_type", "seq_num"}},
      {"BFD", "", false, {"status"}},
  };
  return kGrants;
}

Permission make_row(const Grant& grant) {
  Permission row;
  row.table = grant.table;
  row.authorization = {grant.authorization};
  row.insert_delete = grant.insert_delete;
  row.update.insert(grant.update.begin(), grant.update.end());
  return row;
}

}  // namespace

RoleSync::RoleSync(sb::Database& database) : database_(database) {
  auto look = [this](const auto&) {
    suspect_ = true;
    rejected_ = false;
  };
  subscriptions_.push_back(database.rbac_role.observe(look));
  subscriptions_.push_back(database.rbac_permission.observe(look));
}

std::size_t RoleSync::write(ovsdb::Transaction& transaction, Phase phase, std::size_t limit) {
  if (phase != Phase::kPut || !suspect_ || limit == 0) return 0;
  suspect_ = false;
  const Role* role = nullptr;
  std::size_t before = transaction.size();
  database_.rbac_role.for_each([&](const Role& row) {
    if (row.name != kRole) return;
    if (role != nullptr) {
      transaction.remove<Role>(row.uuid);
    } else {
      role = &row;
    }
  });
  write_permissions(transaction, role);
  sent_ = transaction.size() > before;
  return sent_ ? 1 : 0;
}

void RoleSync::write_permissions(ovsdb::Transaction& transaction, const Role* role) {
  Role desired;
  desired.name = kRole;
  for (const Grant& grant : grants()) {
    Permission row = make_row(grant);
    const Permission* present = nullptr;
    if (role != nullptr) {
      auto it = role->permissions.find(row.table);
      if (it != role->permissions.end()) {
        present = database_.rbac_permission.find(it->second.uuid);
      }
    }
    if (present == nullptr) {
      desired.permissions[row.table] = transaction.insert(row);
      continue;
    }
    desired.permissions[row.table] = {present->uuid};
    using C = Permission::Columns;
    RowDiff<Permission>(transaction, *present, row)(C::table, &Permission::table)(
        C::authorization, &Permission::authorization)(C::insert_delete, &Permission::insert_delete)(
        C::update, &Permission::update);
  }
  if (role == nullptr) {
    transaction.insert(desired);
  } else {
    transaction.diff(role->uuid, Role::Columns::permissions, role->permissions,
                     desired.permissions);
  }
}

std::string RoleSync::reject(const std::string&) {
  if (!sent_) return {};
  rejected_ = true;
  return "RBAC_Role ovn-controller";
}

void RoleSync::release_rejected() {
  suspect_ = suspect_ || rejected_;
  rejected_ = false;
}

}  // namespace mooring::northd
