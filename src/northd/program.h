// The switch program: the Pipeline rows that are the same for every switch and exist once.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/memo.h"
#include "model/stage.h"
#include "northd/outputs.h"

namespace mooring::northd {

// A row that every switch runs.
PipelineRow program_row(const model::Stage& stage, std::int64_t priority, std::string_view match,
                        std::string_view actions);

class Program {
 public:
  Program(engine::Graph& graph, Outputs& outputs);
  ~Program();

 private:
  engine::Memo<int, engine::Nothing> rows_;
};

}  // namespace mooring::northd
