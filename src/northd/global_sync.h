// SB_Global: the configuration number, which tells that all before it is written.
#pragma once

#include <optional>
#include <string>

#include "northd/inputs.h"
#include "northd/outputs.h"
#include "northd/row_sync.h"

namespace mooring::northd {

class GlobalSync final : public RowSync<sb::SBGlobal, int, DesiredGlobal> {
 public:
  GlobalSync(Inputs& inputs, Outputs& outputs, Problems& problems);

 protected:
  Rows actual(const int& key) const override;
  Result<Written> write_key(ovsdb::Transaction& transaction, const int& key,
                            const DesiredGlobal* desired, const Rows& rows) override;
  std::string words_for(const int&) const override { return "SB_Global"; }
  std::optional<FindingKey> finding_for(const int& key) const override;

 private:
  Inputs& inputs_;
};

}  // namespace mooring::northd
