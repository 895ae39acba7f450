#include "northd/pipeline_sync.h"

#include <fmt/core.h>

namespace mooring::northd {
namespace {

std::vector<PipelineRow> row_key(const sb::Pipeline& row) {
  PipelineRow out{.kind = row.kind,
                  .pipeline = row.pipeline,
                  .table_id = row.table_id,
                  .stage = row.stage,
                  .priority = row.priority,
                  .match = row.match,
                  .actions = row.actions,
                  .datapath = {},
                  .port_group = row.port_group,
                  .acl = row.acl,
                  .stateful = row.stateful};
  if (row.datapath) out.datapath = row.datapath->uuid;
  return {std::move(out)};
}

}  // namespace

PipelineSync::PipelineSync(engine::Graph& graph, Inputs& inputs, Outputs& outputs,
                           Problems& problems)
    : RowSync(outputs.pipeline, inputs.sb_tables.pipeline, ~store::ColumnMask{0}, row_key,
              problems),
      inputs_(inputs),
      rows_(graph, inputs.sb_tables.pipeline, ~store::ColumnMask{0}, row_key) {}

PipelineSync::Rows PipelineSync::actual(const PipelineRow& key) const {
  Rows out;
  for (const Uuid& uuid : rows_.find(key)) out.push_back(inputs_.sb_tables.pipeline.find(uuid));
  return out;
}

Result<PipelineSync::Written> PipelineSync::write_key(ovsdb::Transaction& transaction,
                                                      const PipelineRow& key,
                                                      const Present* desired, const Rows& rows) {
  for (std::size_t i = desired != nullptr ? 1 : 0; i < rows.size(); ++i) {
    transaction.remove<sb::Pipeline>(rows[i]->uuid);
  }
  if (desired == nullptr || !rows.empty()) return Written::kDone;
  sb::Pipeline row;
  row.kind = key.kind;
  row.pipeline = key.pipeline;
  row.table_id = key.table_id;
  row.stage = key.stage;
  row.priority = key.priority;
  row.match = key.match;
  row.actions = key.actions;
  if (key.datapath) row.datapath.emplace().uuid = *key.datapath;
  row.port_group = key.port_group;
  row.acl = key.acl;
  row.stateful = key.stateful;
  transaction.insert(row);
  return Written::kDone;
}

std::string PipelineSync::words_for(const PipelineRow& key) const {
  return fmt::format("Pipeline row {} {} priority {} {}", key.pipeline, key.stage, key.priority,
                     quoted(key.match));
}

std::optional<FindingKey> PipelineSync::finding_for(const PipelineRow& key) const {
  if (key.acl) return finding_on("ACL", *key.acl, key.stage, model::code::kRowRejected);
  return finding_on("", Uuid(), key.stage, model::code::kRowRejected);
}

}  // namespace mooring::northd
