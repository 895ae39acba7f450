// The dynamic replica, fed by real servers' messages and by hand.
#include "ovsdb/dynamic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ovsdb/testing/peer.h"

namespace mooring::ovsdb {
namespace {

using testdb::Host;
using testdb::Port;
using testing::Peer;
using testing::run_until;
using testing::Server;

class DynamicTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server.create(testing::schema_file());
    server.start();
    Client::Options options;
    options.database = "Test";
    options.remotes = {server.remote()};
    options.backoff = options.max_backoff = std::chrono::milliseconds(20);
    client = std::make_unique<Client>(loop, Logger(), options, replica.feed());
    client->start();
    ASSERT_TRUE(run_until(loop, [this] { return client->synced(); }));
  }
  std::string text(const Uuid& uuid, std::string_view column) {
    const Datum* datum = replica.find("Port", uuid, column);
    return datum == nullptr ? "(none)"
                            : datum->to_text(replica.schema().find("Port")->find(column)->type);
  }

  testing::TempDir dir;
  Server server{dir, "server"};
  io::Loop loop;
  DynamicReplica replica;
  std::unique_ptr<Client> client;
};

TEST_F(DynamicTest, FollowsWhatOthersWrite) {
  EXPECT_EQ(replica.schema().tables.size(), 4u);
  Peer writer(loop, {server.remote()});
  ASSERT_TRUE(writer.sync());
  Transaction txn;
  auto port = txn.insert(
      Port{.name = "p", .tag = 5, .addresses = {"b", "a"}, .options = {{"k", "v"}, {"l", "w"}}});
  Uuid uuid = writer.commit(std::move(txn))->uuid_of(port);
  ASSERT_TRUE(run_until(loop, [&] { return replica.find("Port", uuid) != nullptr; }));
  EXPECT_EQ(text(uuid, "addresses"), "[a, b]");
  EXPECT_EQ(text(uuid, "options"), "{k=v, l=w}");
  EXPECT_EQ(text(uuid, "up"), "[]");
  EXPECT_EQ(text(uuid, "nothing"), "(none)");

  Transaction more;
  more.diff(uuid, Port::Columns::addresses, {"a", "b"}, {"b", "c"});
  more.diff(uuid, Port::Columns::options, {{"k", "v"}, {"l", "w"}}, {{"k", "x"}});
  more.update(uuid, Port::Columns::tag, std::nullopt);
  ASSERT_TRUE(writer.commit(std::move(more)));
  ASSERT_TRUE(run_until(loop, [&] { return text(uuid, "tag") == "[]"; }));
  EXPECT_EQ(text(uuid, "addresses"), "[b, c]");
  EXPECT_EQ(text(uuid, "options"), "{k=x}");

  server.kill();
  ASSERT_TRUE(run_until(loop, [&] { return client->state() == ClientState::kLost; }));
  EXPECT_EQ(replica.table("Port").size(), 1u);
  server.start();
  ASSERT_TRUE(run_until(loop, [&] { return client->synced() && writer.client->synced(); }));
  EXPECT_EQ(text(uuid, "addresses"), "[b, c]");
  Transaction last;
  last.remove<Port>(uuid);
  ASSERT_TRUE(writer.commit(std::move(last)));
  EXPECT_TRUE(run_until(loop, [&] { return replica.table("Port").empty(); }));
}

TEST_F(DynamicTest, WritesRowsByTheirTypes) {
  const TableSchema& table = *replica.schema().find("Port");
  Transaction txn;
  Uuid row = txn.insert_row("Port");
  for (auto [column, value] : std::vector<std::pair<std::string, std::string>>{
           {"name", "p1"}, {"addresses", "a b"}, {"counts", "1=2"}, {"weight", "0.5"}}) {
    const ColumnType& type = table.find(column)->type;
    auto datum = Datum::from_text(type, value);
    ASSERT_TRUE(datum) << datum.error().message;
    std::string json;
    json::Writer writer(json);
    datum->to_json(type, writer);
    txn.set_column("Port", row, column, json);
  }
  std::size_t select = txn.raw(R"({"op":"select","table":"Port","where":[],"columns":["name"]})");
  std::optional<TransactionOutcome> outcome;
  client->transact(std::move(txn), [&](const TransactionOutcome& o) { outcome = o; });
  ASSERT_TRUE(run_until(loop, [&] { return outcome.has_value(); }));
  ASSERT_TRUE(*outcome) << outcome->error().message;
  EXPECT_EQ((*outcome)->operations[select].text, R"({"rows":[{"name":"p1"}]})");
  Uuid uuid = (*outcome)->uuid_of(row);
  EXPECT_EQ(text(uuid, "counts"), "{1=2}");
  EXPECT_EQ(text(uuid, "weight"), "0.5");
}

TEST_F(DynamicTest, HoldsOnlyTheTablesThatAreWanted) {
  DynamicReplica hosts({"Host", "Nothing"});
  Client::Options options;
  options.database = "Test";
  options.remotes = {server.remote()};
  Client other(loop, Logger(), options, hosts.feed());
  other.start();
  ASSERT_TRUE(run_until(loop, [&] { return other.synced(); }));
  EXPECT_EQ(other.schema_gaps().size(), 1u);
  Peer writer(loop, {server.remote()});
  ASSERT_TRUE(writer.sync());
  Transaction txn;
  txn.insert(Host{.name = "h"});
  txn.insert(Port{.name = "p"});
  ASSERT_TRUE(writer.commit(std::move(txn)));
  ASSERT_TRUE(run_until(loop, [&] { return hosts.table("Host").size() == 1; }));
  EXPECT_TRUE(hosts.table("Port").empty());
}

}  // namespace
}  // namespace mooring::ovsdb
