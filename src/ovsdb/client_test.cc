// The client against a real ovsdb-server.
#include "ovsdb/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "ovsdb/testing/peer.h"

namespace mooring::ovsdb {
namespace {

using testdb::Host;
using testdb::Port;
using testdb::Switch;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using testing::Peer;
using testing::Server;
using ::testing::UnorderedElementsAre;

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

constexpr store::ColumnMask kEvery = ~store::ColumnMask{0};

constexpr store::ColumnMask bits(auto... columns) {
  return (... | (store::ColumnMask{1} << columns));
}

TEST_F(ClientTest, WritesAndReadsEveryKindOfColumn) {
  Peer peer(loop, {server.remote()});
  ASSERT_TRUE(peer.sync());
  EXPECT_EQ(peer.states, (std::vector{ClientState::kSyncing, ClientState::kSynced}));
  EXPECT_TRUE(peer.client->schema_gaps().empty());

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

TEST_F(ClientTest, AChangeSaysWhichColumnsDiffer) {
  Peer peer(loop, {server.remote()});
  ASSERT_TRUE(peer.sync());
  Uuid uuid = peer.add_port("p");
  peer.changes.clear();

  using C = Port::Columns;
  Transaction first;
  first.update(uuid, C::tag, 7);
  first.update(uuid, C::enabled, false);  // as it is
  first.insert_into(uuid, C::addresses, "a");
  first.insert_into(uuid, C::addresses, "b");
  first.put(uuid, C::options, "k", "v");
  EXPECT_EQ(first.size(), 2u);
  ASSERT_TRUE(peer.commit(std::move(first)));
  EXPECT_THAT(peer.changes,
              ElementsAre(Pair("p", bits(Port::kTag, Port::kAddresses, Port::kOptions))));

  Transaction second;
  second.put(uuid, C::options, "k", "w");
  second.put(uuid, C::options, "l", "x");
  second.remove_from(uuid, C::addresses, "a");
  second.diff(uuid, C::tag, 7, std::nullopt);
  second.diff(uuid, C::counts, {{1, 1}, {2, 2}}, {{1, 1}, {3, 3}});
  ASSERT_TRUE(peer.commit(std::move(second)));
  const Port& row = *peer.db.port.find(uuid);
  EXPECT_EQ(row.options, (Map<std::string, std::string>{{"k", "w"}, {"l", "x"}}));
  EXPECT_EQ(row.addresses, Set<std::string>{"b"});
  EXPECT_EQ(row.tag, std::nullopt);
  EXPECT_EQ(row.counts, (Map<std::int64_t, std::int64_t>{{3, 3}}));

  Transaction third;
  third.erase_key(uuid, C::options, "k");
  third.update(uuid, C::up, true);
  third.remove<Port>(Uuid::random());
  ASSERT_TRUE(peer.commit(std::move(third)));
  EXPECT_EQ(peer.changes.back().second, bits(Port::kOptions, Port::kUp));

  Transaction last;
  last.remove<Port>(uuid);
  auto outcome = peer.commit(std::move(last));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->operations[0].count, 1);
  EXPECT_THAT(peer.changes.back(), Pair("-p", kEvery));
}

TEST_F(ClientTest, RefusedTransactionsNameTheOperation) {
  Peer peer(loop, {server.remote()});
  ASSERT_TRUE(peer.sync());
  Uuid uuid = peer.add_port("p");

  Transaction twice;
  twice.comment("a remark");
  twice.insert(Port{.name = "p"});
  auto duplicate = peer.commit(std::move(twice));
  ASSERT_FALSE(duplicate);
  EXPECT_EQ(duplicate.error().tag, "constraint violation");
  EXPECT_THAT(duplicate.error().message, HasSubstr("identical values"));

  Transaction range;
  range.insert(Port{.name = "q"});
  range.update(uuid, Port::Columns::tag, 5000);
  auto violation = peer.commit(std::move(range));
  ASSERT_FALSE(violation);
  EXPECT_EQ(violation.error().operation, 1u);
  EXPECT_THAT(violation.error().message, HasSubstr("update of Port " + uuid.short_string()));

  Transaction wait;
  wait.wait(uuid, Port::Columns::name, "p");
  wait.wait(uuid, Port::Columns::tag, 9);
  auto waited = peer.commit(std::move(wait));
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().tag, "timed out");
  EXPECT_EQ(waited.error().operation, 1u);

  Transaction exists;
  exists.wait_exists<Port>(uuid);
  exists.wait_exists<Port>(Uuid::random());
  EXPECT_EQ(peer.commit(std::move(exists)).error().operation, 1u);

