#include "controller/program_flows.h"

#include <fmt/core.h>

#include "expr/lower.h"

namespace mooring::controller {

using engine::Context;
using engine::Nothing;

void report_row(Context& context, Outputs& outputs, const sb::Pipeline::View& row,
                const Error& error) {
  context.emit(
      outputs.findings,
      FindingKey{std::string(model::code::kFlowInvalid), "Pipeline", row.uuid(), row.stage()},
      Finding{model::Severity::kError, fmt::format("{}; the row is left out", error.message)});
}

ProgramFlows::ProgramFlows(engine::Graph& graph, Outputs& outputs, const RowScope::Sources& sources)
    : outputs_(outputs),
      sources_(sources),
      row_(graph, "pipeline_row", stratum::kFlows,
           [this](Context& context, const Uuid& uuid) { return derive(context, uuid); }) {
  sources_.inputs.pipeline.demand_each(row_);
}
ProgramFlows::~ProgramFlows() = default;

Nothing ProgramFlows::derive(Context& context, const Uuid& uuid) {
  auto row = context.row(sources_.inputs.pipeline, uuid);
  if (!row || row->datapath() || !row->port_group().empty()) return {};
  if (auto done = lower(context, *row); !done) report_row(context, outputs_, *row, done.error());
  return {};
}

Result<void> ProgramFlows::lower(Context& context, const sb::Pipeline::View& row) {
  RowScope scope(context, sources_, row);
  auto read = read_row(row, scope);
  if (!read) return tl::unexpected(read.error());
  auto matches = expr::lower(read->match, scope, {});
  if (!matches) return fail("match: " + matches.error().message);
  for (const expr::LoweredMatch& lowered : *matches) {
    context.emit(outputs_.flows, FlowKey{read->table, read->priority, lowered.match},
                 FlowBody{read->actions, row.uuid()});
  }
  return {};
}

}  // namespace mooring::controller
