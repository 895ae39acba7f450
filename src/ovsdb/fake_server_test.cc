// The client and servers that are old, strange or hostile.
#include "ovsdb/testing/fake_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ovsdb/testing/peer.h"

namespace mooring::ovsdb {
namespace {

using testdb::Port;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FakeServer;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using testing::Peer;

constexpr char kPort1[] = "00000000-0000-4000-8000-0000000000a1";

std::string contents(const std::string& kind) {
  return std::string(R"({"Port":{")") + kPort1 + R"(":{")" + kind +
         R"(":{"name":"p","addresses":["set",["a","b"]],"options":["map",[["k","v"]]]}}}})";
}

std::string notification(const std::string& method, const std::string& params) {
  return R"({"id":null,"method":")" + method + R"(","params":)" + params + "}";
}

std::string update3(const std::string& updates) {
  return notification("update3",
                      R"(["data","00000000-0000-4000-8000-000000000003",)" + updates + "]");
}

std::string port_update(const std::string& update) {
  return update3(std::string(R"({"Port":{")") + kPort1 + R"(":)" + update + "}}");
}

class FakeServerTest : public ::testing::Test {
 protected:
  void serve_and_sync() {
    server.serve(contents("initial"));
    ASSERT_TRUE(peer.sync());
  }
  // Until the client has read what was sent before.
  void settle() {
    bool echoed = false;
    server.answers["get_server_id"] = [&](json::Value) { return R"("x")"; };
    peer.client->request("get_server_id", "[]",
                         [&](bool, json::Value, json::Value) { echoed = true; });
    ASSERT_TRUE(peer.wait([&] { return echoed; }));
  }

  testing::TempDir dir;
  io::Loop loop;
  FakeServer server{loop, dir};
  Peer peer{loop, {server.remote()}};
};

TEST_F(FakeServerTest, FallsBackToMonitorCond) {
  server.serve("{}");
  server.answers.erase("monitor_cond_since");
  server.answers["monitor_cond"] = [](json::Value) { return contents("initial"); };
  ASSERT_TRUE(peer.sync());
  ASSERT_NE(peer.port("p"), nullptr);
  server.send(notification("update2", std::string(R"(["data",{"Port":{")") + kPort1 +
                                          R"(":{"modify":{"addresses":["set",["b","c"]]}}}}])"));
  settle();
  EXPECT_EQ(peer.port("p")->addresses, (Set<std::string>{"a", "c"}));
}

TEST_F(FakeServerTest, FallsBackToPlainMonitor) {
  server.serve("{}");
  server.answers.erase("monitor_cond_since");
  server.answers.erase("set_db_change_aware");
  server.answers["monitor"] = [](json::Value params) {
    return params.at(0).string() == "_Server" ? "" : contents("new");
  };
  peer.client->start();
  ASSERT_TRUE(peer.wait([&] { return !server.asked.empty() && server.asked.back() == "monitor"; }));
  // There is no _Server database.
  server.send(R"({"id":1,"result":null,"error":{"error":"unknown database"}})");
  ASSERT_TRUE(peer.wait(ClientState::kSynced));
  EXPECT_THAT(server.asked, ElementsAre("set_db_change_aware", "monitor", "get_schema",
                                        "monitor_cond_since", "monitor_cond", "monitor"));
  EXPECT_TRUE(peer.client->conditions_settled());
  peer.client->set_condition<Port>(Condition::none());
  EXPECT_TRUE(peer.client->conditions_settled());
  server.send(notification("update", std::string(R"(["data",{"Port":{")") + kPort1 +
                                         R"(":{"old":{"name":"p"},"new":{"name":"q"}}}}])"));
  settle();
  ASSERT_NE(peer.port("q"), nullptr);
  EXPECT_THAT(peer.port("q")->addresses, IsEmpty());
  server.send(notification(
      "update", std::string(R"(["data",{"Port":{")") + kPort1 + R"(":{"old":{"name":"q"}}}}])"));
  settle();
  EXPECT_TRUE(peer.db.port.empty());
}

TEST_F(FakeServerTest, LeavesAServerThatIsNoGood) {
  server.server_row = R"({"name":"Test","model":"clustered","connected":false,"leader":false})";
  server.serve(contents("initial"));
  peer.client->start();
  ASSERT_TRUE(peer.wait([&] { return server.clients >= 2; }));
  EXPECT_THAT(peer.client->last_error(), HasSubstr("lost contact with its cluster"));
  server.server_row = R"({"name":"Other","model":"standalone","connected":true,"leader":true})";
  ASSERT_TRUE(peer.wait(
      [&] { return peer.client->last_error().find("has no database Test") != std::string::npos; }));
  server.server_row = R"({"name":"Test","model":"relay","connected":true,"leader":false})";
  peer.client->set_leader_only(true);
  ASSERT_TRUE(peer.wait(ClientState::kSynced));
}

