// Rules on what ports send and get: ACLs of switches and port groups, as Pipeline rows.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/memo.h"
#include "engine/relation.h"
#include "expr/ast.h"
#include "model/stage.h"
#include "northd/inputs.h"
#include "northd/outputs.h"

namespace mooring::northd {

// A stage that has rows of rules.
struct StageInUse {
  model::PipelineKind pipeline;
  std::uint8_t id = 0;
  friend auto operator<=>(const StageInUse&, const StageInUse&) = default;
};

class Acls {
 public:
  Acls(engine::Graph& graph, Inputs& inputs, Outputs& outputs);
  ~Acls();

  // Under 0.
  engine::Relation<int, StageInUse> stages;
  // The address sets that rules name.
  engine::Relation<std::string, Present> sets_named;

 private:
  using Row = nb::ACL::View;
  engine::Nothing derive(engine::Context& context, const Uuid& uuid);
  // Whether the rule can be carried out; reports why not.
  bool check(engine::Context& context, const Row& row);
  void check_names(engine::Context& context, const Row& row, const expr::Expr& match);
  // Southbound datapaths and port groups that have the rule.
  struct Scopes {
    std::vector<Uuid> datapaths;
    std::vector<std::string> groups;
    bool has(const PipelineRow& row) const;
  };
  Scopes scopes(engine::Context& context, const Uuid& acl);
  void make_rows(engine::Context& context, const Row& row);
  void make_row(engine::Context& context, const Row& row, PipelineRow scoped);
  // What is in the database already, as it is.
  void keep_rows(engine::Context& context, const Row& row);
  void emit(engine::Context& context, PipelineRow row);
  void report(engine::Context& context, const Row& row, std::string_view code,
              model::Severity severity, std::string message);

  Inputs& inputs_;
  Outputs& outputs_;
  engine::Memo<Uuid, engine::Nothing> rule_;
};

}  // namespace mooring::northd
