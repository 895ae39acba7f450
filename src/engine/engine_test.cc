// The graph against a small model of what the daemons do with it: ports on switches.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

#include "base/test_scale.h"
#include "engine/index.h"
#include "engine/memo.h"
#include "engine/relation.h"
#include "engine/source.h"

namespace mooring::engine {
namespace {

struct Port {
  enum Column : unsigned { kName, kSwitch, kUp };
  Uuid uuid;
  std::string name;
  std::string on;
  bool up = false;
  friend bool operator==(const Port&, const Port&) = default;

  class View {
   public:
    View(const Port& row, store::ColumnMask& used) : row_(&row), used_(&used) {}
    const std::string& name() const { return mark(kName), row_->name; }
    const std::string& on() const { return mark(kSwitch), row_->on; }
    bool up() const { return mark(kUp), row_->up; }

   private:
    void mark(unsigned column) const { *used_ |= store::ColumnMask{1} << column; }
    const Port* row_;
    store::ColumnMask* used_;
  };
};

constexpr store::ColumnMask bit(unsigned column) { return store::ColumnMask{1} << column; }

Uuid id(std::uint64_t n) { return Uuid(0, n); }

std::vector<Uuid> found(const Index<Port, std::string>& index, const std::string& key) {
  auto rows = index.find(key);
  return {rows.begin(), rows.end()};
}

// Port -> label; switch -> its labels; a flow per (switch, label) once the switch has two ports.
struct Wiring {
  explicit Wiring(store::Table<Port>& table)
      : ports(graph, table),
        by_switch(graph, table, bit(Port::kSwitch),
                  [](const Port& p) { return std::vector<std::string>{p.on}; }),
        label(graph, "label", 1,
              [this](Context& c, const Uuid& uuid) {
                auto row = c.row(ports, uuid);
                return row ? "[" + row->name() + "]" : std::string();
              }),
        member(graph, "member", 1,
               [this](Context& c, const Uuid& uuid) {
                 auto row = c.row(ports, uuid);
                 if (row) c.emit(members, row->on(), c.get(label, uuid));
                 return Nothing{};
               }),
        flows_of(graph, "flows_of", 2, [this](Context& c, const std::string& name) {
          auto labels = c.elements(members, name);
          if (labels.size() < 2) return 0;
          for (const std::string& l : labels) c.emit(flows, name, l);
          return static_cast<int>(labels.size());
        }) {
    ports.demand_each(member);
    members.demand_each(flows_of);
  }

  std::map<std::string, std::set<std::string>> installed() const {
    std::map<std::string, std::set<std::string>> out;
    flows.for_each([&](const std::string& key, Elements<std::string> elements) {
      for (const auto& e : elements) out[key].insert(e);
    });
    return out;
  }

  Graph graph;
  Source<Port> ports;
  Index<Port, std::string> by_switch;
  Relation<std::string, std::string> members{graph, 1};
  Relation<std::string, std::string> flows{graph, 2, true};
  Memo<Uuid, std::string> label;
  Memo<Uuid, Nothing> member;
  Memo<std::string, int> flows_of;
};

class EngineTest : public testing::Test {
 protected:
  void put(std::uint64_t n, std::string name, std::string on, bool up = false,
           store::ColumnMask columns = ~store::ColumnMask{0}) {
    Port port;
    port.uuid = id(n);
    port.name = std::move(name);
    port.on = std::move(on);
    port.up = up;
    table_.put(std::move(port), columns);
  }
  std::uint64_t runs_of_update() {
    auto before = w_.graph.stats().runs;
    w_.graph.update();
    return w_.graph.stats().runs - before;
  }

