// What a rule costs northd (parsing) and a controller (lowering), and what one more member costs.
#include <benchmark/benchmark.h>

#include <string>

#include "expr/lower.h"
#include "expr/parser.h"

namespace mooring::expr {
namespace {

constexpr const char* kRule =
    "outport == @pg && ip4 && ip4.src == $addresses && tcp && tcp.dst >= 1024 && tcp.dst <= 65000";

class Names final : public Scope {
 public:
  explicit Names(int members) {
    std::vector<std::string> text;
    for (int i = 0; i < members; ++i) {
      text.push_back("10." + std::to_string(i >> 16) + "." + std::to_string(i >> 8 & 255) + "." +
                     std::to_string(i & 255));
    }
    set_ = std::make_shared<const AddressSet>(AddressSet::from(text));
  }
  std::optional<PortKey> port(std::string_view) const override { return PortKey{1, {}}; }
  std::vector<PortKey> port_group(std::string_view) const override {
    std::vector<PortKey> out;
    for (std::uint32_t i = 1; i <= 10; ++i) out.push_back({i, {}});
    return out;
  }
  std::shared_ptr<const AddressSet> address_set(std::string_view) const override { return set_; }
  bool is_resident(std::string_view) const override { return true; }

 private:
  std::shared_ptr<const AddressSet> set_;
};

LowerOptions conjunctive() {
  LowerOptions out;
  out.conjunction_id = [](std::uint32_t index) { return index + 1; };
  return out;
}

void BM_Parse(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(parse(kRule));
}
BENCHMARK(BM_Parse);

void BM_Plan(benchmark::State& state) {
  const Expr expr = parse(kRule).value();
  const Names names(0);
  for (auto _ : state) benchmark::DoNotOptimize(plan(expr, names, conjunctive()));
}
BENCHMARK(BM_Plan);

void BM_OneMember(benchmark::State& state) {
  const auto made = plan(parse(kRule).value(), Names(0), conjunctive()).value();
  const Constant member = parse_member("192.0.2.1").value();
  for (auto _ : state) {
    for (const Slot& slot : made.slots) benchmark::DoNotOptimize(slot.lower(member));
  }
}
BENCHMARK(BM_OneMember);

// Time per member should not depend on how many there are.
void BM_LowerSet(benchmark::State& state) {
  const Expr expr = parse(kRule).value();
  const Names names(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(lower(expr, names, conjunctive()));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_LowerSet)->Arg(100)->Arg(1000)->Arg(10000);

// Parsing is linear in the text.
void BM_ParseLong(benchmark::State& state) {
  std::string text = "ip4.src == {";
  for (int i = 0; i < state.range(0); ++i) text += "10.0." + std::to_string(i % 256) + ".1, ";
  text += "}";
  for (auto _ : state) benchmark::DoNotOptimize(parse(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(BM_ParseLong)->Arg(100)->Arg(1000)->Arg(10000);

}  // namespace
}  // namespace mooring::expr

BENCHMARK_MAIN();
