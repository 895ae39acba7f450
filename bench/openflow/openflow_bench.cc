// Flows built, encoded, decoded and held against what is installed; and a bundle committed to a
// real ovs-vswitchd with dummy ports.
#include <benchmark/benchmark.h>

#include <optional>
#include <unordered_map>

#include "io/loop.h"
#include "openflow/connection.h"
#include "openflow/testing/flow_generator.h"
#include "openflow/testing/test_switch.h"

namespace {

using namespace mooring::openflow;

// What a controller mostly installs: metadata, a port, an address; a register and a resubmit.
Flow typical(std::uint32_t i) {
  Flow flow;
  flow.table = 32;
  flow.priority = 50;
  flow.match.metadata(7).eth_dst(mooring::Mac(0x020000000000ULL + i));
  flow.actions.set_reg(15, i).resubmit(33);
  flow.cookie = i;
  return flow;
}

std::vector<Flow> generated(std::size_t count) {
  FlowGenerator generator(1);
  std::vector<Flow> flows;
  for (std::size_t i = 0; i < count; ++i) flows.push_back(generator.next());
  return flows;
}

void build(benchmark::State& state) {
  std::uint32_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(typical(i++));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(build);

void encode_flow(benchmark::State& state) {
  const FlowMod mod = FlowMod::add(typical(1));
  std::string out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(encode(out, 1, mod));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(encode_flow);

void decode_flow(benchmark::State& state) {
  std::string bytes;
  static_cast<void>(encode(bytes, 1, FlowMod::add(typical(1))));
  for (auto _ : state) benchmark::DoNotOptimize(decode(bytes));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode_flow);

void decode_generated(benchmark::State& state) {
  std::vector<std::string> messages;
  for (const Flow& flow : generated(1000)) {
    messages.emplace_back();
    static_cast<void>(encode(messages.back(), 1, FlowMod::add(flow)));
  }
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(decode(messages[i++ % messages.size()]));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(decode_generated);

void print_generated(benchmark::State& state) {
  const auto flows = generated(1000);
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(flows[i++ % flows.size()].to_string());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(print_generated);

// What is wanted against what is installed, by key and then by bytes.
void diff(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  std::unordered_map<FlowKey, Flow> wanted;
  std::vector<Flow> installed;
  for (std::uint32_t i = 0; i < count; ++i) {
    Flow flow = typical(i);
    installed.push_back(flow);
    if (i % 100 == 0) flow.actions.output(1);
    wanted.emplace(flow.key(), flow);
  }
  for (auto _ : state) {
    std::size_t changes = 0;
    for (const Flow& flow : installed) {
      const auto found = wanted.find(flow.key());
      changes += found == wanted.end() || found->second.actions != flow.actions;
    }
    benchmark::DoNotOptimize(changes);
  }
  state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(diff)->Arg(10000)->Arg(100000)->Unit(benchmark::kMillisecond);

// The switch's own work included.
void commit(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  TestSwitch bridge(1);
  mooring::io::Loop loop;
  Connection connection(loop, {}, {}, mooring::Logger());
  connection.start(*mooring::io::Remote::parse(bridge.remote(), 6653));
  while (!connection.connected()) loop.run_for(std::chrono::milliseconds(100));
  std::vector<BundleItem> items = {FlowMod::remove_all()};
  for (std::uint32_t i = 0; i < count; ++i) items.emplace_back(FlowMod::add(typical(i)));
  for (auto _ : state) {
    std::optional<bool> done;
    connection.commit_bundle(items, [&](auto result) { done = result.has_value(); });
    while (!done) loop.run_for(std::chrono::milliseconds(100));
    if (!*done) state.SkipWithError("refused");
  }
  state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(commit)->Arg(1000)->Arg(100000)->Unit(benchmark::kMillisecond)->UseRealTime();

void dump(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  TestSwitch bridge(1);
  mooring::io::Loop loop;
  Connection connection(loop, {}, {}, mooring::Logger());
  connection.start(*mooring::io::Remote::parse(bridge.remote(), 6653));
  while (!connection.connected()) loop.run_for(std::chrono::milliseconds(100));
  std::vector<BundleItem> items;
  for (std::uint32_t i = 0; i < count; ++i) items.emplace_back(FlowMod::add(typical(i)));
  std::optional<bool> committed;
  connection.commit_bundle(items, [&](auto result) { committed = result.has_value(); });
  while (!committed) loop.run_for(std::chrono::milliseconds(100));
  for (auto _ : state) {
    std::optional<std::size_t> got;
    connection.dump_flows([&](auto flows) { got = flows ? flows->size() : 0; });
    while (!got) loop.run_for(std::chrono::milliseconds(100));
    if (*got != count) state.SkipWithError("not all came back");
  }
  state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(dump)->Arg(100000)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
