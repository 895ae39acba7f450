// Claims of ports whose rows this chassis hasn't seen.
//
// The UUID of a Port_Binding follows from the port's name (model/row_uuid.h), by which ovsdb-server
// finds it at once. So a VIF that is plugged in costs as much in a large network as in a small one;
// asking for its row by name makes the server look at every port there is (monitor_cond_change).
// What is bound to this chassis it monitors anyway. A port that can't be had so is asked for by
// name.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "controller/missed.h"
#include "controller/outputs.h"
#include "controller/sb.h"
#include "ovsdb/outcome.h"
#include "ovsdb/transaction.h"
#include "store/table.h"

namespace mooring::controller {

class Attempts {
 public:
  // A table of this process, so that the graph reads it like any other.
  store::Table<Missed>& missed() { return missed_; }

  // Appends the claims that are wanted, for the chassis whose row is `self`.
  void write(const Outputs& outputs, const Uuid& self, ovsdb::Transaction& txn);
  // What became of the transaction that write() was for last.
  void done(const ovsdb::TransactionOutcome& outcome);
  void miss(const std::string& port);
  // Forgets ports that nobody asks for by name any more, so that they are tried again once they are
  // plugged in again.
  void forget(const Outputs& outputs);

 private:
  struct Sent {
    std::string port;
    std::size_t first;   // operation: where the port is for any chassis
    std::size_t second;  // and where it is for this one
  };
  store::Table<Missed> missed_;
  std::vector<Sent> sent_;
};

}  // namespace mooring::controller
