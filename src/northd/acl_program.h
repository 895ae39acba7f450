// The rows of the switch program around the rules: who is tracked, what a verdict leads to.
#pragma once

#include "engine/memo.h"
#include "northd/acls.h"
#include "northd/inputs.h"
#include "northd/outputs.h"

namespace mooring::northd {

// There are none as long as there are no rules.
class AclProgram {
 public:
  AclProgram(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Acls& acls);
  ~AclProgram();

 private:
  engine::Nothing derive(engine::Context& context);
  // NB_Global.options:default_acl_drop.
  bool drops_by_default(engine::Context& context);

  Inputs& inputs_;
  Outputs& outputs_;
  Acls& acls_;
  engine::Memo<int, engine::Nothing> rows_;
};

}  // namespace mooring::northd
