#include "northd/tunnel_keys.h"

#include <gtest/gtest.h>

namespace mooring::northd {
namespace {

TEST(KeySpaceTest, GivesTheNextAfterTheHighest) {
  KeySpace space(10);
  EXPECT_EQ(space.allocate(std::nullopt), 1);
  EXPECT_EQ(space.allocate(std::nullopt), 2);
  space.use(1);
  space.use(2);
  space.forget_reservations();
  space.release(1);
  EXPECT_EQ(space.allocate(std::nullopt), 3);
}

TEST(KeySpaceTest, WrapsToTheLowestFree) {
  KeySpace space(4);
  for (std::int64_t key : {1, 3, 4}) space.use(key);
  EXPECT_EQ(space.allocate(std::nullopt), 2);
  EXPECT_EQ(space.allocate(std::nullopt), std::nullopt);
  space.release(3);
  EXPECT_EQ(space.allocate(std::nullopt), 3);
}

TEST(KeySpaceTest, HonoursARequestForAFreeKeyInRange) {
  KeySpace space(10);
  EXPECT_EQ(space.allocate(7), 7);
  EXPECT_EQ(space.allocate(7), 8);
  EXPECT_EQ(space.allocate(11), 9);
  EXPECT_EQ(space.allocate(0), 10);
  EXPECT_EQ(space.allocate(-1), 1);
}

TEST(KeySpaceTest, CountsTheUsersOfAKey) {
  KeySpace space(10);
  space.use(3);
  space.use(3);
  EXPECT_EQ(space.users(3), 2);
  space.release(3);
  EXPECT_FALSE(space.is_free(3));
  space.release(3);
  EXPECT_TRUE(space.is_free(3));
  EXPECT_TRUE(space.empty());
}

TEST(TunnelKeysTest, FollowsTheRows) {
  sb::Database database;
  sb::DatapathBinding datapath;
  datapath.uuid = Uuid(0, 1);
  datapath.tunnel_key = 5;
  database.datapath_binding.put(datapath);
  TunnelKeys keys(database);
  EXPECT_EQ(keys.datapaths().allocate(std::nullopt), 6);
  keys.begin();
  sb::PortBinding port;
  port.uuid = Uuid(0, 2);
  port.datapath.uuid = datapath.uuid;
  port.tunnel_key = 1;
  database.port_binding.put(port);
  sb::Uplink uplink;
  uplink.uuid = Uuid(0, 3);
  uplink.datapath.uuid = datapath.uuid;
  uplink.tunnel_key = 2;
  database.uplink.put(uplink);
  EXPECT_EQ(keys.ports(datapath.uuid).allocate(std::nullopt), 3);
  keys.begin();
  port.datapath.uuid = Uuid(0, 9);
  database.port_binding.put(port);
  EXPECT_TRUE(keys.ports(datapath.uuid).is_free(1));
  EXPECT_FALSE(keys.ports(Uuid(0, 9)).is_free(1));
  database.datapath_binding.erase(datapath.uuid);
  EXPECT_EQ(keys.datapaths().allocate(std::nullopt), 1);
}

}  // namespace
}  // namespace mooring::northd
