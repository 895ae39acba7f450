#include "controller/conjunction_ids.h"

#include "controller/outputs.h"

namespace mooring::controller {
namespace {

constexpr unsigned kIndexBits = 8;
constexpr std::uint32_t kBlockMask = 0x7fffffff & ~0xffU;
constexpr std::uint32_t kSecond = 1U << 31;

std::uint32_t first_block(const Uuid& row) {
  return static_cast<std::uint32_t>(row.high() >> 32) & kBlockMask;
}
std::uint32_t second_block(const Uuid& row) {
  return kSecond | (static_cast<std::uint32_t>(row.low()) & kBlockMask);
}

}  // namespace

static_assert(ConjunctionIds::kPerRule < 1U << kIndexBits);

ConjunctionIds::ConjunctionIds(engine::Graph& graph, Inputs& inputs)
    : inputs_(inputs),
      first_(graph, stratum::kLocal),
      second_(graph, stratum::kClaims),
      ask_first_(graph, "conjunction_block", stratum::kLocal,
                 [this](engine::Context& context, const Uuid& row) {
                   if (context.row(inputs_.pipeline, row)) {
                     context.emit(first_, first_block(row), Uuid(row));
                   }
                   return engine::Nothing{};
                 }),
      ask_second_(graph, "second_conjunction_block", stratum::kClaims,
                  [this](engine::Context& context, const Uuid& row) {
                    if (!context.row(inputs_.pipeline, row)) return engine::Nothing{};
                    if (context.elements(first_, first_block(row)).front() != row) {
                      context.emit(second_, second_block(row), Uuid(row));
                    }
                    return engine::Nothing{};
                  }) {
  inputs_.pipeline.demand_each(ask_first_);
  inputs_.pipeline.demand_each(ask_second_);
}
ConjunctionIds::~ConjunctionIds() = default;

std::optional<std::uint32_t> ConjunctionIds::base(engine::Context& context, const Uuid& row) {
  auto first = context.elements(first_, first_block(row));
  if (!first.empty() && first.front() == row) return first_block(row);
  auto second = context.elements(second_, second_block(row));
  if (!second.empty() && second.front() == row) return second_block(row);
  return std::nullopt;
}

}  // namespace mooring::controller