  Transaction lock;
  lock.assert_lock("nobody");
  EXPECT_EQ(peer.commit(std::move(lock)).error().tag, "not owner");

  Transaction abort;
  abort.insert(Port{.name = "r"});
  abort.abort();
  EXPECT_EQ(peer.commit(std::move(abort)).error().tag, "aborted");
  EXPECT_EQ(peer.db.port.size(), 1u);
}

TEST_F(ClientTest, CountersAddUpOverClients) {
  Peer a(loop, {server.remote()});
  Peer b(loop, {server.remote()});
  ASSERT_TRUE(a.sync());
  ASSERT_TRUE(b.sync());
  Transaction txn;
  auto row = txn.insert(Switch{.name = "s"});
  Uuid uuid = a.commit(std::move(txn))->uuid_of(row);
  for (Peer* peer : {&a, &b, &a}) {
    Transaction more;
    more.increment(uuid, Switch::Columns::nb_cfg);
    ASSERT_TRUE(peer->commit(std::move(more)));
  }
  EXPECT_TRUE(b.wait([&] { return b.db.switch_.find(uuid)->nb_cfg == 3; }));
}

TEST_F(ClientTest, ARestartedServerMakesNothingFlap) {
  Peer peer(loop, {server.remote()});
  ASSERT_TRUE(peer.sync());
  peer.add_port("a");
  peer.add_port("b");
  peer.changes.clear();
  server.kill();
  ASSERT_TRUE(peer.wait_lost());
  EXPECT_EQ(peer.db.port.size(), 2u);
  EXPECT_NE(peer.client->last_error(), "");
  Transaction late;
  late.insert(Port{.name = "c"});
  auto refused = peer.commit(std::move(late));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().lost);

  server.start();
  ASSERT_TRUE(peer.wait(ClientState::kSynced));
  EXPECT_THAT(peer.changes, IsEmpty());
  EXPECT_EQ(peer.client->last_error(), "");
  peer.add_port("c");
  EXPECT_EQ(peer.db.port.size(), 3u);
}

TEST_F(ClientTest, WhatChangedMeanwhileIsTheOnlyChange) {
  Peer peer(loop, {server.remote()});
  ASSERT_TRUE(peer.sync());
  peer.add_port("same");
  Uuid gone = peer.add_port("gone");
  Uuid changed = peer.add_port("changed");
  peer.changes.clear();
  server.kill();
  ASSERT_TRUE(peer.wait_lost());

  Transaction txn;
  txn.remove<Port>(gone);
  txn.update(changed, Port::Columns::tag, 5);
  txn.insert(Port{.name = "fresh"});
  ASSERT_EQ(testing::run({"ovsdb-tool", "transact", dir / "server.db", txn.to_params("Test")}), 0);
  server.start();
  ASSERT_TRUE(peer.wait(ClientState::kSynced));
  EXPECT_THAT(peer.changes, UnorderedElementsAre(Pair("-gone", kEvery), Pair("+fresh", kEvery),
                                                 Pair("changed", bits(Port::kTag))));
}

TEST_F(ClientTest, ConditionsSelectRows) {
  Peer writer(loop, {server.remote()});
  Peer reader(loop, {server.remote()});
  ASSERT_TRUE(writer.sync());
  Transaction txn;
  auto host = txn.insert(Host{.name = "hv1"});
  txn.insert(Port{.name = "a", .tag = 1, .addresses = {"x", "y"}, .host = host});
  txn.insert(Port{.name = "b", .tag = 2, .options = {{"k", "v"}}});
  txn.insert(Port{.name = "c", .addresses = {"y"}});
  Uuid hv1 = writer.commit(std::move(txn))->uuid_of(host);

  reader.client->set_condition<Port>(Condition::none());
  EXPECT_FALSE(reader.client->conditions_settled());
  ASSERT_TRUE(reader.sync());
  EXPECT_TRUE(reader.client->conditions_settled());
  EXPECT_TRUE(reader.db.port.empty());
  EXPECT_EQ(reader.db.host.size(), 1u);

  using C = Port::Columns;
  auto ask = [&](Condition condition) {
    reader.client->set_condition<Port>(std::move(condition));
    EXPECT_TRUE(reader.wait([&] { return reader.client->conditions_settled(); }));
    std::string names;
    for (const char* name : {"a", "b", "c"}) names += reader.port(name) ? name : "";
    return names;
  };
  EXPECT_EQ(ask(Condition::none().equals(C::name, "a").equals(C::tag, 2)), "ab");
  EXPECT_EQ(ask(Condition::none().includes(C::addresses, "y")), "ac");
  EXPECT_EQ(ask(Condition::none().equals(C::host, store::Ref<Host>{hv1})), "a");
  EXPECT_EQ(ask(Condition::none().includes(C::options, "k", "v")), "b");
  EXPECT_EQ(ask(Condition::none().row(writer.port("c")->uuid)), "c");
  EXPECT_EQ(ask(Condition::none()), "");
  EXPECT_EQ(ask(Condition::all()), "abc");
  EXPECT_THAT(reader.problems, IsEmpty());
}