TEST_F(FakeServerTest, BadRowsAreReportedAndTheRestStays) {
  server.serve(std::string(R"({"Port":{"nonsense":{"initial":{}},
    "00000000-0000-4000-8000-0000000000a2":{"initial":{"name":5}},
    "00000000-0000-4000-8000-0000000000a3":{"initial":["not an object"]},
    "00000000-0000-4000-8000-0000000000a4":{"modify":{"name":"x"}},
    "00000000-0000-4000-8000-0000000000a5":{"what":{}},
    ")") + kPort1 +
               R"(":{"initial":{"name":"p","unknown":1}}},"Unknown":{"x":1},"Host":3})");
  ASSERT_TRUE(peer.sync());
  EXPECT_EQ(peer.db.port.size(), 1u);
  EXPECT_EQ(peer.problems.size(), 5u);
  EXPECT_THAT(peer.problems,
              Contains(HasSubstr("of Port is left out: column name isn't string: 5")));
  for (const char* update : {R"({"modify":{"addresses":["set",["x",5]]}})",
                             R"({"modify":{"options":["map",[["k"]]]}})"}) {
    server.send(port_update(R"({"insert":{"name":"p"}})"));
    server.send(port_update(update));
    settle();
    EXPECT_TRUE(peer.db.port.empty()) << update;
  }
  EXPECT_TRUE(peer.client->synced());
}

TEST_F(FakeServerTest, GarbageEndsTheSessionOnly) {
  serve_and_sync();
  int clients = server.clients;
  for (std::string garbage :
       {std::string("hello"), std::string("[]"), std::string("{\"a\":}"), std::string("{}"),
        std::string(100, '{'), std::string("{\"method\":5,\"params\":[]}"),
        std::string("{\"method\":\"update3\",\"params\":[\"data\"],\"id\":null}"),
        std::string("{\"method\":\"\xff\",\"params\":[],\"id\":null}"),
        notification("update3", R"(["data",7,{}])"),
        notification("update3", R"(["data","00000000-0000-4000-8000-000000000003",[]])"),
        notification("monitor_canceled", R"(["data"])")}) {
    server.send(garbage);
    ASSERT_TRUE(peer.wait([&] { return server.clients > clients; })) << garbage;
    ASSERT_TRUE(peer.wait(ClientState::kSynced)) << garbage;
    EXPECT_EQ(peer.db.port.size(), 1u);
    clients = server.clients;
  }
  EXPECT_EQ(peer.changes.size(), 1u);  // only the first time
}

TEST_F(FakeServerTest, BadAnswersWhileConnectingEndTheSession) {
  for (const char* method : {"monitor_cond_since", "get_schema"}) {
    for (const char* answer :
         {"[]", "{}", "5", "null", R"([true,"x",[]])", R"({"name":"x"})",
          R"({"name":"x","tables":{"Port":{"columns":{"name":{"type":"what"}}}}})"}) {
      server.serve(contents("initial"));
      server.answers[method] = [answer](json::Value) { return answer; };
      peer.client->start();
      int clients = server.clients;
      ASSERT_TRUE(peer.wait([&] { return server.clients > clients + 1; })) << answer;
      EXPECT_FALSE(peer.client->synced());
    }
  }
  server.serve(contents("initial"));
  ASSERT_TRUE(peer.wait(ClientState::kSynced));
}

TEST_F(FakeServerTest, ATransactionInFlightFailsWithTheConnection) {
  serve_and_sync();
  server.answers["transact"] = [](json::Value) { return ""; };
  std::optional<TransactionOutcome> outcome;
  Transaction txn;
  txn.insert(Port{.name = "x"});
  peer.client->transact(std::move(txn), [&](const TransactionOutcome& o) { outcome = o; });
  ASSERT_TRUE(peer.wait([&] { return server.asked.back() == "transact"; }));
  EXPECT_EQ(peer.client->in_flight(), 1u);
  EXPECT_FALSE(outcome);
  server.hang_up();
  ASSERT_TRUE(peer.wait([&] { return outcome.has_value(); }));
  ASSERT_FALSE(*outcome);
  EXPECT_TRUE(outcome->error().lost);
  EXPECT_EQ(peer.client->in_flight(), 0u);
}

