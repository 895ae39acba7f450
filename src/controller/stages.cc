#include "controller/stages.h"

#include <algorithm>

#include "controller/outputs.h"
#include "controller/pipeline_row.h"
#include "controller/tables.h"

namespace mooring::controller {

Stages::Stages(engine::Graph& graph, Inputs& inputs)
    : inputs_(inputs),
      counts_(graph, "usable_row", stratum::kLocal,
              [this](engine::Context& context, const Uuid& row) { return counts(context, row); }),
      table_of_(
          graph, "stage", stratum::kLocal,
          [this](engine::Context& context, const Place& place) { return find(context, place); }) {}
Stages::~Stages() = default;

std::uint8_t Stages::ingress_from(engine::Context& context, std::int64_t first) {
  return context.get(table_of_, Place{"ingress", first});
}

std::uint8_t Stages::egress_from(engine::Context& context, std::int64_t first) {
  return context.get(table_of_, Place{"egress", first});
}

std::uint8_t Stages::find(engine::Context& context, const Place& place) {
  bool ingress = place.first == "ingress";
  for (std::int64_t id = place.second; id < kCount; ++id) {
    const auto& rows = context.find(inputs_.pipeline_by_stage, Place{place.first, id});
    bool used = std::any_of(rows.begin(), rows.end(),
                            [&](const Uuid& row) { return context.get(counts_, row); });
    if (used) return static_cast<std::uint8_t>((ingress ? table::kIngress : table::kEgress) + id);
  }
  // The table that follows the last ingress stage has no flows: an end.
  return ingress ? table::kIngress + kCount - 1 : table::kDeliver;
}

bool Stages::counts(engine::Context& context, const Uuid& uuid) {
  auto row = context.row(inputs_.pipeline, uuid);
  if (!row) return false;
  auto texts = read_pipeline_row(*row);
  return texts && check_pipeline_row(*texts);
}

}  // namespace mooring::controller
