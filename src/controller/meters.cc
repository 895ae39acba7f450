#include "controller/meters.h"

#include <algorithm>

namespace mooring::controller {
Meters::Meters(engine::Graph& graph, Inputs& inputs, Outputs& outputs)
    : inputs_(inputs),
      outputs_(outputs),
      id_(graph, "meter", stratum::kLocal,
          [this](engine::Context& context, const std::string& name) {
            return derive(context, name);
          }) {}

std::optional<std::uint32_t> Meters::derive(engine::Context& context, const std::string& name) {
  context.emit(outputs_.wanted, Wanted::meter_named(name), Present{});
  for (const Uuid& uuid : context.find(inputs_.meter_by_name, name)) {
    auto row = context.row(inputs_.meters, uuid);
    if (!row) continue;
    auto meter = read(context, *row);
    if (!meter) continue;
    const std::uint32_t id = place(context, *row);
    context.emit(outputs_.meters, id, std::move(*meter));
    return id;
  }
  return std::nullopt;
}

std::optional<Meter> Meters::read(engine::Context& context, const sb::Meter::View& row) {
  Meter out;
  out.name = row.name();
  out.packets = row.unit() == "pktps";
  out.origin = row.uuid();
  bool whole = true;
  for (const auto& ref : row.bands()) {
    context.emit(outputs_.wanted, Wanted::meter_band(ref.uuid), Present{});
    auto band = context.row(inputs_.meter_bands, ref.uuid);
    whole = whole && band;
    if (!band) continue;
    out.bands.push_back(
        {static_cast<std::uint32_t>(band->rate()), static_cast<std::uint32_t>(band->burst_size())});
  }
  std::sort(out.bands.begin(), out.bands.end());
  if (!whole || out.bands.empty()) return std::nullopt;
  return out;
}

std::uint32_t Meters::place(engine::Context& context, const sb::Meter::View& row) {
  const std::uint32_t first = Meter::first_id(row.name());
  const auto& rows = context.find(inputs_.meters_from, first);
  const auto at = std::find(rows.begin(), rows.end(), row.uuid());
  return first + static_cast<std::uint32_t>(at - rows.begin());
}

}  // namespace mooring::controller
