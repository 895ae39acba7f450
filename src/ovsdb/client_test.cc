// The client against a real ovsdb-server.
#include "ovsdb/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ovsdb/dynamic.h"
#include "ovsdb/testdb.h"
#include "ovsdb/testing/server.h"

namespace mooring::ovsdb {
namespace {

using testdb::Host;
using testdb::Port;
using testdb::Switch;
using testing::run_until;
using testing::Server;

// A client with typed tables, and what it told.
struct Peer {
  explicit Peer(io::Loop& on, std::vector<io::Remote> remotes, bool leader_only = false)
      : loop(on) {
    Client::Options options;
    options.database = "Test";
    options.remotes = std::move(remotes);
    options.leader_only = leader_only;
    options.backoff = options.max_backoff = std::chrono::milliseconds(50);
    client = std::make_unique<Client>(loop, Logger(), options, db.replica());
    client->on_update([this] { ++updates; });
    client->on_state([this](ClientState state) { states.push_back(state); });
    client->on_problem([this](const Error& error) { problems.push_back(error.message); });
    watch = db.port.observe(
        [this](const store::Change<Port>& change) { changes.push_back(change.columns); });
  }
  bool sync() {
    client->start();
    return run_until(loop, [this] { return client->synced() && updates > 0; });
  }
  TransactionOutcome commit(Transaction transaction) {
    std::optional<TransactionOutcome> out;
    client->transact(std::move(transaction),
                     [&out](const TransactionOutcome& outcome) { out = outcome; });
    run_until(loop, [&out] { return out.has_value(); });
    return out.value_or(TransactionOutcome());
  }
  const Port* port(std::string_view name) const {
    const Port* out = nullptr;
    db.port.for_each([&](const Port& row) { out = row.name == name ? &row : out; });
    return out;
  }

  io::Loop& loop;
  testdb::Database db;
  std::unique_ptr<Client> client;
  int updates = 0;
  std::vector<ClientState> states;
  std::vector<std::string> problems;
  std::vector<store::ColumnMask> changes;  // of ports
  store::Subscription watch;
};

class ClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server.create(testing::schema_file());
    server.start();
  }

  testing::TempDir dir;
  Server server{dir, "server"};
  io::Loop loop;
};

constexpr store::ColumnMask bits(auto... columns) {
  return (... | (store::ColumnMask{1} << columns));
}

TEST_F(ClientTest, WritesAndReadsEveryKindOfColumn) {
  Peer peer(loop, {server.remote()});
  ASSERT_TRUE(peer.sync());
  EXPECT_EQ(peer.states, (std::vector{ClientState::kSyncing, ClientState::kSynced}));

  Transaction txn;
  auto host = txn.insert(Host{.name = "hv1"});
  auto other = txn.insert(Port{.name = "p2"});
  Port wanted{.name = "p1 \"quoted\" \\ \n é",
              .type = "patch",
              .tag = 101,
              .up = true,
              .enabled = true,
              .weight = 0.25,
              .addresses = {"0a:00:00:00:00:01", "unknown"},
              .options = {{"a", "1"}, {"b", ""}},
              .counts = {{-1, 5}, {7, 9}},
              .peer = other,
              .host = host,
              .default_ = "d"};
  auto port = txn.insert(wanted);
  txn.insert(Switch{.name = "s", .ports = {port, other}, .nb_cfg = 5});
  auto outcome = peer.commit(std::move(txn));
  ASSERT_TRUE(outcome) << outcome.error().message;

  wanted.uuid = outcome->uuid_of(port);
  wanted.peer->uuid = outcome->uuid_of(other);
  wanted.host->uuid = outcome->uuid_of(host);
  ASSERT_NE(peer.db.port.find(wanted.uuid), nullptr);
  EXPECT_EQ(*peer.db.port.find(wanted.uuid), wanted);
  ASSERT_EQ(peer.db.switch_.size(), 1u);
  peer.db.switch_.for_each([&](const Switch& row) {
    EXPECT_EQ(row.ports.size(), 2u);
    EXPECT_TRUE(row.ports.contains(store::Ref<Port>{wanted.uuid}));
  });

  Peer late(loop, {server.remote()});
  ASSERT_TRUE(late.sync());
  ASSERT_NE(late.db.port.find(wanted.uuid), nullptr);
  EXPECT_EQ(*late.db.port.find(wanted.uuid), wanted);
}

}  // namespace
}  // namespace mooring::ovsdb
