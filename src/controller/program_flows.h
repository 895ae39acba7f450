// The southbound Pipeline, lowered to flows.
#pragma once

#include "controller/claims.h"
#include "controller/inputs.h"
#include "controller/outputs.h"
#include "controller/stages.h"
#include "engine/memo.h"

namespace mooring::controller {

class ProgramFlows {
 public:
  ProgramFlows(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Claims& claims,
               Stages& stages);

 private:
  engine::Nothing derive(engine::Context& context, const Uuid& uuid);
  // Error: what is wrong with the row.
  Result<void> lower(engine::Context& context, const sb::Pipeline::View& row);

  Inputs& inputs_;
  Outputs& outputs_;
  Claims& claims_;
  Stages& stages_;
  engine::Memo<Uuid, engine::Nothing> row_;
};

}  // namespace mooring::controller
