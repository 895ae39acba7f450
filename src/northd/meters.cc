#include "northd/meters.h"

namespace mooring::northd {

using engine::Context;

Meters::Meters(engine::Graph& graph, Inputs& inputs, Outputs& outputs)
    : inputs_(inputs),
      outputs_(outputs),
      definition_(graph, "meter", stratum::kRows,
                  [this](Context& context, const Uuid& uuid) { return define(context, uuid); }) {
  inputs.meters.demand_each(definition_);
}

std::optional<Meters::Definition> Meters::define(Context& context, const Uuid& uuid) {
  auto row = context.row(inputs_.meters, uuid);
  if (!row) return std::nullopt;
  Definition out;
  out.fair = row->fair().value_or(false);
  out.meter.unit = row->unit();
  for (const auto& ref : row->bands()) {
    auto band = context.row(inputs_.meter_bands, ref.uuid);
    if (band) out.meter.bands.insert({band->action(), band->rate(), band->burst_size()});
  }
  // The schema wants a band; the row is on its way.
  if (out.meter.bands.empty()) return std::nullopt;
  context.emit(outputs_.meters, row->name(), out.meter);
  return out;
}

std::optional<std::string> Meters::name_for(Context& context, const std::string& meter,
                                            const Uuid& user) {
  for (const Uuid& uuid : context.find(inputs_.meter_by_name, meter)) {
    const auto& definition = context.get(definition_, uuid);
    if (!definition) continue;
    if (!definition->fair) return meter;
    std::string own = meter + "__" + user.to_string();
    context.emit(outputs_.meters, own, definition->meter);
    return own;
  }
  return std::nullopt;
}

}  // namespace mooring::northd
