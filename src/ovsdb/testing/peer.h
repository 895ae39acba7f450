// A client of the test database with typed tables, and what it told; for tests.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ovsdb/client.h"
#include "ovsdb/testdb.h"
#include "ovsdb/testing/server.h"

namespace mooring::ovsdb::testing {

struct Peer {
  explicit Peer(io::Loop& on, std::vector<io::Remote> remotes, bool leader_only = false)
      : loop(on) {
    Client::Options options;
    options.database = "Test";
    options.remotes = std::move(remotes);
    options.leader_only = leader_only;
    options.backoff = options.max_backoff = std::chrono::milliseconds(20);
    client = std::make_unique<Client>(loop, Logger(), options, db.replica());
    client->on_update([this] { ++updates; });
    client->on_state([this](ClientState state) {
      states.push_back(state);
      if (state == ClientState::kLost) ++losses;
    });
    client->on_problem([this](const Error& error) { problems.push_back(error.message); });
    watch = db.port.observe([this](const store::Change<testdb::Port>& change) {
      std::string name = (change.after ? change.after : change.before)->name;
      changes.emplace_back(!change.before  ? "+" + name
                           : !change.after ? "-" + name
                                           : name,
                           change.columns);
    });
  }

  bool wait(const std::function<bool()>& done) { return run_until(loop, done); }
  bool wait(ClientState state) {
    return wait([this, state] { return client->state() == state; });
  }
  // For a loss that hasn't been waited for yet; by now the client may be back.
  bool wait_lost() {
    if (!wait([this] { return losses > 0; })) return false;
    --losses;
    return true;
  }
  bool sync() {
    client->start();
    return wait([this] { return client->synced() && updates > 0; });
  }
  TransactionOutcome commit(Transaction transaction) {
    std::optional<TransactionOutcome> out;
    client->transact(std::move(transaction),
                     [&out](const TransactionOutcome& outcome) { out = outcome; });
    EXPECT_FALSE(out) << "an outcome from inside transact()";
    EXPECT_TRUE(wait([&out] { return out.has_value(); }));
    return out ? *out : TransactionOutcome();
  }
  const testdb::Port* port(std::string_view name) const {
    const testdb::Port* out = nullptr;
    db.port.for_each([&](const testdb::Port& row) { out = row.name == name ? &row : out; });
    return out;
  }
  // The UUID of a new port.
  Uuid add_port(std::string name) {
    Transaction txn;
    auto port = txn.insert(testdb::Port{.name = std::move(name)});
    auto outcome = commit(std::move(txn));
    EXPECT_TRUE(outcome) << outcome.error().message;
    return outcome ? outcome->uuid_of(port) : Uuid();
  }

  io::Loop& loop;
  testdb::Database db;
  std::unique_ptr<Client> client;
  int updates = 0;
  int losses = 0;
  std::vector<ClientState> states;
  std::vector<std::string> problems;
  // Of ports, in order: the name, with + or - for insertions and deletions, and what changed.
  std::vector<std::pair<std::string, store::ColumnMask>> changes;
  store::Subscription watch;
};

}  // namespace mooring::ovsdb::testing
