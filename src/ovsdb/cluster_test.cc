// The client and a RAFT cluster of real servers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ovsdb/testing/peer.h"

namespace mooring::ovsdb {
namespace {

using testdb::Port;
using ::testing::IsEmpty;
using testing::Peer;
using testing::Server;

class ClusterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    servers[0]->create_cluster(testing::schema_file());
    servers[0]->start();
    servers[0]->wait_connected("Test");
    for (int i : {1, 2}) {
      servers[i]->join_cluster("Test", *servers[0]);
      servers[i]->start();
      servers[i]->wait_connected("Test");
    }
  }

  // Starting with a follower.
  std::vector<io::Remote> remotes() const {
    return {servers[1]->remote(), servers[2]->remote(), servers[0]->remote()};
  }
  Server& server_of(const Peer& peer) {
    for (auto& server : servers) {
      if (server->remote().to_string() == peer.client->remote()) return *server;
    }
    ADD_FAILURE() << "no server is " << peer.client->remote();
    return *servers[0];
  }

  testing::TempDir dir;
  std::vector<std::unique_ptr<Server>> servers = [this] {
    std::vector<std::unique_ptr<Server>> out;
    for (const char* name : {"s0", "s1", "s2"}) out.push_back(std::make_unique<Server>(dir, name));
    return out;
  }();
  io::Loop loop;
};

TEST_F(ClusterTest, FindsAndFollowsTheLeader) {
  Peer peer(loop, remotes(), true);
  ASSERT_TRUE(peer.sync());
  EXPECT_EQ(peer.client->remote(), servers[0]->remote().to_string());
  peer.add_port("a");
  peer.changes.clear();

  // The leader dies; the other two elect one of them.
  servers[0]->kill();
  ASSERT_TRUE(peer.wait_lost());
  ASSERT_TRUE(peer.wait(ClientState::kSynced));
  EXPECT_NE(peer.client->remote(), servers[0]->remote().to_string());
  EXPECT_THAT(peer.changes, IsEmpty());
  peer.add_port("b");

  // The leader hands over while it lives.
  servers[0]->start();
  servers[0]->wait_connected("Test");
  std::string before = peer.client->remote();
  server_of(peer).appctl({"cluster/leave", "Test"});
  ASSERT_TRUE(peer.wait([&] { return peer.client->synced() && peer.client->remote() != before; }));
  EXPECT_EQ(peer.db.port.size(), 2u);
  EXPECT_EQ(peer.changes.size(), 1u);
}

TEST_F(ClusterTest, AFollowerServesThoseWhoDontMind) {
  Peer leader(loop, remotes(), true);
  Peer follower(loop, remotes());
  ASSERT_TRUE(leader.sync());
  ASSERT_TRUE(follower.sync());
  EXPECT_EQ(follower.client->remote(), servers[1]->remote().to_string());
  leader.add_port("a");
  ASSERT_TRUE(follower.wait([&] { return follower.port("a") != nullptr; }));
  follower.add_port("b");
  ASSERT_TRUE(leader.wait([&] { return leader.port("b") != nullptr; }));

  // To another member and back: resumed, nothing flaps.
  follower.changes.clear();
  servers[1]->kill();
  ASSERT_TRUE(follower.wait_lost());
  leader.add_port("c");
  ASSERT_TRUE(follower.wait([&] { return follower.port("c") != nullptr; }));
  EXPECT_EQ(follower.changes.size(), 1u);
}

TEST_F(ClusterTest, AMemberWithoutQuorumIsLeft) {
  Peer peer(loop, remotes());
  ASSERT_TRUE(peer.sync());
  peer.add_port("a");
  servers[0]->kill();
  servers[2]->kill();
  ASSERT_TRUE(peer.wait_lost());
  EXPECT_NE(peer.port("a"), nullptr);
  servers[0]->start();
  ASSERT_TRUE(peer.wait(ClientState::kSynced));
  peer.add_port("b");
}

}  // namespace
}  // namespace mooring::ovsdb
