// Runs tests/northd/*.scenario.

#include "northd/testing/scenario.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace mooring::northd::testing {
namespace {

std::vector<std::string> files() {
  const char* root = std::getenv("MOORING_SOURCE_DIR");
  std::filesystem::path folder =
      std::filesystem::path(root != nullptr ? root : ".") / "tests/northd";
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".scenario") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

TEST(ScenarioTest, EveryFile) {
  auto all = files();
  ASSERT_FALSE(all.empty());
  for (const std::string& file : all) {
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    Scenario scenario([&file](std::size_t line, const std::string& message) {
      ADD_FAILURE_AT(file.c_str(), static_cast<int>(line)) << message;
    });
    scenario.run(text.str());
  }
}

TEST(ScenarioTest, AWrongExpectationFails) {
  std::vector<std::size_t> lines;
  Scenario scenario([&lines](std::size_t line, const std::string&) { lines.push_back(line); });
  scenario.run(
      "nb insert Physical_Switch name=a\n"
      "expect sb Uplink logical_port=a\n"
      "expect no sb Uplink logical_port=a\n"
      "expect sb Uplink logical_port=b\n");
  EXPECT_EQ(lines, (std::vector<std::size_t>{3, 4}));
}

}  // namespace
}  // namespace mooring::northd::testing
