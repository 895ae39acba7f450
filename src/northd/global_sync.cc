#include "northd/global_sync.h"

namespace mooring::northd {

using GlobalRow = sb::SBGlobal;

GlobalSync::GlobalSync(Inputs& inputs, Outputs& outputs, Problems& problems)
    : RowSync(
          outputs.global, inputs.sb_tables.sb_global, ~store::ColumnMask{0},
          [](const GlobalRow&) { return std::vector<int>{0}; }, problems),
      inputs_(inputs) {}

GlobalSync::Rows GlobalSync::actual(const int& key) const {
  Rows out;
  for (const Uuid& uuid : inputs_.sb_root.find(key)) {
    out.push_back(inputs_.sb_tables.sb_global.find(uuid));
  }
  return out;
}

Result<GlobalSync::Written> GlobalSync::write_key(ovsdb::Transaction& transaction, const int&,
                                                  const DesiredGlobal* desired, const Rows& rows) {
  if (desired == nullptr) return Written::kDone;
  GlobalRow row;
  row.nb_cfg = desired->nb_cfg;
  row.options = desired->options;
  row.ipsec = desired->ipsec;
  if (rows.empty()) {
    transaction.insert(row);
    return Written::kDone;
  }
  using C = GlobalRow::Columns;
  RowDiff<GlobalRow>(transaction, *rows.front(), row)(C::nb_cfg, &GlobalRow::nb_cfg)(
      C::options, &GlobalRow::options)(C::ipsec, &GlobalRow::ipsec);
  return Written::kDone;
}

std::optional<FindingKey> GlobalSync::finding_for(const int&) const {
  return finding_on("NB_Global", Uuid(), "", model::code::kRowRejected);
}

}  // namespace mooring::northd
