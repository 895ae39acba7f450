// northd with both databases in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "northd/derivations.h"
#include "northd/reconciler.h"
#include "northd/testing/fake_database.h"

namespace mooring::northd::testing {

class FakeClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point now() const override { return {}; }
  std::int64_t wall_ms() const override { return ms; }
  std::int64_t ms = 1000;
};

class World {
 public:
  explicit World(Reconciler::Sizes sizes = {});

  struct Settled {
    std::uint64_t runs = 0;  // of derivations
    std::size_t sb_transactions = 0;
    std::size_t nb_transactions = 0;
    std::size_t failures = 0;  // transactions that were refused
  };
  // Does what northd does until there is nothing left to do. Throws when there is no end.
  Settled settle();
  // What a derivation from scratch finds different, and what a northd that is started now, on the
  // rows as they are, would send. In health, nothing.
  std::vector<std::string> differences_from_scratch();
  std::optional<std::string> first_transaction_of_another();

  // The servers answer when they have all of a wave, else each transaction before the next is put
  // together.
  bool slow_servers = false;
  nb::Database nb_tables;
  sb::Database sb_tables;
  Problems problems;
  FakeClock clock;
  FakeDatabase nb;
  FakeDatabase sb;
  Derivations derivations;
  Reconciler reconciler;
};

}  // namespace mooring::northd::testing
