// The switch program of the southbound Pipeline, lowered to flows.
#pragma once

#include "controller/inputs.h"
#include "controller/outputs.h"
#include "controller/row_scope.h"
#include "engine/memo.h"

namespace mooring::controller {

// Says that a row is left out, and why.
void report_row(engine::Context& context, Outputs& outputs, const sb::Pipeline::View& row,
                const Error& error);

class ProgramFlows {
 public:
  ProgramFlows(engine::Graph& graph, Outputs& outputs, const RowScope::Sources& sources);
  ~ProgramFlows();

 private:
  engine::Nothing derive(engine::Context& context, const Uuid& uuid);
  // Error: what is wrong with the row.
  Result<void> lower(engine::Context& context, const sb::Pipeline::View& row);

  Outputs& outputs_;
  RowScope::Sources sources_;
  engine::Memo<Uuid, engine::Nothing> row_;
};

}  // namespace mooring::controller
