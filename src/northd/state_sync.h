// What northd writes back into northbound rows that others own: states of ports and switches.
#pragma once

#include <optional>
#include <string>

#include "northd/inputs.h"
#include "northd/outputs.h"
#include "northd/row_sync.h"

namespace mooring::northd {

class PortStateSync final : public RowSync<nb::LogicalSwitchPort, Uuid, PortState> {
 public:
  PortStateSync(Inputs& inputs, Outputs& outputs, Problems& problems);

  bool divisible() const override { return true; }

 protected:
  Rows actual(const Uuid& key) const override;
  Result<Written> write_key(ovsdb::Transaction& transaction, const Uuid& key,
                            const PortState* desired, const Rows& rows) override;
  std::string words_for(const Uuid& key) const override;
  std::optional<FindingKey> finding_for(const Uuid& key) const override;

 private:
  Inputs& inputs_;
};

// Row: nb::PhysicalSwitch or nb::LogicalSwitch.
template <class Row>
class SwitchStateSync final : public RowSync<Row, Uuid, SwitchState> {
 public:
  using Base = RowSync<Row, Uuid, SwitchState>;
  SwitchStateSync(engine::Relation<Uuid, SwitchState>& desired, store::Table<Row>& table,
                  Problems& problems);

  bool divisible() const override { return true; }

 protected:
  typename Base::Rows actual(const Uuid& key) const override;
  Result<typename Base::Written> write_key(ovsdb::Transaction& transaction, const Uuid& key,
                                           const SwitchState* desired,
                                           const typename Base::Rows& rows) override;
  std::string words_for(const Uuid& key) const override;
  std::optional<FindingKey> finding_for(const Uuid& key) const override;

 private:
  store::Table<Row>& table_;
};

}  // namespace mooring::northd
