#include "ovsdb/remote_cycle.h"

#include <gtest/gtest.h>

namespace mooring::ovsdb {
namespace {

using std::chrono::milliseconds;

io::Remote remote(std::string path) { return {io::Remote::Kind::kUnix, std::move(path), 0}; }

TEST(RemoteCycle, PausesAfterEachRoundOnly) {
  RemoteCycle cycle({milliseconds(1000), milliseconds(8000)});
  cycle.set({remote("a"), remote("b")}, 3);
  std::vector<std::pair<std::string, milliseconds>> steps;
  for (int i = 0; i < 10; ++i) {
    std::string name = cycle.current().address;
    steps.emplace_back(name, cycle.failed());
  }
  const milliseconds none(0);
  EXPECT_EQ(steps, (std::vector<std::pair<std::string, milliseconds>>{{"b", none},
                                                                      {"a", milliseconds(1000)},
                                                                      {"b", none},
                                                                      {"a", milliseconds(2000)},
                                                                      {"b", none},
                                                                      {"a", milliseconds(4000)},
                                                                      {"b", none},
                                                                      {"a", milliseconds(8000)},
                                                                      {"b", none},
                                                                      {"a", milliseconds(8000)}}));
  cycle.ended();
  EXPECT_EQ(cycle.current().address, "a");
  EXPECT_EQ(cycle.failed(), none);
  EXPECT_EQ(cycle.failed(), milliseconds(1000));
}

TEST(RemoteCycle, ToleratesEmptiness) {
  RemoteCycle cycle({});
  cycle.set({}, 5);
  EXPECT_TRUE(cycle.empty());
  EXPECT_EQ(cycle.failed(), milliseconds(8000));
  cycle.ended();
}

}  // namespace
}  // namespace mooring::ovsdb
