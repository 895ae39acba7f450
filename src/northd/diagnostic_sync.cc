#include "northd/diagnostic_sync.h"

#include <fmt/core.h>

#include <algorithm>

namespace mooring::northd {
namespace {

using DiagnosticRow = nb::Diagnostic;
using DiagnosticColumn = DiagnosticRow::Columns;

std::vector<FindingKey> finding_key(const DiagnosticRow& row) {
  return {FindingKey{row.code, row.table_name, row.row.value_or(Uuid()), row.name,
                     row.chassis.value_or("")}};
}

}  // namespace

DiagnosticSync::DiagnosticSync(engine::Graph& graph, Inputs& inputs, Outputs& outputs,
                               Problems& problems, const Clock& clock)
    : RowSync(outputs.findings, inputs.nb_tables.diagnostic, ~store::ColumnMask{0}, finding_key,
              problems),
      inputs_(inputs),
      outputs_(outputs),
      clock_(clock),
      rows_(graph, inputs.nb_tables.diagnostic, ~store::ColumnMask{0}, finding_key) {}

DiagnosticSync::Rows DiagnosticSync::actual(const FindingKey& key) const {
  Rows out;
  for (const Uuid& uuid : rows_.find(key)) out.push_back(inputs_.nb_tables.diagnostic.find(uuid));
  return out;
}

DiagnosticRow DiagnosticSync::make_row(const FindingKey& key) const {
  constexpr std::size_t kTold = 10;  // findings; the rest are counted
  DiagnosticRow row;
  row.code = key.code;
  row.table_name = key.table;
  if (!key.row.is_nil()) row.row = key.row;
  row.name = key.name;
  if (!key.chassis.empty()) row.chassis = key.chassis;
  auto severity = model::Severity::kInfo;
  std::size_t told = 0;
  auto findings = outputs_.findings.find(key);
  for (const Finding& finding : findings) {
    severity = std::min(severity, finding.severity);  // the worst comes first
    if (finding.since != 0) row.since = finding.since;
    if (told++ < kTold) row.message += (row.message.empty() ? "" : "; ") + finding.message;
  }
  if (told > kTold) row.message += fmt::format("; and {} more", told - kTold);
  row.severity = to_string(severity);
  if (row.since == 0) row.since = clock_.wall_ms();
  return row;
}

Result<DiagnosticSync::Written> DiagnosticSync::write_key(ovsdb::Transaction& transaction,
                                                          const FindingKey& key,
                                                          const Finding* desired,
                                                          const Rows& rows) {
  for (std::size_t i = desired != nullptr ? 1 : 0; i < rows.size(); ++i) {
    transaction.remove<DiagnosticRow>(rows[i]->uuid);
  }
  if (desired == nullptr) return Written::kDone;
  DiagnosticRow row = make_row(key);
  if (rows.empty()) {
    transaction.insert(row);
    return Written::kDone;
  }
  RowDiff<DiagnosticRow>(transaction, *rows.front(), row)(
      DiagnosticColumn::severity, &DiagnosticRow::severity)(DiagnosticColumn::message,
                                                            &DiagnosticRow::message);
  return Written::kDone;
}

std::string DiagnosticSync::words_for(const FindingKey& key) const {
  return fmt::format("Diagnostic {} of {} {}", key.code, key.table, quoted(key.name));
}

}  // namespace mooring::northd
