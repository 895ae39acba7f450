// What the southbound server has confirmed to be here: a want whose condition it took over, with
// all rows that it selects. A table of this process, so that the graph reads it like any other.
//
// Where rows close something, their absence must not pass for their not being there.
#pragma once

#include <set>

#include "controller/wanted.h"
#include "store/table.h"

namespace mooring::controller {

struct Confirmation {
  Uuid uuid;
  Wanted wanted;
  friend bool operator==(const Confirmation&, const Confirmation&) = default;

  class View {
   public:
    View(const Confirmation& row, store::ColumnMask& used) : row_(&row) { used |= 1; }
    const Wanted& wanted() const { return row_->wanted; }

   private:
    const Confirmation* row_;
  };
};

class Confirmations {
 public:
  store::Table<Confirmation>& table() { return table_; }

  // These are asked for from now on. What isn't among them is confirmed no more.
  void ask(std::set<Wanted> wanted);
  // The server has answered to all that was asked for.
  void confirm();

 private:
  store::Table<Confirmation> table_;
  std::set<Wanted> unanswered_;
};

}  // namespace mooring::controller
