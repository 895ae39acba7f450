// The conditions of all tables: what is wanted, and what the server has.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "ovsdb/condition.h"

namespace mooring::ovsdb {

// A change is confirmed by the server before the next is sent. While one is on its way nobody knows
// which of the two a lost server applied, and the contents can't be resumed.
class ConditionSet {
 public:
  void set(std::string_view table, Condition condition);

  // Of tables that the server lacks, conditions aren't sent.
  void bind(std::set<std::string, std::less<>> tables) { bound_ = std::move(tables); }

  // For a monitor request that fetches everything: takes what is wanted as what the server has.
  void start_fresh();
  // What the server has of a table.
  const Condition& confirmed(std::string_view table) const;

  // Whether what is wanted differs from what the server has.
  bool differs() const;
  bool in_flight() const { return in_flight_; }
  // The tables-to-conditions object for monitor_cond_change; it is in flight then.
  std::string begin_change();
  void confirm();
  // The connection ended; false when the contents can't be resumed.
  bool lose();

 private:
  struct Entry {
    Condition wanted = Condition::all();
    Condition sent = Condition::all();
    Condition confirmed = Condition::all();
    bool differs = false;  // wanted from confirmed

    void compare() { differs = wanted != confirmed; }
  };
  std::map<std::string, Entry, std::less<>> entries_;
  std::set<std::string, std::less<>> bound_;
  bool in_flight_ = false;
};

}  // namespace mooring::ovsdb
