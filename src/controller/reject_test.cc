#include "controller/reject.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "controller/tables.h"
#include "controller/test_frames.h"

namespace mooring::controller {
namespace {

using testing::HasSubstr;

struct RejectCase {
  std::string name, frame, answer;
};

std::string expand(const std::string& word) {
  const std::size_t mark = word.find('_');
  if (mark == word.npos) return from_hex(word);
  const std::size_t star = word.find('*', mark);
  const auto count = static_cast<std::size_t>(std::stoi(word.substr(mark + 1, star - mark - 1)));
  return from_hex(word.substr(0, mark)) + std::string(count, from_hex(word.substr(star + 1))[0]);
}

std::vector<RejectCase> reject_cases() {
  const char* root = std::getenv("MOORING_SOURCE_DIR");
  std::ifstream in(std::string(root != nullptr ? root : ".") +
                   "/src/controller/testdata/rejections.txt");
  std::vector<RejectCase> out;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#")) continue;
    std::istringstream words(line);
    std::string name, frame, answer;
    words >> name >> frame >> answer;
    out.push_back({name, expand(frame), expand(answer)});
  }
  return out;
}

std::string hex_of(std::string_view bytes) {
  std::string out;
  for (const unsigned char byte : bytes) out += fmt::format("{:02x}", byte);
  return out;
}

TEST(RejectTest, AnswersAreThoseThatScapyMakes) {
  const auto cases = reject_cases();
  ASSERT_EQ(cases.size(), 16u);
  for (const RejectCase& one : cases) {
    const auto answer = rejection_of(one.frame);
    ASSERT_TRUE(answer) << one.name << ": " << answer.error().message;
    EXPECT_EQ(hex_of(*answer), hex_of(one.answer)) << one.name;
  }
}

TEST(RejectTest, AnAnswerGetsNone) {
  for (const RejectCase& one : reject_cases()) {
    EXPECT_FALSE(rejection_of(one.answer)) << one.name;
  }
}

std::string why_not(const std::string& frame) {
  const auto answer = rejection_of(frame);
  return answer ? "answered" : answer.error().message;
}

TEST(RejectTest, WhatMayNotBeAnswered) {
  const Tins::UDP udp(2, 1);
  for (const char* source : {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"}) {
    std::string frame = ip4_frame(udp);
    const auto address = *Ip4::parse(source);
    for (int i = 0; i < 4; ++i)
      frame[26 + static_cast<std::size_t>(i)] = static_cast<char>(address.bits() >> (24 - 8 * i));
    EXPECT_THAT(why_not(frame), HasSubstr("no single sender")) << source;
  }
  EXPECT_THAT(why_not(ip4_frame(udp, "10.0.0.1", "224.0.0.251")), HasSubstr("more than one"));
  EXPECT_THAT(why_not(ip4_frame(udp, "10.0.0.1", "255.255.255.255")), HasSubstr("more than one"));
  std::string broadcast = ip4_frame(udp);
  broadcast.replace(0, 6, "\xff\xff\xff\xff\xff\xff");
  EXPECT_THAT(why_not(broadcast), HasSubstr("more than one"));
  std::string group_source = ip4_frame(udp);
  group_source[6] = 3;
  EXPECT_THAT(why_not(group_source), HasSubstr("no single sender"));
  EXPECT_THAT(why_not(ip4_frame(Tins::ICMP(Tins::ICMP::DEST_UNREACHABLE))), HasSubstr("ICMP"));
  EXPECT_THAT(why_not(ip4_frame(Tins::ICMP(Tins::ICMP::TIME_EXCEEDED))), HasSubstr("ICMP"));
  Tins::TCP reset(80, 5000);
  reset.flags(Tins::TCP::RST);
  EXPECT_THAT(why_not(ip4_frame(reset)), HasSubstr("reset"));
  std::string later = ip4_frame(udp);
  later[21] = 1;
  EXPECT_THAT(why_not(later), HasSubstr("later fragment"));
  EXPECT_THAT(why_not(from_hex("02000000000202000000000108060001080006040001"
                               "0200000000010a0000010000000000000a000002")),
              HasSubstr("no IP"));
  EXPECT_THAT(why_not("abc"), HasSubstr("Ethernet"));
}

TEST(RejectTest, NeighbourDiscoveryAndErrorsOfIp6GetNone) {
  RejectCase ping;
  for (const RejectCase& one : reject_cases()) {
    if (one.name == "Ping6") ping = one;
  }
  ASSERT_TRUE(rejection_of(ping.frame));
  constexpr std::size_t kType = 54;
  for (int type = 0; type < 256; ++type) {
    std::string frame = ping.frame;
    frame[kType] = static_cast<char>(type);
    const bool none = type < 128 || (type >= 133 && type <= 137);
    EXPECT_EQ(rejection_of(frame).has_value(), !none) << type;
  }
}

TEST(RejectTest, AnswersGoBackToTheSenderAndEndThere) {
  PacketGenerator packets(7);
  int answered = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string frame = packets.next();
    const auto answer = rejection_of(frame);
    if (!answer) continue;
    ++answered;
    ASSERT_EQ(answer->substr(0, 6), frame.substr(6, 6)) << hex_of(frame);
    ASSERT_EQ(answer->substr(6, 6), frame.substr(0, 6));
    ASSERT_LE(answer->size(), 14u + 4u + 1280u);
    ASSERT_FALSE(rejection_of(*answer)) << hex_of(frame);
  }
  EXPECT_GT(answered, 5000);
}

// A switch cuts what it hands up; and what a guest sends may be anything.
TEST(RejectTest, WhatIsCutIsAnsweredOrNot) {
  PacketGenerator packets(8);
  for (int i = 0; i < 300; ++i) {
    const std::string frame = packets.next();
    for (std::size_t length = 0; length <= frame.size(); ++length) {
      const auto answer = rejection_of(frame.substr(0, length));
      if (answer) {
        ASSERT_GE(length, 34u);
      }
    }
  }
  const auto cases = reject_cases();
  // A reset needs no more than the headers.
  EXPECT_EQ(rejection_of(cases[2].frame.substr(0, 54)), rejection_of(cases[2].frame));
}

openflow::PacketIn packet_in(const std::string& frame) {
  openflow::PacketIn out;
  out.metadata.metadata(7).reg(field::kInportRegister, 3).reg(field::kOutportRegister, 5);
  out.packet = frame;
  return out;
}

TEST(RejectTest, FromThePortTheAnswerIsDelivered) {
  const auto out = rejection_of(packet_in(ip4_frame(Tins::UDP(2, 1))), Direction::kFromLport);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->actions.to_string(), "set_field:0x7->metadata,set_field:0x3->reg15,resubmit(,80)");
  EXPECT_EQ(out->match.to_string(), "in_port=CONTROLLER");
}

TEST(RejectTest, ToThePortTheAnswerIsLookedUpAsTheOnesOfThePort) {
  const auto out = rejection_of(packet_in(ip4_frame(Tins::UDP(2, 1))), Direction::kToLport);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->actions.to_string(), "set_field:0x7->metadata,set_field:0x5->reg14,resubmit(,42)");
  EXPECT_FALSE(rejection_of(packet_in("abc"), Direction::kToLport));
}

}  // namespace
}  // namespace mooring::controller
