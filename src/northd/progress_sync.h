// NB_Global: how far configuration has got, with the times.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "northd/inputs.h"
#include "northd/outputs.h"
#include "northd/row_sync.h"

namespace mooring::northd {

// sb_cfg: says nothing about this database, so it goes before whatever else there is to write.
class SouthboundProgressSync final : public RowSync<nb::NBGlobal, int, SouthboundProgress> {
 public:
  SouthboundProgressSync(Inputs& inputs, Outputs& outputs, Problems& problems, const Clock& clock);

 protected:
  Rows actual(const int& key) const override;
  Result<Written> write_key(ovsdb::Transaction& transaction, const int& key,
                            const SouthboundProgress* desired, const Rows& rows) override;
  std::string words_for(const int&) const override { return "NB_Global.sb_cfg"; }
  std::optional<FindingKey> finding_for(const int& key) const override;

 private:
  Inputs& inputs_;
  const Clock& clock_;
  std::int64_t asked_at_ = 0;  // when nb_cfg last changed, ms since the epoch; 0: not seen
  store::Subscription subscription_;
};

// hv_cfg: whoever waits for it finds what the hypervisors said about their ports, so it goes last.
class HypervisorProgressSync final : public RowSync<nb::NBGlobal, int, HypervisorProgress> {
 public:
  HypervisorProgressSync(Inputs& inputs, Outputs& outputs, Problems& problems, const Clock& clock);

 protected:
  Rows actual(const int& key) const override;
  Result<Written> write_key(ovsdb::Transaction& transaction, const int& key,
                            const HypervisorProgress* desired, const Rows& rows) override;
  std::string words_for(const int&) const override { return "NB_Global.hv_cfg"; }
  std::optional<FindingKey> finding_for(const int& key) const override;

 private:
  Inputs& inputs_;
  const Clock& clock_;
};

}  // namespace mooring::northd
