#include "base/keyed_set.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace mooring {
namespace {

struct Node : Keyed<std::string> {
  Node(std::string key, int v) : Keyed(std::move(key)), value(v) {}
  int value;
};

TEST(KeyedSet, AgreesWithAMap) {
  std::mt19937 random(7);
  KeyedSet<Node> set;
  std::map<std::string, std::pair<int, const Node*>> model;
  for (int step = 0; step < 20000; ++step) {
    // Growing at first, then shrinking to nothing.
    std::string key = std::to_string(random() % 700);
    if (static_cast<int>(random() % 20000) > step) {
      Node& node = set.get(key, [&] { return std::make_unique<Node>(key, step); });
      auto [it, fresh] = model.try_emplace(key, step, &node);
      EXPECT_EQ(it->second, std::pair(node.value, static_cast<const Node*>(&node)));
    } else {
      EXPECT_EQ(set.extract(key) != nullptr, model.erase(key) == 1);
    }
    ASSERT_EQ(set.size(), model.size());
  }
  for (const auto& [key, expected] : model) EXPECT_EQ(set.find(key), expected.second);
  std::size_t visited = 0;
  set.for_each([&](const Node& node) { visited += model.count(node.key()); });
  EXPECT_EQ(visited, model.size());
  EXPECT_EQ(set.find("700"), nullptr);
}

TEST(KeyedSet, ErasesByTheNodesOwnKey) {
  KeyedSet<Node> set;
  EXPECT_EQ(set.find("a"), nullptr);
  Node& node = set.get("a", [] { return std::make_unique<Node>("a", 1); });
  set.erase(node.key());
  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set.extract("a"), nullptr);
}

}  // namespace
}  // namespace mooring
