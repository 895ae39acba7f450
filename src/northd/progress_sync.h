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

class ProgressSync final : public RowSync<nb::NBGlobal, int, Progress> {
 public:
  ProgressSync(Inputs& inputs, Outputs& outputs, Problems& problems, const Clock& clock);

 protected:
  Rows actual(const int& key) const override;
  Result<Written> write_key(ovsdb::Transaction& transaction, const int& key,
                            const Progress* desired, const Rows& rows) override;
  std::string words_for(const int&) const override { return "NB_Global"; }
  std::optional<FindingKey> finding_for(const int& key) const override;

 private:
  Inputs& inputs_;
  const Clock& clock_;
  std::int64_t asked_at_ = 0;  // when nb_cfg last changed, ms since the epoch; 0: not seen
  store::Subscription subscription_;
};

}  // namespace mooring::northd
