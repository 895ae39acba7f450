#include "jsonrpc/framer.h"

#include <gtest/gtest.h>

#include <vector>

namespace mooring::json {
namespace {

std::vector<std::string> drain(Framer& framer) {
  std::vector<std::string> out;
  while (true) {
    auto frame = framer.next();
    EXPECT_TRUE(frame) << frame.error().message;
    if (!frame || !*frame) return out;
    out.emplace_back(**frame);
  }
}

TEST(Framer, CutsAnywhere) {
  const std::vector<std::string> objects = {"{}", R"({"a":"}{][\"\\"})",
                                            R"({"b":[{},[{"c":"\\\\\""}]]})", R"({"":""})"};
  std::string stream;
  for (const std::string& object : objects) stream += object + (stream.size() % 2 ? " \n" : "");
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    Framer framer;
    std::vector<std::string> out;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      framer.feed(std::string_view(stream).substr(at, step));
      for (std::string& frame : drain(framer)) out.push_back(std::move(frame));
    }
    EXPECT_EQ(out, objects) << "in steps of " << step;
  }
}

TEST(Framer, GivesMemoryBackOnlyWhenNothingWaits) {
  Framer framer;
  framer.feed("{} {\"a");
  EXPECT_EQ(drain(framer), std::vector<std::string>{"{}"});
  framer.release(0);
  framer.feed("\":1}");
  EXPECT_EQ(drain(framer), std::vector<std::string>{"{\"a\":1}"});
  framer.release(0);
  framer.feed("{\"b\":2}");
  EXPECT_EQ(drain(framer), std::vector<std::string>{"{\"b\":2}"});
}

TEST(Framer, RefusesWhatBeginsNoObject) {
  for (const char* text : {"[]", "x", "}", "\"{}\"", "{}]"}) {
    Framer framer;
    framer.feed(text);
    auto frame = framer.next();
    if (frame && *frame) frame = framer.next();
    EXPECT_FALSE(frame) << text;
    framer.feed("{}");
    EXPECT_FALSE(framer.next()) << "an error stays";
  }
}

TEST(Framer, LimitsHold) {
  Framer deep({.bytes = 1000, .depth = 3});
  deep.feed("{[{}]}{[[[]]]}");
  ASSERT_TRUE(deep.next());
  EXPECT_FALSE(deep.next());

  Framer endless({.bytes = 100, .depth = 3});
  endless.feed("{\"");
  EXPECT_TRUE(endless.next());
  endless.feed(std::string(200, 'x'));
  EXPECT_FALSE(endless.next());
}

TEST(Framer, ManySmallAfterOneBig) {
  Framer framer;
  std::string big = "{\"a\":\"" + std::string(4 << 20, 'b') + "\"}";
  framer.feed(big);
  framer.feed("{}{");
  EXPECT_EQ(drain(framer).size(), 2u);
  for (int i = 0; i < 1000; ++i) {
    framer.feed("}{");
    EXPECT_EQ(drain(framer), std::vector<std::string>{"{}"});
  }
}

}  // namespace
}  // namespace mooring::json