TEST_F(ClientTest, ConditionsAreKeptAndChangedAcrossARestart) {
  Peer peer(loop, {server.remote()});
  using C = Port::Columns;
  peer.client->set_condition<Port>(Condition::none().equals(C::name, "a"));
  ASSERT_TRUE(peer.sync());
  peer.add_port("a");
  peer.add_port("b");
  EXPECT_EQ(peer.db.port.size(), 1u);
  server.kill();
  ASSERT_TRUE(peer.wait_lost());
  peer.client->set_condition<Port>(Condition::none().equals(C::name, "b"));
  EXPECT_FALSE(peer.client->conditions_settled());
  server.start();
  ASSERT_TRUE(peer.wait([&] { return peer.client->conditions_settled(); }));
  EXPECT_EQ(peer.port("a"), nullptr);
  EXPECT_NE(peer.port("b"), nullptr);

  // Lost with a change under way.
  peer.client->set_condition<Port>(Condition::all());
  loop.run_for(std::chrono::milliseconds(0));
  server.kill();
  server.start();
  ASSERT_TRUE(peer.wait([&] { return peer.client->conditions_settled(); }));
  EXPECT_EQ(peer.db.port.size(), 2u);
}

TEST_F(ClientTest, ALockGoesFromHandToHand) {
  Peer a(loop, {server.remote()});
  auto b = std::make_unique<Peer>(loop, std::vector{server.remote()});
  std::vector<std::string> events;
  auto log = [&events](std::string name) {
    return [&events, name](bool held) { events.push_back((held ? "+" : "-") + name); };
  };
  a.client->lock("L", log("a"));
  ASSERT_TRUE(a.sync());
  ASSERT_TRUE(a.wait([&] { return a.client->has_lock("L"); }));
  ASSERT_TRUE(b->sync());
  b->client->lock("L", log("b"));
  Transaction txn;
  txn.assert_lock("L");
  EXPECT_FALSE(b->commit(txn));
  EXPECT_TRUE(a.commit(txn));

  a.client->unlock("L");
  ASSERT_TRUE(b->wait([&] { return b->client->has_lock("L"); }));
  a.client->steal("L", log("a"));
  ASSERT_TRUE(a.wait([&] { return a.client->has_lock("L") && !b->client->has_lock("L"); }));
  b->client->steal("L", log("b"));
  ASSERT_TRUE(a.wait([&] { return b->client->has_lock("L") && !a.client->has_lock("L"); }));
  // Who gets it and who loses it hear of it in either order.
  EXPECT_THAT(events, ::testing::Contains("+b").Times(2));
  b.reset();
  ASSERT_TRUE(a.wait([&] { return a.client->has_lock("L"); }));

  server.kill();
  ASSERT_TRUE(a.wait([&] { return !a.client->has_lock("L"); }));
  server.start();
  ASSERT_TRUE(a.wait([&] { return a.client->has_lock("L"); }));
}

TEST_F(ClientTest, MovesWhenTheRemotesChange) {
  Server second(dir, "second");
  second.create(testing::schema_file());
  second.start();
  Peer peer(loop, {server.remote()});
  ASSERT_TRUE(peer.sync());
  peer.add_port("first");

  peer.client->set_remotes({second.remote(), server.remote()});
  EXPECT_TRUE(peer.client->synced());
  EXPECT_EQ(peer.client->remote(), server.remote().to_string());

  peer.client->set_remotes({second.remote()});
  ASSERT_TRUE(peer.wait_lost());
  ASSERT_TRUE(peer.wait([&] {
    return peer.client->synced() && peer.client->remote() == second.remote().to_string();
  }));
  EXPECT_TRUE(peer.db.port.empty());
  peer.client->set_remotes({});
  ASSERT_TRUE(peer.wait_lost());
  peer.client->set_remotes({server.remote()});
  ASSERT_TRUE(peer.wait(ClientState::kSynced));
  EXPECT_NE(peer.port("first"), nullptr);
}

TEST_F(ClientTest, TriesTheNextRemoteWhenOneIsDead) {
  Peer peer(loop, {{io::Remote::Kind::kUnix, dir / "nobody", 0}, server.remote()});
  ASSERT_TRUE(peer.sync());
  EXPECT_EQ(peer.client->remote(), server.remote().to_string());
}

