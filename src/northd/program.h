// The switch program: the Pipeline rows that are the same for every switch and exist once.
#pragma once

#include "engine/memo.h"
#include "northd/outputs.h"

namespace mooring::northd {

class Program {
 public:
  Program(engine::Graph& graph, Outputs& outputs);

 private:
  engine::Memo<int, engine::Nothing> rows_;
};

}  // namespace mooring::northd
