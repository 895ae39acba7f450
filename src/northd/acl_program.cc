#include "northd/acl_program.h"

#include <fmt/core.h>

#include <string_view>
#include <utility>

#include "northd/options.h"
#include "northd/program.h"

namespace mooring::northd {
namespace {

using engine::Context;
using model::Stage;

// One direction's stages.
struct Path {
  const Stage& stateless;
  const Stage& pre;
  const Stage& state;
  const Stage& rules;
  const Stage& action;
  const Stage& after;  // where a packet goes that is let through
};

constexpr Path kIngress{model::stage::kInAclStateless, model::stage::kInPreAcl,
                        model::stage::kInAclState,     model::stage::kInAcl,
                        model::stage::kInAclAction,    model::stage::kInNeighbour};
constexpr Path kEgress{model::stage::kOutAclStateless, model::stage::kOutPreAcl,
                       model::stage::kOutAclState,     model::stage::kOutAcl,
                       model::stage::kOutAclAction,    model::stage::kOutDeliver};

// What resolves addresses and finds routers works whatever the rules of a tracked port say, as with
// OVN (ovn-northd(8), ls_in_acl).
constexpr std::string_view kNeighbourDiscovery = "nd || nd_rs || nd_ra || mldv1 || mldv2";

// ct_mark.blocked: a connection that a rule has cut, though the other side may go on sending.
class AclRows {
 public:
  AclRows(Context& context, Outputs& outputs, const Path& path)
      : context_(context), outputs_(outputs), path_(path) {}

  void write(bool drop_by_default) {
    who_is_tracked();
    what_is_known_of_it();
    verdicts(drop_by_default);
  }
  // In a stage that has rules: not for ports without any, and on when none applies.
  void around_rules(std::uint8_t id) {
    const Stage stage{path_.rules.pipeline, id,
                      id == path_.stateless.id ? path_.stateless.name : path_.rules.name};
    if (id == path_.stateless.id) pass_by(stage);
    row(stage, 0, "1", "next;");
  }

 private:
  std::string let_through() const { return fmt::format("next({});", path_.after.id); }
  void pass_by(const Stage& stage) { row(stage, 65535, "!flags.acl", let_through()); }

  // What was found out about the packet where it came from doesn't count where it goes. Tracking
  // forgets it by itself, without an action of the datapath for it.
  void who_is_tracked() {
    pass_by(path_.pre);
    row(path_.pre, 100, fmt::format("eth.mcast || {}", kNeighbourDiscovery), "ct_clear; next;");
    row(path_.pre, 90, "flags.stateful && !flags.notrack && ip", "ct_next;");
    row(path_.pre, 0, "1", "ct_clear; next;");
  }
  void what_is_known_of_it() {
    row(path_.state, 100, fmt::format("flags.stateful && ({})", kNeighbourDiscovery),
        let_through());
    row(path_.state, 90, "ct.inv", "drop;");
    row(path_.state, 80, "ct.est && ct.rpl && ct_mark.blocked", "drop;");
    row(path_.state, 70, "ct.est && ct.rpl && !ct.new", let_through());
    row(path_.state, 70, "ct.rel && !ct.new && !ct_mark.blocked", let_through());
    row(path_.state, 0, "1", "next;");
  }
  void verdicts(bool drop_by_default) {
    allow(model::verdict::kAllow);
    refuse(model::verdict::kDrop, "drop;");
    refuse(model::verdict::kReject, fmt::format("{}();", model::function::kReject));
    if (drop_by_default) {
      refuse(model::verdict::kNone, "drop;");
    } else {
      allow(model::verdict::kNone);
    }
  }
  void allow(int verdict) {
    const std::string commit =
        "ct_commit { ct_mark.blocked = 0; ct_label.label = reg3; }; " + let_through();
    row(path_.action, 100, fmt::format("flags.verdict == {} && ct.new && !ct.est", verdict),
        commit);
    row(path_.action, 100, fmt::format("flags.verdict == {} && ct.est && ct_mark.blocked", verdict),
        commit);
    row(path_.action, 50, fmt::format("flags.verdict == {}", verdict), let_through());
  }
  void refuse(int verdict, const std::string& how) {
    const std::string block = "ct_commit { ct_mark.blocked = 1; };";
    row(path_.action, 100,
        fmt::format("flags.verdict == {} && ct.est && !ct_mark.blocked", verdict),
        how == "drop;" ? block : block + " " + how);
    row(path_.action, 50, fmt::format("flags.verdict == {}", verdict), how);
  }
  void row(const Stage& stage, std::int64_t priority, std::string_view match,
           std::string_view actions) {
    context_.emit(outputs_.pipeline, program_row(stage, priority, match, actions), Present{});
  }

  Context& context_;
  Outputs& outputs_;
  const Path& path_;
};

}  // namespace

AclProgram::AclProgram(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Acls& acls)
    : inputs_(inputs),
      outputs_(outputs),
      acls_(acls),
      rows_(graph, "acl_program", stratum::kNetworks,
            [this](Context& context, const int&) { return derive(context); }) {
  rows_.demand(0);
}
AclProgram::~AclProgram() = default;

bool AclProgram::drops_by_default(Context& context) {
  for (const Uuid& uuid : context.find(inputs_.nb_root, 0)) {
    auto row = context.row(inputs_.nb_global, uuid);
    return row && option_true(row->options(), "default_acl_drop");
  }
  return false;
}

engine::Nothing AclProgram::derive(Context& context) {
  auto used = context.elements(acls_.stages, 0);
  if (used.empty()) return {};
  const bool drop = drops_by_default(context);
  for (const auto& [kind, path] : {std::pair(model::PipelineKind::kIngress, &kIngress),
                                   std::pair(model::PipelineKind::kEgress, &kEgress)}) {
    AclRows writer(context, outputs_, *path);
    writer.write(drop);
    for (const StageInUse& stage : used) {
      if (stage.pipeline == kind) writer.around_rules(stage.id);
    }
  }
  return {};
}

}  // namespace mooring::northd
