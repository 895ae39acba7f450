// Against os-ken, which reads and writes OpenFlow 1.5 on its own.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "openflow/messages.h"
#include "openflow/testing/flow_generator.h"
#include "openflow/testing/test_switch.h"
#include "openflow/text.h"

namespace mooring::openflow {
namespace {

// Its answers, one a line: without what it says of packets that it can't read.
std::vector<std::string> codec(const std::vector<std::string>& words) {
  const char* source = std::getenv("MOORING_SOURCE_DIR");
  std::vector<std::string> command = {
      "/usr/bin/python3",
      std::string(source == nullptr ? "." : source) + "/src/openflow/testing/os_ken_codec.py"};
  command.insert(command.end(), words.begin(), words.end());
  const Output output = run_program(command);
  EXPECT_EQ(output.code, 0) << output.text;
  std::vector<std::string> lines;
  std::istringstream text(output.text);
  for (std::string line; std::getline(text, line);) {
    // It warns of deprecated names among its answers.
    if (line.find("Warning") == std::string::npos) lines.push_back(line);
  }
  return lines;
}

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

U128 from_decimal(std::string_view digits) {
  U128 out;
  for (const char digit : digits) {
    // Times ten, plus the digit.
    const U128 twice = out << 1;
    const U128 eight = out << 3;
    const std::uint64_t low = twice.low + eight.low;
    out = U128(twice.high + eight.high + (low < eight.low), low);
    const auto value = static_cast<std::uint64_t>(digit - '0');
    out = U128(out.high + (out.low + value < value), out.low + value);
  }
  return out;
}

// What we write it reads, and writes again as it was.
TEST(OsKenTest, ReadsWhatWeWrite) {
  std::string pattern = (std::filesystem::temp_directory_path() / "of-messages-XXXXXX").string();
  const int file = ::mkstemp(pattern.data());
  ASSERT_GE(file, 0);
  ::close(file);
  FlowGenerator generator(11);
  std::vector<FlowMod> mods;
  {
    std::ofstream out(pattern);
    for (int i = 0; i < 1000; ++i) {
      mods.push_back(FlowMod::add(generator.next()));
      std::string bytes;
      ASSERT_TRUE(encode(bytes, 5, mods.back()));
      out << text::bytes(bytes, "") << "\n";
    }
  }
  const auto lines = codec({"check", pattern});
  std::filesystem::remove(pattern);
  ASSERT_EQ(lines.size(), mods.size());
  int same = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // It forgets the padding behind the ports of nat.
    const std::string text = mods[i].flow.to_string();
    if (text.find("nat(") != std::string::npos) continue;
    EXPECT_FALSE(lines[i].starts_with("different")) << lines[i] << text;
    same += lines[i] == "same";
  }
  // It lacks some of Open vSwitch's fields and actions.
  EXPECT_GT(same, 700);
}

// What it writes, fields in any order, we read as it meant.
TEST(OsKenTest, IsReadByUs) {
  const auto lines = codec({"make", "1000"});
  ASSERT_EQ(lines.size(), 1000U);
  for (const std::string& line : lines) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    const auto incoming = decode(from_hex(word));
    ASSERT_TRUE(incoming) << incoming.error().message << " " << line;
    const Match& match = std::get<FlowMod>(incoming->message).flow.match;
    while (words >> word) {
      const auto equals = word.find('=');
      const auto slash = word.find('/');
      const auto field = field_by_name(word.substr(0, equals));
      ASSERT_TRUE(field) << word;
      const std::string mask_word = word.substr(slash + 1);
      const U128 mask = mask_word == "all" ? info(*field).ones() : from_decimal(mask_word);
      const U128 value = from_decimal(word.substr(equals + 1, slash - equals - 1));
      const auto found = match.find(*field);
      if (mask.is_zero()) continue;
      ASSERT_TRUE(found) << word << " " << match.to_string();
      // A narrower register may say more of a wider one.
      EXPECT_EQ(found->mask & mask, mask) << word << " " << match.to_string();
      EXPECT_EQ(found->value & mask, value) << word << " " << match.to_string();
    }
  }
}

}  // namespace
}  // namespace mooring::openflow
