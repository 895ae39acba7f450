#include "controller/stages.h"

#include <algorithm>

#include "controller/outputs.h"
#include "controller/tables.h"
#include "expr/actions.h"
#include "expr/parser.h"

namespace mooring::controller {
namespace {

constexpr std::int64_t kStages = 32;

}  // namespace

Stages::Stages(engine::Graph& graph, Inputs& inputs)
    : inputs_(inputs),
      readable_(graph, "readable_row", stratum::kLocal,
                [this](engine::Context& context, const Uuid& row) {
                  return readable(context, row);
                }),
      table_of_(graph, "stage", stratum::kLocal,
                [this](engine::Context& context, const Place& place) {
                  return find(context, place);
                }) {}
Stages::~Stages() = default;

std::uint8_t Stages::ingress_from(engine::Context& context, std::int64_t first) {
  return context.get(table_of_, Place{"ingress", first});
}

std::uint8_t Stages::egress_from(engine::Context& context, std::int64_t first) {
  return context.get(table_of_, Place{"egress", first});
}

std::uint8_t Stages::find(engine::Context& context, const Place& place) {
  bool ingress = place.first == "ingress";
  for (std::int64_t id = place.second; id < kStages; ++id) {
    const auto& rows = context.find(inputs_.pipeline_by_stage, Place{place.first, id});
    bool used = std::any_of(rows.begin(), rows.end(),
                            [&](const Uuid& row) { return context.get(readable_, row); });
    if (used) return static_cast<std::uint8_t>((ingress ? table::kIngress : table::kEgress) + id);
  }
  // The table that follows the last ingress stage has no flows: an end.
  return ingress ? table::kIngress + kStages - 1 : table::kDeliver;
}

bool Stages::readable(engine::Context& context, const Uuid& uuid) {
  auto row = context.row(inputs_.pipeline, uuid);
  return row && expr::parse(row->match()) && expr::parse_actions(row->actions());
}

}  // namespace mooring::controller
