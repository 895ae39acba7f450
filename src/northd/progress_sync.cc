#include "northd/progress_sync.h"

namespace mooring::northd {
namespace {

using ProgressRow = nb::NBGlobal;
using ProgressColumn = ProgressRow::Columns;
using ovsdb::mask_of;

store::ColumnMask owned_columns() {
  return mask_of(ProgressColumn::sb_cfg) | mask_of(ProgressColumn::sb_cfg_timestamp) | mask_of(ProgressColumn::hv_cfg) |
         mask_of(ProgressColumn::hv_cfg_timestamp) | mask_of(ProgressColumn::nb_cfg_timestamp);
}

}  // namespace

ProgressSync::ProgressSync(Inputs& inputs, Outputs& outputs, Problems& problems,
                           const Clock& clock)
    : RowSync(outputs.progress, inputs.nb_tables.nb_global, owned_columns(),
              [](const ProgressRow&) { return std::vector<int>{0}; }, problems),
      inputs_(inputs),
      clock_(clock) {
  subscription_ = inputs.nb_tables.nb_global.observe([this](const store::Change<ProgressRow>& change) {
    if (change.before == nullptr || change.after == nullptr) return;
    if (change.before->nb_cfg != change.after->nb_cfg) asked_at_ = clock_.wall_ms();
  });
}

ProgressSync::Rows ProgressSync::actual(const int& key) const {
  Rows out;
  for (const Uuid& uuid : inputs_.nb_root.find(key)) {
    out.push_back(inputs_.nb_tables.nb_global.find(uuid));
  }
  return out;
}

// Times are no facts that can be derived: each is written with the number that it belongs to.
Result<ProgressSync::Written> ProgressSync::write_key(ovsdb::Transaction& transaction, const int&,
                                                      const Progress* desired, const Rows& rows) {
  if (desired == nullptr) return Written::kDone;
  if (rows.empty()) {
    ProgressRow row;
    row.sb_cfg = desired->sb_cfg;
    row.hv_cfg = desired->hv_cfg;
    transaction.insert(row);
    return Written::kDone;
  }
  const ProgressRow& present = *rows.front();
  ProgressRow row = present;
  row.sb_cfg = desired->sb_cfg;
  row.hv_cfg = desired->hv_cfg;
  if (row.sb_cfg != present.sb_cfg) {
    row.sb_cfg_timestamp = clock_.wall_ms();
    if (asked_at_ != 0) row.nb_cfg_timestamp = asked_at_;
  }
  if (row.hv_cfg != present.hv_cfg) {
    row.hv_cfg_timestamp =
        desired->hv_cfg_timestamp != 0 ? desired->hv_cfg_timestamp : clock_.wall_ms();
  }
  RowDiff<ProgressRow>(transaction, present, row)(ProgressColumn::sb_cfg, &ProgressRow::sb_cfg)(
      ProgressColumn::sb_cfg_timestamp, &ProgressRow::sb_cfg_timestamp)(ProgressColumn::hv_cfg, &ProgressRow::hv_cfg)(
      ProgressColumn::hv_cfg_timestamp, &ProgressRow::hv_cfg_timestamp)(ProgressColumn::nb_cfg_timestamp, &ProgressRow::nb_cfg_timestamp);
  return Written::kDone;
}

std::optional<FindingKey> ProgressSync::finding_for(const int&) const {
  return finding_on("NB_Global", Uuid(), "", model::code::kRowRejected);
}

}  // namespace mooring::northd