TEST_F(FakeServerTest, StrangeTransactionAnswersAreErrors) {
  serve_and_sync();
  for (const char* answer : {"5", "[]", "{}", R"([{"error":5}])", R"([{"error":{"a":[]}}])"}) {
    server.answers["transact"] = [answer](json::Value) { return answer; };
    Transaction txn;
    txn.insert(Port{.name = "x"});
    auto outcome = peer.commit(std::move(txn));
    ASSERT_FALSE(outcome) << answer;
    EXPECT_FALSE(outcome.error().lost);
    EXPECT_NE(outcome.error().message, "");
  }
  server.answers["transact"] = [](json::Value) { return R"([{"uuid":"bad"},{"x":1},null])"; };
  Transaction txn;
  auto ref = txn.insert(Port{.name = "x"});
  auto outcome = peer.commit(std::move(txn));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->uuid_of(ref), ref.uuid);
}

TEST_F(FakeServerTest, ResumesByTransactionIdWithTheConfirmedConditions) {
  serve_and_sync();
  std::vector<std::string> requests;
  server.answers["monitor_cond_since"] = [&](json::Value params) {
    requests.push_back(params.dump());
    return std::string(R"([true,"00000000-0000-4000-8000-000000000009",{"Port":{")") + kPort1 +
           R"(":{"modify":{"tag":7,"addresses":["set",["a"]]}}}}])";
  };
  server.answers["monitor_cond_change"] = [&](json::Value params) {
    requests.push_back(params.dump());
    return "{}";
  };
  server.send(update3("{}"));
  settle();
  peer.changes.clear();
  server.hang_up();
  ASSERT_TRUE(peer.wait_lost());
  peer.client->set_condition<Port>(Condition::none().equals(Port::Columns::name, "p"));
  ASSERT_TRUE(peer.wait([&] { return peer.client->conditions_settled(); }));
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_THAT(requests[0],
              HasSubstr(R"("where":[true]}]},"00000000-0000-4000-8000-000000000003"])"));
  EXPECT_EQ(requests[1], R"(["data","data",{"Port":[{"where":[["name","==","p"]]}]}])");
  EXPECT_EQ(peer.port("p")->tag, 7);
  EXPECT_EQ(peer.port("p")->addresses, Set<std::string>{"b"});
  EXPECT_EQ(peer.changes.size(), 1u);
}

TEST_F(FakeServerTest, OfATableThatNothingIsWantedOfThereAreNoInitialContents) {
  serve_and_sync();
  server.answers["monitor_cond_change"] = [](json::Value) { return "{}"; };
  peer.client->set_condition<testdb::Host>(Condition::none());
  ASSERT_TRUE(peer.wait([&] { return peer.client->conditions_settled(); }));
  std::string request;
  server.answers["monitor_cond_since"] = [&](json::Value params) {
    request = params.at(2).dump();
    return R"([true,"00000000-0000-4000-8000-000000000003",{}])";
  };
  server.hang_up();
  ASSERT_TRUE(peer.wait_lost());
  ASSERT_TRUE(peer.wait([&] { return !request.empty(); }));
  EXPECT_THAT(request, HasSubstr(R"("where":[false],"select":{"initial":false}}])"));
  EXPECT_THAT(request, HasSubstr(R"("where":[true]}])"));
}

TEST_F(FakeServerTest, ChangesOfConditionsTravelTogetherAndOneAtATime) {
  serve_and_sync();
  std::vector<std::string> requests;
  server.answers["monitor_cond_change"] = [&](json::Value params) {
    requests.push_back(params.at(2).dump());
    return "{}";
  };
  using C = Port::Columns;
  peer.client->set_condition<Port>(Condition::none().equals(C::name, "a"));
  peer.client->set_condition<testdb::Host>(Condition::none());
  peer.client->set_condition<Port>(Condition::none().equals(C::name, "b"));
  ASSERT_TRUE(peer.wait([&] { return requests.size() == 1; }));
  peer.client->set_condition<testdb::Host>(Condition::all());
  EXPECT_FALSE(peer.client->conditions_settled());
  ASSERT_TRUE(peer.wait([&] { return peer.client->conditions_settled(); }));
  EXPECT_THAT(requests,
              ElementsAre(R"({"Host":[{"where":[false]}],"Port":[{"where":[["name","==","b"]]}]})",
                          R"({"Host":[{"where":[true]}]})"));
}

}  // namespace
}  // namespace mooring::ovsdb