TEST(ClientWithoutServer, SaysWhyItIsNotConnected) {
  testing::TempDir dir;
  io::Loop loop;
  Peer peer(loop, {{io::Remote::Kind::kUnix, dir / "nobody", 0}});
  peer.client->start();
  ASSERT_TRUE(peer.wait([&] { return !peer.client->last_error().empty(); }));
  EXPECT_THAT(peer.client->last_error(), HasSubstr("nobody"));
  auto outcome = peer.commit(Transaction());
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message, HasSubstr("not connected to Test: "));
  EXPECT_EQ(peer.client->state(), ClientState::kConnecting);
}

// The test's schema with one text in it replaced.
std::string edited_schema(const testing::TempDir& dir, const std::string& from,
                          const std::string& to) {
  std::stringstream text;
  text << std::ifstream(testing::schema_file()).rdbuf();
  std::string schema = text.str();
  auto at = schema.find(from);
  EXPECT_NE(at, schema.npos) << from;
  schema.replace(at, from.size(), to);
  std::string path = dir / "edited.ovsschema";
  std::ofstream(path) << schema;
  return path;
}

TEST(ClientAndOtherSchemas, GapsAreReportedAndTheRestWorks) {
  testing::TempDir dir;
  io::Loop loop;
  Server server(dir, "server");
  server.create(edited_schema(
      dir,
      R"("tag": {"type": {"key": {"type": "integer", "minInteger": 1, "maxInteger": 4094}, "min": 0, "max": 1}},)",
      R"("tag": {"type": {"key": "string", "min": 0, "max": 1}}, "new": {"type": "string"},)"));
  server.start();
  Peer peer(loop, {server.remote()});
  ASSERT_TRUE(peer.sync());
  EXPECT_THAT(
      peer.client->schema_gaps(),
      ElementsAre(SchemaGap{"Port", "tag", "is optional string there, not optional integer"}));
  EXPECT_THAT(peer.problems, ElementsAre(HasSubstr("column tag of table Port is optional string")));
  Transaction txn;
  auto ref = txn.insert(Port{.name = "p", .tag = 5});
  auto outcome = peer.commit(std::move(txn));
  ASSERT_TRUE(outcome) << outcome.error().message;
  Transaction more;
  more.update(outcome->uuid_of(ref), Port::Columns::tag, 6);
  EXPECT_TRUE(peer.commit(std::move(more)));
  EXPECT_EQ(peer.port("p")->tag, std::nullopt);
}

TEST(ClientAndOtherSchemas, AMissingTableIsAGap) {
  testing::TempDir dir;
  io::Loop loop;
  Server server(dir, "server");
  std::string path = edited_schema(dir, R"("Switch": {)", R"("Swatch": {)");
  server.create(path);
  server.start();
  Peer peer(loop, {server.remote()});
  ASSERT_TRUE(peer.sync());
  EXPECT_THAT(peer.client->schema_gaps(), ElementsAre(SchemaGap{"Switch", "", "is missing"}));
  Transaction txn;
  txn.insert(Switch{.name = "s"});
  txn.insert(Port{.name = "p"});
  auto outcome = peer.commit(std::move(txn));
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_FALSE(outcome->operations[0].inserted);
  EXPECT_TRUE(outcome->operations[1].inserted);

  // The server is upgraded: what was missing is there after the restart.
  server.kill();
  ASSERT_EQ(testing::run({"ovsdb-tool", "convert", dir / "server.db", testing::schema_file()}), 0);
  server.start();
  ASSERT_TRUE(
      peer.wait([&] { return peer.client->synced() && peer.client->schema_gaps().empty(); }));
  Transaction again;
  again.insert(Switch{.name = "s"});
  ASSERT_TRUE(peer.commit(std::move(again)));
  EXPECT_EQ(peer.db.switch_.size(), 1u);
  EXPECT_NE(peer.port("p"), nullptr);
}

TEST_F(ClientTest, FollowsAConversionWhileItRuns) {
  Peer peer(loop, {server.remote()});
  ASSERT_TRUE(peer.sync());
  peer.add_port("p");
  peer.changes.clear();
  std::string path =
      edited_schema(dir, R"("default": {"type": "string"})", R"("fresh": {"type": "string"})");
  ASSERT_EQ(testing::run({"ovsdb-client", "convert", server.remote().to_string(), path}), 0);
  ASSERT_TRUE(
      peer.wait([&] { return peer.client->synced() && !peer.client->schema_gaps().empty(); }));
  EXPECT_THAT(peer.changes, IsEmpty());
  EXPECT_NE(peer.port("p"), nullptr);
}

}  // namespace
}  // namespace mooring::ovsdb
