// What northd itself can't do, among the findings.
#pragma once

#include "engine/memo.h"
#include "northd/inputs.h"
#include "northd/outputs.h"

namespace mooring::northd {

class OwnProblems {
 public:
  OwnProblems(engine::Graph& graph, Inputs& inputs, Outputs& outputs)
      : finding_(graph, "problem", stratum::kRows,
                 [&inputs, &outputs](engine::Context& context, const Uuid& uuid) {
                   if (auto row = context.row(inputs.problems, uuid)) {
                     context.emit(outputs.findings, FindingKey(row->key()),
                                  Finding(row->finding()));
                   }
                   return engine::Nothing{};
                 }) {
    inputs.problems.demand_each(finding_);
  }

 private:
  engine::Memo<Uuid, engine::Nothing> finding_;
};

}  // namespace mooring::northd
