// Configuration numbers: from NB_Global down to the chassis and back (ovn-nb(5), nb_cfg).
#pragma once

#include "engine/memo.h"
#include "engine/relation.h"
#include "northd/inputs.h"
#include "northd/outputs.h"

namespace mooring::northd {

class ProgressView {
 public:
  ProgressView(engine::Graph& graph, Inputs& inputs, Outputs& outputs);
  ~ProgressView();

 private:
  // How far one chassis is.
  struct Reached {
    std::int64_t nb_cfg = 0;
    std::int64_t timestamp = 0;  // ms since the epoch
    Uuid chassis;
    friend auto operator<=>(const Reached&, const Reached&) = default;
  };
  engine::Nothing reach(engine::Context& context, const Uuid& uuid);
  engine::Nothing global(engine::Context& context);
  engine::Nothing summarise(engine::Context& context);

  Inputs& inputs_;
  Outputs& outputs_;
  engine::Relation<int, Reached> reached_;  // all under key 0, the slowest chassis first
  engine::Memo<Uuid, engine::Nothing> reach_;
  engine::Memo<int, engine::Nothing> global_;
  engine::Memo<int, engine::Nothing> summary_;
};

}  // namespace mooring::northd
