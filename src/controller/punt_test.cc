#include "controller/punt.h"

#include <gtest/gtest.h>

namespace mooring::controller {
namespace {

std::vector<Punt> punts() {
  std::vector<Punt> out;
  for (auto direction : {Direction::kFromLport, Direction::kToLport}) {
    out.push_back(RejectEntry{direction});
    for (int severity = 0; severity < 5; ++severity) {
      for (int verdict = 0; verdict < 3; ++verdict) {
        for (const char* name : {"", "allow web"}) {
          LogEntry entry{name, static_cast<LogSeverity>(severity), static_cast<Verdict>(verdict),
                         direction, std::nullopt};
          out.push_back(entry);
          entry.acl = Uuid(0x0123456789abcdef, 0xfedcba9876543210);
          out.push_back(entry);
        }
      }
    }
  }
  return out;
}

TEST(PuntTest, WhatIsEncodedIsDecoded) {
  for (const Punt& punt : punts()) {
    const auto back = decode_punt(encode(punt));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, punt);
  }
}

TEST(PuntTest, TheBytesStayWhatSwitchesHold) {
  EXPECT_EQ(encode(RejectEntry{Direction::kToLport}), std::string("\1\1\1", 3));
  EXPECT_EQ(encode(LogEntry{"ab", LogSeverity::kNotice, Verdict::kDrop, Direction::kToLport, {}}),
            std::string("\1\2\2\1\1\0\2ab", 9));
}

TEST(PuntTest, CutShortOrLongerItIsNothing) {
  for (const Punt& punt : punts()) {
    const std::string whole = encode(punt);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      EXPECT_FALSE(decode_punt(whole.substr(0, length)));
    }
    EXPECT_FALSE(decode_punt(whole + '\0'));
  }
}

TEST(PuntTest, OtherVersionsOpcodesAndValuesAreNothing) {
  EXPECT_FALSE(decode_punt(std::string("\2\1\0", 3)));
  EXPECT_FALSE(decode_punt(std::string("\1\3\0", 3)));
  EXPECT_FALSE(decode_punt(std::string("\1\1\2", 3)));
  const std::string log = encode(LogEntry{});
  for (std::size_t at = 2; at < 6; ++at) {
    std::string bytes = log;
    bytes[at] = 5;
    EXPECT_FALSE(decode_punt(bytes)) << at;
  }
}

TEST(PuntTest, ALongNameIsCut) {
  const auto back = decode_punt(encode(LogEntry{std::string(300, 'x'), {}, {}, {}, {}}));
  ASSERT_TRUE(back);
  EXPECT_EQ(std::get<LogEntry>(*back).name.size(), 255u);
}

TEST(PuntTest, Actions) {
  EXPECT_EQ(reject_action(Direction::kToLport).to_string(),
            "controller(max_len=1400,userdata=01.01.01)");
  EXPECT_EQ(log_action(LogEntry{}, 9).to_string(),
            "controller(max_len=256,userdata=01.02.03.00.00.00.00,meter_id=9)");
}

TEST(PuntTest, WordsAreThoseOfTheDatabase) {
  for (const char* word : {"alert", "warning", "notice", "info", "debug"}) {
    ASSERT_TRUE(severity_named(word));
    EXPECT_EQ(to_string(*severity_named(word)), word);
  }
  EXPECT_EQ(verdict_named("drop"), Verdict::kDrop);
  EXPECT_EQ(direction_named("to-lport"), Direction::kToLport);
  EXPECT_FALSE(severity_named("loud"));
  EXPECT_FALSE(verdict_named(""));
  EXPECT_FALSE(direction_named("to"));
}

}  // namespace
}  // namespace mooring::controller
