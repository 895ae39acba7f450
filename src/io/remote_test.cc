#include "io/remote.h"

#include <gtest/gtest.h>

namespace mooring::io {
namespace {

using Kind = Remote::Kind;

TEST(Remote, EveryForm) {
  struct Case {
    const char* text;
    Remote remote;
    const char* printed;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"unix:/run/db.sock", {Kind::kUnix, "/run/db.sock", 0}, "unix:/run/db.sock"},
           {"punix:a:b", {Kind::kPunix, "a:b", 0}, "punix:a:b"},
           {"tcp:10.0.0.1:6641", {Kind::kTcp, "10.0.0.1", 6641}, "tcp:10.0.0.1:6641"},
           {"tcp:10.0.0.1", {Kind::kTcp, "10.0.0.1", 6640}, "tcp:10.0.0.1:6640"},
           {"ssl:db.example.org:1", {Kind::kSsl, "db.example.org", 1}, "ssl:db.example.org:1"},
           {"ssl:[fd00::1]:65535", {Kind::kSsl, "fd00::1", 65535}, "ssl:[fd00::1]:65535"},
           {"tcp:[fe80::1%eth0]", {Kind::kTcp, "fe80::1%eth0", 6640}, "tcp:[fe80::1%eth0]:6640"},
           {"ptcp:", {Kind::kPtcp, "", 6640}, "ptcp:6640"},
           {"ptcp:0", {Kind::kPtcp, "", 0}, "ptcp:0"},
           {"ptcp::127.0.0.1", {Kind::kPtcp, "127.0.0.1", 6640}, "ptcp:6640:127.0.0.1"},
           {"pssl:6642:[::]", {Kind::kPssl, "::", 6642}, "pssl:6642:[::]"},
       }) {
    auto remote = Remote::parse(c.text, 6640);
    ASSERT_TRUE(remote) << c.text << ": " << remote.error().message;
    EXPECT_EQ(*remote, c.remote) << c.text;
    EXPECT_EQ(remote->to_string(), c.printed);
    EXPECT_EQ(*Remote::parse(remote->to_string(), 1), *remote) << c.text;
  }
}

TEST(Remote, RefusesWhatIsNotOneAndSaysWhatWouldBe) {
  for (const char* text : {"",
                           "tcp",
                           "tcp:",
                           "tcp::6640",
                           "tcp:[::1",
                           "tcp:[]:1",
                           "tcp:::1:6640",
                           "tcp:h:0",
                           "tcp:h:65536",
                           "tcp:h:66x",
                           "tcp:h:",
                           "tcp:a b:1",
                           "unix:",
                           "punix:",
                           "ptcp:x",
                           "ptcp:65536",
                           "ptcp:1:",
                           "ptcp:1:::1",
                           "http:h:80",
                           "10.0.0.1:6640",
                           "tcp:[1.2.3.4]:1"}) {
    auto remote = Remote::parse(text, 6640);
    ASSERT_FALSE(remote) << text;
    EXPECT_NE(remote.error().message.find("\"" + std::string(text) + "\""), std::string::npos);
    EXPECT_NE(remote.error().message.find("tcp:HOST[:PORT]"), std::string::npos);
  }
  EXPECT_FALSE(Remote::parse(std::string_view("unix:a\0b", 8), 0));
}

TEST(Remote, Lists) {
  auto list = Remote::parse_list("tcp:10.0.0.1:6641, ssl:[::1]:6641,,unix:/x ", 6640);
  ASSERT_TRUE(list) << list.error().message;
  ASSERT_EQ(list->size(), 3U);
  EXPECT_EQ((*list)[1].to_string(), "ssl:[::1]:6641");
  EXPECT_EQ((*list)[2].address, "/x");
  EXPECT_FALSE(Remote::parse_list("", 6640));
  EXPECT_FALSE(Remote::parse_list(" , ", 6640));
  auto bad = Remote::parse_list("unix:/x,bogus", 6640);
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find("\"bogus\""), std::string::npos);
}

}  // namespace
}  // namespace mooring::io
