#include "northd/acls.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "expr/lower.h"
#include "expr/parser.h"
#include "expr/scope.h"
#include "northd/options.h"

namespace mooring::northd {
namespace {

using engine::Context;
using engine::Nothing;
using model::Severity;

// Above the rows that say what happens where no rule applies.
constexpr std::int64_t kPriorityOffset = 1000;

// For the size of a rule: who is in its sets and groups doesn't count.
class NobodyScope final : public expr::Scope {
 public:
  std::optional<expr::PortKey> port(std::string_view) const override {
    return expr::PortKey{1, std::nullopt};
  }
  std::vector<expr::PortKey> port_group(std::string_view) const override { return {}; }
  std::shared_ptr<const expr::AddressSet> address_set(std::string_view) const override {
    return nullptr;
  }
  bool is_resident(std::string_view) const override { return true; }
};

bool is_ingress(const nb::ACL::View& row) { return row.direction() == "from-lport"; }

// Neutron's rules begin with their group, and so need no further word.
std::string match_in_group(const nb::ACL::View& row, const std::string& group) {
  const std::string member =
      fmt::format("{} == @{}", is_ingress(row) ? "inport" : "outport", group);
  const std::string& match = row.match();
  if (match == member || match.starts_with(member + " &&")) return match;
  return fmt::format("{} && ({})", member, match);
}

std::string in_quotes(std::string text) {
  return expr::to_string(expr::Term(expr::StringConstant{std::move(text)}));
}

std::string log_call(const nb::ACL::View& row) {
  if (!row.log()) return {};
  std::string out = "log(";
  if (row.name() && !row.name()->empty()) {
    out += fmt::format("name={}, ", in_quotes(*row.name()));
  }
  std::string verdict = row.action();
  if (verdict.starts_with("allow")) verdict = "allow";
  out += fmt::format("severity={}, verdict={}, direction=\"{}\"", row.severity().value_or("info"),
                     verdict, row.direction());
  if (row.meter() && !row.meter()->empty()) {
    out += fmt::format(", meter={}", in_quotes(*row.meter()));
  }
  return out + "); ";
}

std::string acl_actions(const nb::ACL::View& row) {
  const model::Stage& decided =
      is_ingress(row) ? model::stage::kInAclAction : model::stage::kOutAclAction;
  const std::string& action = row.action();
  std::string out = log_call(row);
  if (action == "pass") return out + "next;";
  int verdict = model::verdict::kAllow;
  if (action == "drop") verdict = model::verdict::kDrop;
  if (action == "reject") verdict = model::verdict::kReject;
  if (verdict == model::verdict::kAllow && row.label() != 0) {
    out += fmt::format("reg3 = {}; ", row.label());
  }
  return out + fmt::format("flags.verdict = {}; next({});", verdict, decided.id);
}

}  // namespace

Acls::Acls(engine::Graph& graph, Inputs& inputs, Outputs& outputs)
    : stages(graph, stratum::kRows),
      sets_named(graph, stratum::kRows),
      inputs_(inputs),
      outputs_(outputs),
      rule_(graph, "acl", stratum::kRows,
            [this](Context& context, const Uuid& uuid) { return derive(context, uuid); }) {
  inputs.acls.demand_each(rule_);
}
Acls::~Acls() = default;

Nothing Acls::derive(Context& context, const Uuid& uuid) {
  auto row = context.row(inputs_.acls, uuid);
  if (!row) return {};
  if (option_true(row->options(), "apply-after-lb")) {
    report(context, *row, model::code::kUnsupported, Severity::kWarning,
           "options:apply-after-lb: load balancers aren't implemented, the rule is asked with the "
           "others");
  }
  if (option_true(row->options(), "log-related")) {
    report(context, *row, model::code::kUnsupported, Severity::kWarning,
           "options:log-related: answers to what the rule allowed aren't logged");
  }
  if (check(context, *row)) {
    make_rows(context, *row);
  } else {
    keep_rows(context, *row);
  }
  return {};
}

bool Acls::check(Context& context, const Row& row) {
  auto match = expr::parse(row.match());
  if (!match) {
    report(context, row, model::code::kAclMatchInvalid, Severity::kError,
           fmt::format("match: {}", match.error().error().message));
    return false;
  }
  expr::LowerOptions options;
  options.conjunction_id = [](std::uint32_t index) { return index + 1; };
  if (auto size = expr::plan(*match, NobodyScope(), options); !size) {
    report(context, row, model::code::kAclTooLarge, Severity::kError,
           fmt::format("match: {}", size.error().message));
    return false;
  }
  check_names(context, row, *match);
  return true;
}

void Acls::check_names(Context& context, const Row& row, const expr::Expr& match) {
  const expr::References names = expr::references(match);
  auto unknown = [&](std::string_view what, std::string_view sigil, const std::string& name) {
    report(context, row, model::code::kAclNameUnknown, Severity::kWarning,
           fmt::format("match: there is no {} {}{}", what, sigil, name));
  };
  for (const std::string& name : names.port_groups) {
    if (context.find(inputs_.port_group_by_name, name).empty()) unknown("port group", "@", name);
  }
  for (const std::string& name : names.address_sets) {
    context.emit(sets_named, name, Present{});
    bool known = !context.find(inputs_.address_set_by_name, name).empty();
    if (!known && (name.ends_with("_ip4") || name.ends_with("_ip6"))) {
      known = !context.find(inputs_.port_group_by_name, name.substr(0, name.size() - 4)).empty();
    }
    if (!known) unknown("address set", "$", name);
  }
}

Acls::Scopes Acls::scopes(Context& context, const Uuid& acl) {
  Scopes out;
  auto of_switch = [&](const Uuid& on) {
    const auto& rows = context.find(inputs_.datapath_of, on);
    if (!rows.empty()) out.datapaths.push_back(rows.front());
  };
  for (const Uuid& uuid : context.find(inputs_.physical_switches_with, acl)) of_switch(uuid);
  for (const Uuid& uuid : context.find(inputs_.logical_switches_with, acl)) of_switch(uuid);
  for (const Uuid& uuid : context.find(inputs_.port_groups_with, acl)) {
    if (auto row = context.row(inputs_.port_groups, uuid)) out.groups.push_back(row->name());
  }
  return out;
}

void Acls::make_rows(Context& context, const Row& row) {
  const Scopes where = scopes(context, row.uuid());
  for (const Uuid& datapath : where.datapaths) {
    PipelineRow scoped;
    scoped.match = row.match();
    scoped.datapath = datapath;
    make_row(context, row, std::move(scoped));
  }
  for (const std::string& group : where.groups) {
    PipelineRow scoped;
    scoped.match = match_in_group(row, group);
    scoped.port_group = group;
    make_row(context, row, std::move(scoped));
  }
}

void Acls::make_row(Context& context, const Row& row, PipelineRow scoped) {
  const bool ingress = is_ingress(row);
  const model::Stage& first = ingress ? model::stage::kInAcl : model::stage::kOutAcl;
  scoped.kind = model::kAclRow;
  scoped.pipeline = to_string(first.pipeline);
  scoped.priority = row.priority() + kPriorityOffset;
  scoped.acl = row.uuid();
  if (row.action() == "allow-stateless") {
    const model::Stage& stage =
        ingress ? model::stage::kInAclStateless : model::stage::kOutAclStateless;
    PipelineRow untracked = scoped;
    untracked.table_id = stage.id;
    untracked.stage = stage.name;
    untracked.actions = "flags.notrack = 1; next;";
    emit(context, std::move(untracked));
  }
  scoped.table_id = first.id + row.tier();
  scoped.stage = first.name;
  scoped.actions = acl_actions(row);
  scoped.stateful = row.action() == "allow-related";
  emit(context, std::move(scoped));
}

bool Acls::Scopes::has(const PipelineRow& row) const {
  const auto in = [](const auto& all, const auto& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  return row.datapath ? in(datapaths, *row.datapath) : in(groups, row.port_group);
}

void Acls::keep_rows(Context& context, const Row& row) {
  const Scopes where = scopes(context, row.uuid());
  for (const Uuid& uuid : context.find(inputs_.pipeline_of, row.uuid())) {
    auto present = context.row(inputs_.pipeline, uuid);
    if (!present) continue;
    PipelineRow kept{.kind = present->kind(),
                     .pipeline = present->pipeline(),
                     .table_id = present->table_id(),
                     .stage = present->stage(),
                     .priority = present->priority(),
                     .match = present->match(),
                     .actions = present->actions(),
                     .datapath = {},
                     .port_group = present->port_group(),
                     .acl = row.uuid(),
                     .stateful = present->stateful()};
    if (present->datapath()) kept.datapath = present->datapath()->uuid;
    if (!where.has(kept)) continue;
    if (auto match = expr::parse(kept.match)) {
      for (const std::string& name : expr::references(*match).address_sets) {
        context.emit(sets_named, name, Present{});
      }
    }
    emit(context, std::move(kept));
  }
}

void Acls::emit(Context& context, PipelineRow row) {
  context.emit(stages, 0,
               StageInUse{row.pipeline == to_string(model::PipelineKind::kIngress)
                              ? model::PipelineKind::kIngress
                              : model::PipelineKind::kEgress,
                          static_cast<std::uint8_t>(row.table_id)});
  context.emit(outputs_.pipeline, std::move(row), Present{});
}

void Acls::report(Context& context, const Row& row, std::string_view code, Severity severity,
                  std::string message) {
  context.emit(outputs_.findings, finding_on("ACL", row.uuid(), row.name().value_or(""), code),
               Finding{severity, std::move(message)});
}

}  // namespace mooring::northd
