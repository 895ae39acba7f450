// Pipeline rows.
#pragma once

#include <optional>
#include <string>

#include "northd/inputs.h"
#include "northd/outputs.h"
#include "northd/row_sync.h"

namespace mooring::northd {

class PipelineSync final : public RowSync<sb::Pipeline, PipelineRow, Present> {
 public:
  PipelineSync(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Problems& problems);

 protected:
  Rows actual(const PipelineRow& key) const override;
  Result<Written> write_key(ovsdb::Transaction& transaction, const PipelineRow& key,
                            const Present* desired, const Rows& rows) override;
  std::string words_for(const PipelineRow& key) const override;
  std::optional<FindingKey> finding_for(const PipelineRow& key) const override;

 private:
  Inputs& inputs_;
  engine::Index<sb::Pipeline, PipelineRow> rows_;
};

}  // namespace mooring::northd