  store::Table<Port> table_;
  Wiring w_{table_};
};

TEST_F(EngineTest, DerivesAndReportsDifferences) {
  put(1, "a", "s");
  w_.graph.update();
  EXPECT_TRUE(w_.flows.drain().empty());
  put(2, "b", "s");
  w_.graph.update();
  auto differences = w_.flows.drain();
  ASSERT_EQ(differences.size(), 1u);
  EXPECT_EQ(differences[0].added, (std::vector<std::string>{"[a]", "[b]"}));
  table_.erase(id(1));
  w_.graph.update();
  differences = w_.flows.drain();
  ASSERT_EQ(differences.size(), 1u);
  EXPECT_EQ(differences[0].removed, (std::vector<std::string>{"[a]", "[b]"}));
}

TEST_F(EngineTest, AColumnNobodyReadsCausesNoWork) {
  put(1, "a", "s");
  put(2, "b", "s");
  w_.graph.update();
  put(1, "a", "s", true, bit(Port::kUp));
  EXPECT_EQ(runs_of_update(), 0u);
}

TEST_F(EngineTest, WorkIsThatOfTheChange) {
  for (std::uint64_t n = 0; n < 100; ++n) {
    put(n, "p" + std::to_string(n), "s" + std::to_string(n % 10));
  }
  w_.graph.update();
  put(7, "renamed", "s7", false, bit(Port::kName));
  EXPECT_EQ(runs_of_update(), 3u);  // label, member, flows_of s7
}

TEST_F(EngineTest, AnEqualValueStopsTheWave) {
  put(1, "a", "s");
  put(2, "b", "s");
  w_.graph.update();
  put(1, "a", "s", false, bit(Port::kName));  // written again, the same
  auto before = w_.graph.stats();
  w_.graph.update();
  auto after = w_.graph.stats();
  EXPECT_EQ(after.runs - before.runs, 1u);
  EXPECT_EQ(after.cutoffs - before.cutoffs, 1u);
}

TEST_F(EngineTest, WhatNobodyNeedsIsForgotten) {
  put(1, "a", "s");
  put(2, "b", "s");
  w_.graph.update();
  EXPECT_GT(w_.graph.stats().nodes, 0u);
  table_.erase(id(1));
  table_.erase(id(2));
  w_.graph.update();
  w_.flows.drain();
  EXPECT_EQ(w_.graph.stats().nodes, 0u);
  EXPECT_EQ(w_.graph.stats().edges, 0u);
}

TEST_F(EngineTest, AnIndexFollowsItsColumns) {
  put(2, "b", "s");
  put(1, "a", "s");
  EXPECT_EQ(found(w_.by_switch, "s"), (std::vector<Uuid>{id(1), id(2)}));
  put(1, "a", "t");
  EXPECT_EQ(found(w_.by_switch, "s"), (std::vector<Uuid>{id(2)}));
  EXPECT_EQ(found(w_.by_switch, "t"), (std::vector<Uuid>{id(1)}));
}

TEST_F(EngineTest, WhatGoesAndComesAgainIsNoDifference) {
  put(1, "a", "s");
  put(2, "b", "s");
  w_.graph.update();
  EXPECT_EQ(w_.flows.differences(), 2u);
  EXPECT_EQ(w_.flows.drain().size(), 1u);
  put(2, "b", "t");
  w_.graph.update();
  EXPECT_EQ(w_.flows.differences(), 2u);
  put(2, "b", "s");
  w_.graph.update();
  EXPECT_EQ(w_.flows.differences(), 0u);
  EXPECT_TRUE(w_.flows.drain().empty());
}

TEST_F(EngineTest, AMemoCanBeDemandedForWhatHasTwoElements) {
  Memo<std::string, Nothing> crowded(w_.graph, "crowded", 2,
                                     [](Context&, const std::string&) { return Nothing{}; });
  w_.members.demand_each(crowded, 2);
  auto nodes = [&] {
    w_.graph.update();
    return crowded.stats().nodes;
  };
  put(1, "a", "s");
  EXPECT_EQ(nodes(), 0u);
  put(2, "b", "s");
  put(3, "c", "s");
  EXPECT_EQ(nodes(), 1u);
  table_.erase(id(1));
  EXPECT_EQ(nodes(), 1u);
  table_.erase(id(3));
  EXPECT_EQ(nodes(), 0u);
}

TEST(KeyChanges, AreTheDifferenceInOrder) {
  auto changes = [](std::vector<int> before, std::vector<int> after) {
    auto out = key_changes<int>(before, after, [](int n) { return 10 * n; });
    return std::pair(out.gone, out.come);
  };
  using Both = std::pair<std::vector<int>, std::vector<int>>;
  EXPECT_EQ(changes({1, 3, 4}, {2, 3, 5, 6}), (Both{{10, 40}, {20, 50, 60}}));
  EXPECT_EQ(changes({}, {1}), (Both{{}, {10}}));
  EXPECT_EQ(changes({1, 2}, {}), (Both{{10, 20}, {}}));
  EXPECT_EQ(changes({1, 2}, {1, 2}), Both{});
}

TEST_F(EngineTest, AHundredThousandChangesLeaveNothingBehind) {
  auto start = [this] {
    for (std::uint64_t n = 0; n < 40; ++n) put(n, "p" + std::to_string(n), "s0");
    w_.graph.update();
    w_.flows.drain();
    return w_.graph.stats();
  };
  const Stats before = start();
  std::mt19937 random(5);
  for (int step = 0; step < 100'000 / kTestSlowdown; ++step) {
    std::uint64_t n = random() % 60;
    if (random() % 3 == 0) {
      table_.erase(id(n));
    } else {
      put(n, "p" + std::to_string(random()), "s" + std::to_string(random() % 8), random() % 2);
    }
    w_.graph.update();
    if (step % 8 == 0) w_.flows.drain();
  }
  for (std::uint64_t n = 40; n < 60; ++n) table_.erase(id(n));
  const Stats after = start();
  EXPECT_EQ(after.nodes, before.nodes);
  EXPECT_EQ(after.edges, before.edges);
  EXPECT_EQ(after.bytes, before.bytes);
}

TEST_F(EngineTest, AFreshStartFindsNothingToChange) {
  std::mt19937 random(7);
  for (int step = 0; step < 3000 / kTestSlowdown; ++step) {
    std::uint64_t n = random() % 40;
    if (random() % 3 == 0) {
      table_.erase(id(n));
    } else {
      put(n, "p" + std::to_string(random() % 50), "s" + std::to_string(random() % 8), random() % 2);
    }
    if (random() % 4 == 0) continue;  // several changes in one update
    w_.graph.update();
    w_.flows.drain();
    w_.graph.reset();
    w_.graph.update();
    ASSERT_TRUE(w_.flows.drain().empty()) << "at step " << step;
    if (step % 100 == 0) {
      Wiring fresh(table_);
      fresh.graph.update();
      ASSERT_EQ(fresh.installed(), w_.installed());
      ASSERT_EQ(fresh.graph.stats().nodes, w_.graph.stats().nodes);
      ASSERT_EQ(fresh.graph.stats().edges, w_.graph.stats().edges);
    }
  }
}

}  // namespace
}  // namespace mooring::engine
