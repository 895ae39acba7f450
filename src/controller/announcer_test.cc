#include "controller/announcer.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/announcement_frames.h"

namespace mooring::controller {
namespace {

std::string hex(const std::string& bytes) {
  std::string out;
  for (unsigned char c : bytes) out += fmt::format("{:02x}", c);
  return out;
}

Announcement port(std::string ip4, std::string ip6) {
  Announcement out;
  out.mac = *Mac::parse("02:00:00:00:00:01");
  if (!ip4.empty()) out.ip4.push_back(*Ip4::parse(ip4));
  if (!ip6.empty()) out.ip6.push_back(*Ip6::parse(ip6));
  out.uplink_ofport = 3;
  return out;
}

TEST(AnnouncementFrames, GratuitousArpAsksForItself) {
  auto frames = announcement_frames(port("10.0.0.1", ""));
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(hex(frames[0]).substr(0, 84),
            "ffffffffffff0200000000010806"
            "00010800060400010200000000010a0000010000000000000a000001");
}

TEST(AnnouncementFrames, AnAdvertisementGoesToAllNodes) {
  auto frames = announcement_frames(port("", "fd00::1"));
  ASSERT_EQ(frames.size(), 1u);
  std::string bytes = hex(frames[0]);
  EXPECT_EQ(bytes.substr(0, 28), "33330000000102000000000186dd");
  EXPECT_EQ(bytes.substr(14 * 2 + 7 * 2, 2), "ff");         // hop limit
  EXPECT_EQ(bytes.substr(54 * 2, 4), "8800");               // type 136, code 0
  EXPECT_EQ(bytes.substr(58 * 2, 8), "20000000");           // override, not solicited
  EXPECT_EQ(bytes.substr(78 * 2, 16), "0201020000000001");  // target link-layer address
}

TEST(AnnouncementFrames, WithoutAddressReverseArp) {
  auto frames = announcement_frames(port("", ""));
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(hex(frames[0]).substr(0, 44),
            "ffffffffffff0200000000018035"
            "0001080006040003");
}

class FakeClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point now() const override { return time; }
  std::int64_t wall_ms() const override { return 0; }
  std::chrono::steady_clock::time_point time{std::chrono::seconds(1000)};
};

class AnnouncerTest : public testing::Test {
 protected:
  AnnouncerTest() : announcer(loop, clock, outputs, [this](const auto&) { ++frames; }) {}

  // The seconds after the start at which frames left, up to `until`.
  std::vector<int> course(int until) {
    std::vector<int> out;
    for (int second = 0; second <= until; ++second) {
      int before = frames;
      announcer.update({"vm1"});
      if (frames != before) out.push_back(second);
      clock.time += std::chrono::seconds(1);
    }
    return out;
  }

  io::Loop loop;
  FakeClock clock;
  engine::Graph graph;
  Outputs outputs{graph};
  int frames = 0;
  Announcer announcer;
};

TEST_F(AnnouncerTest, SixTimesOverSixteenSeconds) {
  outputs.announcements.add("vm1", port("10.0.0.1", ""));
  EXPECT_THAT(course(200), testing::ElementsAre(0, 1, 2, 4, 8, 16));
}

TEST_F(AnnouncerTest, WithAMaximumItGoesOn) {
  announcer.set_max_interval(60);
  outputs.announcements.add("vm1", port("10.0.0.1", ""));
  EXPECT_THAT(course(200), testing::ElementsAre(0, 1, 2, 4, 8, 16, 32, 64, 124, 184));
}

TEST_F(AnnouncerTest, AReconnectStartsAnew) {
  outputs.announcements.add("vm1", port("10.0.0.1", ""));
  course(20);
  announcer.restart();
  EXPECT_THAT(course(3), testing::ElementsAre(0, 1, 2));
}

TEST_F(AnnouncerTest, OnlyWhatIsInstalledIsAnnounced) {
  outputs.announcements.add("vm2", port("10.0.0.1", ""));
  EXPECT_THAT(course(3), testing::IsEmpty());
}

}  // namespace
}  // namespace mooring::controller
