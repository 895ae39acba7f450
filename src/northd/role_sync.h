// RBAC_Role `ovn-controller` and its RBAC_Permissions: what a chassis that connects with that role
// may write (ovn-sb(5)).
#pragma once

#include <string>
#include <vector>

#include "northd/inputs.h"
#include "northd/row_sync.h"

namespace mooring::northd {

// Small and constant, so it is compared whole.
class RoleSync final : public TableSync {
 public:
  explicit RoleSync(sb::Database& database);

  std::vector<std::string> note_changes() override { return {}; }
  std::size_t write(ovsdb::Transaction& transaction, Phase phase, std::size_t limit) override;
  void accept() override {}
  void retry() override { suspect_ = true; }
  std::string reject(const std::string& reason) override;
  void release_rejected() override;
  bool has_rejected() const override { return rejected_; }

 private:
  void write_permissions(ovsdb::Transaction& transaction, const sb::RBACRole* role);

  sb::Database& database_;
  bool suspect_ = true;
  bool sent_ = false;
  bool rejected_ = false;
  std::vector<store::Subscription> subscriptions_;
};

}  // namespace mooring::northd
