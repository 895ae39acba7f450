// What a change costs in the memo graph, however many rows there are: ports that contribute flows
// to their switch, as the daemons' derivations do.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "engine/memo.h"
#include "engine/relation.h"
#include "engine/source.h"

namespace {

using namespace mooring;
using namespace mooring::engine;

struct Port {
  enum Column : unsigned { kName, kSwitch };
  Uuid uuid;
  std::string name;
  std::uint64_t on = 0;
  friend bool operator==(const Port&, const Port&) = default;

  class View {
   public:
    View(const Port& row, store::ColumnMask& used) : row_(&row), used_(&used) {}
    const std::string& name() const { return mark(kName), row_->name; }
    std::uint64_t on() const { return mark(kSwitch), row_->on; }

   private:
    void mark(unsigned column) const { *used_ |= store::ColumnMask{1} << column; }
    const Port* row_;
    store::ColumnMask* used_;
  };
};

// Each port is one flow of its switch; a switch counts them.
struct Wiring {
  explicit Wiring(store::Table<Port>& table)
      : ports(graph, table), flow(graph, "flow", 1, [this](Context& context, const Uuid& uuid) {
          if (auto row = context.row(ports, uuid)) {
            context.emit(flows, row->on(), row->name());
          }
          return Nothing{};
        }) {
    ports.demand_each(flow);
  }
  Graph graph;
  Source<Port> ports;
  Relation<std::uint64_t, std::string> flows{graph, 1, true};
  Memo<Uuid, Nothing> flow;
};

Port port(std::uint64_t n, std::string name) {
  Port out;
  out.uuid = Uuid(n, n);
  out.name = std::move(name);
  out.on = n / 100;
  return out;
}

void fill(store::Table<Port>& table, std::int64_t count) {
  for (std::int64_t n = 0; n < count; ++n) {
    table.put(port(static_cast<std::uint64_t>(n), "port" + std::to_string(n)));
  }
}

void from_scratch(benchmark::State& state) {
  store::Table<Port> table;
  fill(table, state.range(0));
  for (auto turn : state) {
    Wiring wiring(table);
    wiring.graph.update();
    benchmark::DoNotOptimize(wiring.flows.drain());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(from_scratch)->Arg(1000)->Arg(100000)->Unit(benchmark::kMillisecond);

void one_row(benchmark::State& state) {
  store::Table<Port> table;
  fill(table, state.range(0));
  Wiring wiring(table);
  wiring.graph.update();
  wiring.flows.drain();
  std::uint64_t turn = 0;
  for (auto _ : state) {
    table.put(port(7, "name" + std::to_string(++turn)));
    wiring.graph.update();
    benchmark::DoNotOptimize(wiring.flows.drain());
  }
}
BENCHMARK(one_row)->Arg(1000)->Arg(100000);

}  // namespace

BENCHMARK_MAIN();
