#include "controller/packet_ins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "controller/test_frames.h"

namespace mooring::controller {
namespace {

using testing::HasSubstr;

class PacketInsTest : public testing::Test {
 protected:
  PacketInsTest() : path_(testing::TempDir() + "/packet_ins_test." + std::to_string(getpid())) {
    EXPECT_TRUE(log_.set("console:off"));
    EXPECT_TRUE(log_.set("syslog:off"));
    EXPECT_TRUE(log_.open_file(path_));
  }
  ~PacketInsTest() override { unlink(path_.c_str()); }

  static openflow::PacketIn packet(const std::string& userdata) {
    openflow::PacketIn out;
    out.packet = ip4_frame(Tins::UDP(2, 1));
    out.userdata = userdata;
    return out;
  }
  static openflow::PacketIn rejected() { return packet(encode(RejectEntry{})); }

  bool wait(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      loop_.run_for(std::chrono::milliseconds(100));
    }
    return true;
  }
  std::string log() const {
    std::stringstream out;
    out << std::ifstream(path_).rdbuf();
    return out.str();
  }
  std::uint64_t count(std::string_view name) const { return *counters_.read(name); }

  std::string path_;
  Log log_{"test"};
  io::Loop loop_;
  daemon::Counters counters_;
  std::vector<openflow::PacketOut> sent_;
  PacketIns packet_ins_{loop_, counters_, Logger(log_, "packet_ins"),
                        [this](const openflow::PacketOut& out) { sent_.push_back(out); }};
};

TEST_F(PacketInsTest, ARejectedPacketIsAnswered) {
  packet_ins_.take(rejected());
  ASSERT_TRUE(wait([this] { return !sent_.empty(); }));
  EXPECT_EQ(sent_.size(), 1u);
  EXPECT_EQ(count("punt_reject"), 1u);
  EXPECT_EQ(count("punt_unanswered"), 0u);
}

TEST_F(PacketInsTest, ALoggedPacketIsALine) {
  packet_ins_.take(packet(encode(LogEntry{"web", {}, {}, {}, {}})));
  ASSERT_TRUE(wait([this] { return count("punt_log") == 1; }));
  EXPECT_THAT(log(), HasSubstr("|acl_log|INFO|name=\"web\", verdict=allow"));
  EXPECT_TRUE(sent_.empty());
}

TEST_F(PacketInsTest, WhatMakesNoSenseIsCounted) {
  packet_ins_.take(packet(""));
  packet_ins_.take(packet("\x01\x09"));
  openflow::PacketIn cut = packet(encode(LogEntry{}));
  cut.packet = "abc";
  packet_ins_.take(cut);
  cut = rejected();
  cut.packet = "abc";
  packet_ins_.take(cut);
  ASSERT_TRUE(wait([this] { return count("punt_unanswered") == 1; }));
  EXPECT_EQ(count("punt_invalid"), 3u);
  EXPECT_EQ(count("punt_log"), 0u);
  EXPECT_TRUE(sent_.empty());
}

TEST_F(PacketInsTest, OthersHaveTheirTurnInAFlood) {
  for (std::size_t i = 0; i < 10 * PacketIns::kPerTurn; ++i) packet_ins_.take(rejected());
  // What others ask for meanwhile is done after as much as one turn serves.
  std::size_t before = 0;
  loop_.post([&] { before = sent_.size(); });
  ASSERT_TRUE(wait([this] { return sent_.size() == 10 * PacketIns::kPerTurn; }));
  EXPECT_EQ(before, PacketIns::kPerTurn);
  EXPECT_EQ(count("punt_passed_over"), 0u);
}

TEST_F(PacketInsTest, WhatCantWaitIsPassedOverAndToldOfOnce) {
  constexpr std::size_t kMore = 500;
  for (std::size_t i = 0; i < PacketIns::kMaxWaiting + kMore; ++i) packet_ins_.take(rejected());
  EXPECT_EQ(count("punt_passed_over"), kMore);
  ASSERT_TRUE(wait([this] { return log().find("packet_ins|WARN|") != std::string::npos; }));
  EXPECT_THAT(log(), HasSubstr("WARN|500 packets from the switch"));
  EXPECT_EQ(sent_.size(), PacketIns::kMaxWaiting);
  const std::string text = log();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST_F(PacketInsTest, ALostConnectionsPacketsAreForgotten) {
  packet_ins_.take(rejected());
  packet_ins_.forget();
  packet_ins_.take(packet(encode(LogEntry{})));
  ASSERT_TRUE(wait([this] { return count("punt_log") == 1; }));
  EXPECT_TRUE(sent_.empty());
}

}  // namespace
}  // namespace mooring::controller
