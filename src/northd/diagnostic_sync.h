// Diagnostic rows.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "northd/inputs.h"
#include "northd/outputs.h"
#include "northd/row_sync.h"

namespace mooring::northd {

class DiagnosticSync final : public RowSync<nb::Diagnostic, FindingKey, Finding> {
 public:
  DiagnosticSync(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Problems& problems,
                 const Clock& clock);

  bool divisible() const override { return true; }

 protected:
  Rows actual(const FindingKey& key) const override;
  Result<Written> write_key(ovsdb::Transaction& transaction, const FindingKey& key,
                            const Finding* desired, const Rows& rows) override;
  std::string words_for(const FindingKey& key) const override;
  // A report that it can't be reported would fare no better.
  std::optional<FindingKey> finding_for(const FindingKey&) const override { return std::nullopt; }

 private:
  // All findings under the key as one row: the worst severity, the words one after another.
  nb::Diagnostic make_row(const FindingKey& key) const;

  Inputs& inputs_;
  Outputs& outputs_;
  const Clock& clock_;
  engine::Index<nb::Diagnostic, FindingKey> rows_;
};

}  // namespace mooring::northd
