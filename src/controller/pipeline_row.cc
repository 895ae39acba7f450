#include "controller/pipeline_row.h"

#include <fmt/core.h>

#include <string_view>
#include <utility>

#include "controller/stages.h"
#include "controller/tables.h"
#include "expr/lower.h"
#include "expr/lower_actions.h"
#include "expr/parser.h"
#include "model/stage.h"

namespace mooring::controller {
namespace {

// A chassis without ports, where every stage and every port that an action names may be.
class AnyScope final : public expr::Scope, public expr::ActionScope {
 public:
  std::optional<expr::PortKey> port(std::string_view) const override { return std::nullopt; }
  std::vector<expr::PortKey> port_group(std::string_view) const override { return {}; }
  std::shared_ptr<const expr::AddressSet> address_set(std::string_view) const override {
    return nullptr;
  }
  bool is_resident(std::string_view) const override { return false; }

  std::optional<std::uint8_t> table_of(const expr::Next& next) const override {
    if (next.stage && *next.stage >= Stages::kCount) return std::nullopt;
    return table::kIngress;
  }
  std::uint8_t output_table() const override { return table::kOutput; }
  std::optional<std::uint32_t> port_key(std::string_view) const override { return 0; }
  openflow::Subfield ct_zone() const override { return field::kZone; }
  Result<void> call(const expr::Call& call, openflow::Actions& out) const override {
    if (call.name == model::function::kReject) return {};
    if (call.name != model::function::kLog) return lower_function(call, out);
    auto read = read_log(call);
    return read ? Result<void>() : tl::unexpected(read.error());
  }
};

std::string word_of(const expr::Argument& argument) {
  if (const auto* text = std::get_if<expr::StringConstant>(&argument.value)) return text->text;
  if (const auto* word = std::get_if<expr::Word>(&argument.value)) return word->text;
  return {};
}

template <class T>
bool take(std::optional<T> from, T& to) {
  if (from) to = *from;
  return from.has_value();
}

}  // namespace

Result<PipelineRow> read_pipeline_row(const sb::Pipeline::View& row) {
  auto match = expr::parse(row.match());
  if (!match) return fail("match: " + match.error().error().message);
  auto actions = expr::parse_actions(row.actions());
  if (!actions) return fail("actions: " + actions.error().error().message);
  if (row.table_id() < 0 || row.table_id() >= Stages::kCount)
    return fail("table_id is not 0 to 31");
  if (row.priority() < 0 || row.priority() > 65535) return fail("priority is not 0 to 65535");
  return PipelineRow{std::move(*match), std::move(*actions)};
}

Result<void> check_pipeline_row(const PipelineRow& row) {
  AnyScope scope;
  if (auto actions = expr::lower_actions(row.actions, scope); !actions) {
    return fail("actions: " + actions.error().message);
  }
  if (auto matches = expr::lower(row.match, scope, {}); !matches) {
    return fail("match: " + matches.error().message);
  }
  return {};
}

Result<void> lower_function(const expr::Call& call, openflow::Actions& out) {
  static constexpr std::pair<std::string_view, std::uint8_t> kFunctions[] = {
      {model::function::kLearn, table::kLearn},
      {model::function::kAnswerNeighbour, table::kNeighbour},
      {model::function::kLookup, table::kLookup},
  };
  for (const auto& [name, table] : kFunctions) {
    if (call.name != name || call.result || !call.arguments.empty() || call.has_body) continue;
    out.resubmit(table);
    return {};
  }
  return fail(
      fmt::format("\"{}\" is no function of this controller; it may be older than the "
                  "northd that wrote the row",
                  call.name));
}

Result<LogCall> read_log(const expr::Call& call) {
  LogCall out;
  for (const expr::Argument& argument : call.arguments) {
    const std::string text = word_of(argument);
    bool known = true;
    if (argument.key == "name") {
      out.entry.name = text;
    } else if (argument.key == "meter") {
      out.meter = text;
    } else if (argument.key == "severity") {
      known = take(severity_named(text), out.entry.severity);
    } else if (argument.key == "verdict") {
      known = take(verdict_named(text), out.entry.verdict);
    } else if (argument.key == "direction") {
      known = take(direction_named(text), out.entry.direction);
    } else {
      known = false;
    }
    if (!known) return fail(fmt::format("log: {}={} means nothing", argument.key, text));
  }
  return out;
}

}  // namespace mooring::controller
