#include "base/log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <regex>
#include <sstream>

namespace mooring {
namespace {

std::string contents(const std::string& path) {
  std::stringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

class LogTest : public testing::Test {
 protected:
  LogTest() : path_(testing::TempDir() + "/log_test." + std::to_string(getpid())) {
    EXPECT_TRUE(log_.set("console:off"));
    EXPECT_TRUE(log_.set("syslog:off"));
    EXPECT_TRUE(log_.open_file(path_));
  }
  ~LogTest() override { unlink(path_.c_str()); }

  std::string path_;
  Log log_{"test"};
};

TEST_F(LogTest, LinesHaveTheFormOfVlog) {
  Logger(log_, "binding").info("claimed {}", "vm1");
  EXPECT_TRUE(std::regex_match(
      contents(path_),
      std::regex(
          R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\|00001\|binding\|INFO\|claimed vm1\n)")));
}

TEST_F(LogTest, ALineFromOutsideStaysOneLine) {
  Logger(log_, "m").info("{}", "a\nb\x01");
  EXPECT_NE(contents(path_).find("|a\\x0ab\\x01\n"), std::string::npos);
}

TEST_F(LogTest, LevelsAreSetPerModule) {
  Logger quiet(log_, "quiet");
  Logger loud(log_, "loud");
  ASSERT_TRUE(log_.set("quiet:file:err"));
  ASSERT_TRUE(log_.set("loud:file:dbg"));
  quiet.warn("hidden");
  loud.dbg("shown");
  std::string text = contents(path_);
  EXPECT_EQ(text.find("hidden"), std::string::npos);
  EXPECT_NE(text.find("shown"), std::string::npos);
  EXPECT_FALSE(log_.set("a:b:c"));
}

}  // namespace
}  // namespace mooring
