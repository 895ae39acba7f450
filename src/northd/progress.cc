#include "northd/progress.h"

#include <algorithm>

namespace mooring::northd {

using engine::Context;
using engine::Nothing;

ProgressView::ProgressView(engine::Graph& graph, Inputs& inputs, Outputs& outputs)
    : inputs_(inputs),
      outputs_(outputs),
      reached_(graph, stratum::kRows),
      reach_(graph, "chassis_nb_cfg", stratum::kRows,
             [this](Context& context, const Uuid& uuid) { return reach(context, uuid); }),
      global_(graph, "nb_cfg", stratum::kRows,
              [this](Context& context, const int&) { return global(context); }),
      summary_(graph, "hv_cfg", stratum::kSummaries,
               [this](Context& context, const int&) { return summarise(context); }) {
  inputs.chassis_private.demand_each(reach_);
  global_.demand(0);
  summary_.demand(0);
}
ProgressView::~ProgressView() = default;

Nothing ProgressView::reach(Context& context, const Uuid& uuid) {
  auto row = context.row(inputs_.chassis_private, uuid);
  if (!row || context.find(inputs_.chassis_by_name, row->name()).empty()) return {};
  context.emit(reached_, 0, Reached{row->nb_cfg(), row->nb_cfg_timestamp(), uuid});
  return {};
}

Nothing ProgressView::global(Context& context) {
  DesiredGlobal out;
  const auto& rows = context.find(inputs_.nb_root, 0);
  if (!rows.empty()) {
    if (auto row = context.row(inputs_.nb_global, rows.front())) {
      out = {row->nb_cfg(), row->ipsec(), row->options()};
    }
  }
  context.emit(outputs_.global, 0, std::move(out));
  return {};
}

// The southbound nb_cfg is written last of all, so once it is there, so is what belongs to it.
Nothing ProgressView::summarise(Context& context) {
  std::int64_t sb_cfg = 0;
  const auto& rows = context.find(inputs_.sb_root, 0);
  if (!rows.empty()) {
    if (auto row = context.row(inputs_.sb_global, rows.front())) sb_cfg = row->nb_cfg();
  }
  context.emit(outputs_.southbound_progress, 0, SouthboundProgress{sb_cfg});
  HypervisorProgress out{sb_cfg, 0};
  auto all = context.elements(reached_, 0);
  if (!all.empty() && all.front().nb_cfg <= sb_cfg) {
    out.hv_cfg = all.front().nb_cfg;
    // When the last of those got there.
    for (const Reached& reached : all) {
      if (reached.nb_cfg != out.hv_cfg) break;
      out.hv_cfg_timestamp = std::max(out.hv_cfg_timestamp, reached.timestamp);
    }
  }
  context.emit(outputs_.hypervisor_progress, 0, std::move(out));
  return {};
}

}  // namespace mooring::northd
