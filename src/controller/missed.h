// Ports that couldn't be claimed unseen (attempts.h).
#pragma once

#include <string>

#include "base/uuid.h"
#include "store/table.h"

namespace mooring::controller {

// The port's row isn't there, isn't where it should be, or isn't free.
struct Missed {
  Uuid uuid;
  std::string port;
  friend bool operator==(const Missed&, const Missed&) = default;

  class View {
   public:
    View(const Missed& row, store::ColumnMask& used) : row_(&row) { used |= 1; }
    const std::string& port() const { return row_->port; }

   private:
    const Missed* row_;
  };
};

}  // namespace mooring::controller
