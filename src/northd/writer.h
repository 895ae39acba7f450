// Transactions to one database: the differences of its tables, one transaction at a time.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "northd/row_sync.h"
#include "ovsdb/transaction.h"

namespace mooring::northd {

class Writer {
 public:
  static constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

  // tables: in the order in which their rows may refer to each other. last: what says that all the
  // others are written; null for none. most: keys per transaction, at least 1.
  Writer(std::vector<TableSync*> tables, TableSync* last, std::size_t most, Logger log);

  // Takes in what the derivations changed. Returns what, in words.
  std::vector<std::string> note_changes();

  // The next transaction, if anything differs and none is on its way. Normally it has all the
  // differences, up to `most`, so that a wave of changes is one transaction. After a refusal it has
  // fewer, down to the one row that is refused: that is set aside and reported, and the others go
  // on.
  std::optional<ovsdb::Transaction> next();
  bool in_flight() const { return sent_ > 0; }

  enum class Verdict { kProceed, kBackOff };
  // What became of the transaction. kBackOff: try again, but not at once.
  Verdict done(const ovsdb::TransactionOutcome& outcome);

  // Tries again what was set aside; whether there was anything.
  bool release_rejected();

 private:
  Verdict fail(const ovsdb::TransactionError& error);
  void retry();

  std::vector<TableSync*> tables_;  // with the last
  bool has_last_;
  Logger log_;
  std::size_t most_;
  std::size_t limit_;     // keys per transaction, for now
  std::size_t sent_ = 0;  // keys in the transaction that is on its way
};

}  // namespace mooring::northd
