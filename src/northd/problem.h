// What northd itself can't do: rows that a database refuses, a schema that lacks something. A table
// of this process, so that the graph reads it like any other.
#pragma once

#include <cstdint>
#include <string>

#include "base/uuid.h"
#include "northd/finding.h"
#include "store/table.h"

namespace mooring::northd {

struct Problem {
  Uuid uuid;
  FindingKey key;
  Finding finding;
  friend bool operator==(const Problem&, const Problem&) = default;

  class View {
   public:
    View(const Problem& row, store::ColumnMask& used) : row_(&row) { used |= 1; }
    const FindingKey& key() const { return row_->key; }
    const Finding& finding() const { return row_->finding; }

   private:
    const Problem* row_;
  };
};

using Problems = store::Table<Problem>;

}  // namespace mooring::northd
