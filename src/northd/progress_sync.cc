#include "northd/progress_sync.h"

namespace mooring::northd {
namespace {

using ProgressRow = nb::NBGlobal;
using ProgressColumn = ProgressRow::Columns;
using ovsdb::mask_of;

std::vector<int> only_key(const ProgressRow&) { return {0}; }

std::vector<const ProgressRow*> global_rows(const Inputs& inputs) {
  std::vector<const ProgressRow*> out;
  for (const Uuid& uuid : inputs.nb_root.find(0)) {
    out.push_back(inputs.nb_tables.nb_global.find(uuid));
  }
  return out;
}

FindingKey on_global() { return finding_on("NB_Global", Uuid(), "", model::code::kRowRejected); }

}  // namespace

SouthboundProgressSync::SouthboundProgressSync(Inputs& inputs, Outputs& outputs, Problems& problems,
                                               const Clock& clock)
    : RowSync(outputs.southbound_progress, inputs.nb_tables.nb_global,
              mask_of(ProgressColumn::sb_cfg) | mask_of(ProgressColumn::sb_cfg_timestamp) |
                  mask_of(ProgressColumn::nb_cfg_timestamp),
              only_key, problems),
      inputs_(inputs),
      clock_(clock) {
  subscription_ =
      inputs.nb_tables.nb_global.observe([this](const store::Change<ProgressRow>& change) {
        if (change.before == nullptr || change.after == nullptr) return;
        if (change.before->nb_cfg != change.after->nb_cfg) asked_at_ = clock_.wall_ms();
      });
}

SouthboundProgressSync::Rows SouthboundProgressSync::actual(const int&) const {
  return global_rows(inputs_);
}

// Times are no facts that can be derived: each is written with the number that it belongs to.
Result<SouthboundProgressSync::Written> SouthboundProgressSync::write_key(
    ovsdb::Transaction& transaction, const int&, const SouthboundProgress* desired,
    const Rows& rows) {
  if (desired == nullptr) return Written::kDone;
  if (rows.empty()) {
    ProgressRow row;
    row.sb_cfg = desired->sb_cfg;
    transaction.insert(row);
    return Written::kDone;
  }
  const ProgressRow& present = *rows.front();
  if (present.sb_cfg == desired->sb_cfg) return Written::kDone;
  transaction.update(present.uuid, ProgressColumn::sb_cfg, desired->sb_cfg);
  transaction.update(present.uuid, ProgressColumn::sb_cfg_timestamp, clock_.wall_ms());
  if (asked_at_ != 0) {
    transaction.update(present.uuid, ProgressColumn::nb_cfg_timestamp, asked_at_);
  }
  return Written::kDone;
}

std::optional<FindingKey> SouthboundProgressSync::finding_for(const int&) const {
  return on_global();
}

HypervisorProgressSync::HypervisorProgressSync(Inputs& inputs, Outputs& outputs, Problems& problems,
                                               const Clock& clock)
    : RowSync(outputs.hypervisor_progress, inputs.nb_tables.nb_global,
              mask_of(ProgressColumn::hv_cfg) | mask_of(ProgressColumn::hv_cfg_timestamp), only_key,
              problems),
      inputs_(inputs),
      clock_(clock) {}

HypervisorProgressSync::Rows HypervisorProgressSync::actual(const int&) const {
  return global_rows(inputs_);
}

Result<HypervisorProgressSync::Written> HypervisorProgressSync::write_key(
    ovsdb::Transaction& transaction, const int&, const HypervisorProgress* desired,
    const Rows& rows) {
  // A row that isn't there is made with sb_cfg, and is a change of this key then.
  if (desired == nullptr || rows.empty()) return Written::kDone;
  const ProgressRow& present = *rows.front();
  if (present.hv_cfg == desired->hv_cfg) return Written::kDone;
  std::int64_t when = desired->hv_cfg_timestamp;
  transaction.update(present.uuid, ProgressColumn::hv_cfg, desired->hv_cfg);
  transaction.update(present.uuid, ProgressColumn::hv_cfg_timestamp,
                     when != 0 ? when : clock_.wall_ms());
  return Written::kDone;
}

std::optional<FindingKey> HypervisorProgressSync::finding_for(const int&) const {
  return on_global();
}

}  // namespace mooring::northd
