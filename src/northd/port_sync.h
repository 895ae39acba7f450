// Port_Binding and Uplink rows: what has a tunnel key on a datapath.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "northd/datapath_sync.h"
#include "northd/inputs.h"
#include "northd/outputs.h"
#include "northd/row_sync.h"
#include "northd/tunnel_keys.h"

namespace mooring::northd {

class BindingSync final : public RowSync<sb::PortBinding, std::string, DesiredBinding> {
 public:
  BindingSync(Inputs& inputs, Outputs& outputs, TunnelKeys& keys, DatapathSync& datapaths,
              Problems& problems);

  // The tunnel key that the binding of that name has, or gets in the present wave, on
  // datapath.
  std::optional<std::int64_t> key_of(const std::string& name, const Uuid& datapath) const;

  bool divisible() const override { return true; }

 protected:
  void begin_wave() override { chosen_.clear(); }
  Rows actual(const std::string& key) const override;
  Result<Written> write_key(ovsdb::Transaction& transaction, const std::string& key,
                            const DesiredBinding* desired, const Rows& rows) override;
  std::string words_for(const std::string& key) const override;
  std::optional<FindingKey> finding_for(const std::string& key) const override;

 private:
  // Error: there is no free key.
  void insert(ovsdb::Transaction& transaction, const sb::PortBinding& row) const;
  Result<std::int64_t> choose_key(const Uuid& datapath, const std::string& name,
                                  std::optional<std::int64_t> requested,
                                  const sb::PortBinding* present);

  Inputs& inputs_;
  TunnelKeys& keys_;
  DatapathSync& datapaths_;
  std::map<std::string, std::pair<Uuid, std::int64_t>> chosen_;  // datapath and key, by name
  KeyWishes<std::string> wishes_;
  store::Subscription datapath_rows_;
};

class UplinkSync final : public RowSync<sb::Uplink, std::string, DesiredUplink> {
 public:
  UplinkSync(Inputs& inputs, Outputs& outputs, TunnelKeys& keys, DatapathSync& datapaths,
             BindingSync& bindings, Problems& problems);

 protected:
  Rows actual(const std::string& key) const override;
  Result<Written> write_key(ovsdb::Transaction& transaction, const std::string& key,
                            const DesiredUplink* desired, const Rows& rows) override;
  std::string words_for(const std::string& key) const override;
  std::optional<FindingKey> finding_for(const std::string& key) const override;

 private:
  // Nothing in the schema keeps a binding from having the key of an uplink.
  void suspect_clashes(const sb::PortBinding& binding);
  // 0: later, with the binding's. Error: there is no free key.
  Result<std::int64_t> choose_key(const Uuid& datapath, const std::string& name,
                                  const DesiredUplink& desired, const sb::Uplink* present);

  Inputs& inputs_;
  TunnelKeys& keys_;
  DatapathSync& datapaths_;
  BindingSync& bindings_;
  std::vector<store::Subscription> subscriptions_;
};

}  // namespace mooring::northd
