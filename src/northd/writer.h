// Transactions to one database: the differences of its tables, in waves.
#pragma once

#include <cstddef>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "northd/row_sync.h"
#include "ovsdb/transaction.h"

namespace mooring::northd {

// A wave is all that differs at one time, normally in one transaction. The rows of a large wave
// that don't belong together go by several: ovsdb-server takes in many rows sooner that way and
// serves others between.
class Writer {
 public:
  struct Size {
    std::size_t most = 0;  // keys per transaction where they can be divided, at least 1
    // A wave's next transaction is sent before the one before is answered, else only what differs
    // then, as another wave.
    bool ahead = false;
  };

  // tables: in the order in which their rows may refer to each other. last: what says that all the
  // others are written; null for none.
  Writer(std::vector<TableSync*> tables, TableSync* last, Size size, Logger log);

  // Takes in what the derivations changed; if anything, the wave ends. Returns what, in words.
  std::vector<std::string> note_changes();

  // The wave's next transaction, or another wave's first; nullopt when there is nothing to send
  // now. After a refusal a wave has fewer keys, down to the one row that is refused: that is set
  // aside and reported, and the others go on.
  std::optional<ovsdb::Transaction> next();
  // The wave has more to send now: what is desired should not change before next() is called.
  bool composing() const;
  // No more of this wave; what differs still is another's.
  void stop();
  bool in_flight() const { return !sent_.empty(); }

  enum class Verdict { kProceed, kBackOff };
  // What became of the oldest transaction that wasn't answered. kBackOff: try again, but not at
  // once.
  Verdict done(const ovsdb::TransactionOutcome& outcome);

  // Tries again what was set aside; whether there was anything.
  bool release_rejected();

 private:
  // A refusal of one of the wave's transactions.
  struct Refusal {
    ovsdb::TransactionError error;
    std::size_t keys = 0;  // in the transaction
  };

  static constexpr std::size_t kEnd = std::numeric_limits<std::size_t>::max();

  std::optional<ovsdb::Transaction> go_on();
  std::size_t fill(ovsdb::Transaction& transaction);
  std::size_t room(const TableSync& table, std::size_t written) const;
  Verdict finish();
  Verdict fail(const Refusal& refusal);
  template <class Call>
  void for_each(Call call);

  std::vector<TableSync*> tables_;
  TableSync* last_;
  Size size_;
  Logger log_;
  std::size_t limit_;               // keys per transaction, for now
  bool open_ = false;               // there is a wave that isn't finished
  std::size_t step_ = kEnd;         // of the wave: tables to put, tables to remove, the last
  std::size_t transactions_ = 0;    // of the wave, so far
  std::deque<std::size_t> sent_;    // keys in each transaction that is on its way
  std::optional<Refusal> refusal_;  // the wave's first
};

}  // namespace mooring::northd
