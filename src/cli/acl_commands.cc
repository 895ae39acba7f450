// ACLs: acl-add, acl-del, acl-list.
#include <fmt/format.h>

#include <algorithm>

#include "cli/acl_counts.h"
#include "cli/acls.h"
#include "cli/command.h"
#include "cli/match_check.h"
#include "cli/networks.h"
#include "cli/number.h"
#include "cli/suggest.h"

namespace mooring::cli {
namespace {

constexpr std::int64_t kMaxPriority = 32767;
constexpr std::int64_t kMaxTier = 3;
constexpr std::int64_t kMaxLabel = 4294967295;

// An ACL as it is asked for.
struct AclRequest {
  AclPlace place;
  std::string action;
  bool log = false;
  std::optional<std::string> name;
  std::optional<std::string> severity;
  std::optional<std::string> meter;
  std::int64_t label = 0;
};

Result<std::string> one_of(std::string_view what, const std::string& word,
                           const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), word) != known.end()) return word;
  return fail(fmt::format("{} \"{}\": known are {}{}", what, word, fmt::join(known, ", "),
                          did_you_mean(word, known)));
}

// Of an option that is a number; 0 when it isn't given.
Result<std::int64_t> number_option(const Invocation& invocation, std::string_view name,
                                   std::int64_t high) {
  const auto word = invocation.option(name);
  if (!word) return 0;
  return parse_number(fmt::format("--{}", name), *word, 0, high);
}

Result<void> read_log(const Invocation& invocation, AclRequest& request) {
  request.name = invocation.option("name");
  request.meter = invocation.option("meter");
  if (const auto word = invocation.option("severity")) {
    auto severity = one_of("severity", *word, {"alert", "warning", "notice", "info", "debug"});
    if (!severity) return tl::unexpected(severity.error());
    request.severity = *severity;
  }
  request.log = invocation.has("log") || request.name || request.meter || request.severity;
  return {};
}

Result<AclPlace> read_place(const Invocation& invocation) {
  const auto& arguments = invocation.arguments;
  auto direction = parse_direction(arguments[1]);
  if (!direction) return tl::unexpected(direction.error());
  auto priority = parse_number("priority", arguments[2], 0, kMaxPriority);
  if (!priority) return tl::unexpected(priority.error());
  auto tier = number_option(invocation, "tier", kMaxTier);
  if (!tier) return tl::unexpected(tier.error());
  AclPlace place;
  place.to_lport = *direction == kToLport;
  place.after_lb = !place.to_lport && invocation.has("apply-after-lb");
  place.tier = *tier;
  place.precedence = -*priority;
  place.match = arguments[3];
  return place;
}

Result<AclRequest> read_request(const Invocation& invocation) {
  AclRequest request;
  auto place = read_place(invocation);
  if (!place) return tl::unexpected(place.error());
  request.place = std::move(*place);
  auto action = one_of("action", invocation.arguments[4],
                       {"allow", "allow-related", "allow-stateless", "drop", "reject", "pass"});
  if (!action) return tl::unexpected(action.error());
  request.action = *action;
  if (auto done = read_log(invocation, request); !done) return tl::unexpected(done.error());
  auto label = number_option(invocation, "label", kMaxLabel);
  if (!label) return tl::unexpected(label.error());
  request.label = *label;
  if (request.label != 0 && request.action != "allow" && request.action != "allow-related") {
    return fail(fmt::format("--label goes with the actions allow and allow-related, not with {}",
                            request.action));
  }
  return request;
}

void warn_of_request(const Context& context, const Invocation& invocation,
                     const AclRequest& request, const expr::Expr& match, Output& output) {
  for (std::string& warning : unknown_names(context.nb, match)) {
    output.warnings.push_back(std::move(warning));
  }
  if (invocation.has("apply-after-lb") && request.place.to_lport) {
    output.warnings.push_back("--apply-after-lb has no effect on to-lport and isn't stored");
  }
  if (request.meter && context.nb.with_text("Meter", "name", *request.meter).empty()) {
    output.warnings.push_back(fmt::format(
        "there is no meter \"{}\", so log lines aren't limited until there is", *request.meter));
  }
}

Result<void> fill_texts(Draft& draft, const RowId& row, const AclRequest& request) {
  const std::pair<std::string_view, std::optional<std::string>> texts[] = {
      {"direction", std::string(request.place.to_lport ? kToLport : kFromLport)},
      {"match", request.place.match},
      {"action", request.action},
      {"name", request.name},
      {"severity", request.severity},
      {"meter", request.meter}};
  for (const auto& [column, text] : texts) {
    if (!text) continue;
    if (auto done = draft.set(row, column, *text); !done) {
      return fail(fmt::format("{}: {}", column, done.error().message));
    }
  }
  return {};
}

Result<void> fill_acl(Draft& draft, const RowId& row, const AclRequest& request) {
  auto done = fill_texts(draft, row, request);
  if (done) done = draft.set(row, "priority", datum_of(-request.place.precedence));
  if (done) done = draft.set_boolean(row, "log", request.log);
  if (done && request.label != 0) done = draft.set(row, "label", datum_of(request.label));
  // A server with OVN 23.03's schema has no tiers; it can do without where none is asked for.
  if (done && request.place.tier != 0) done = draft.set(row, "tier", datum_of(request.place.tier));
  if (!done || !request.place.after_lb) return done;
  return draft.put(row, "options", {std::string("apply-after-lb")}, {std::string("true")});
}

std::string called(const Draft& draft, const RowId& entity) {
  return fmt::format("{} \"{}\"", entity_kind(entity), draft.text(entity, "name"));
}

// Whether the ACL that is there already may stand for the one that would have been added.
Result<void> accept_present(const Context& context, const RowId& entity, const RowId& acl,
                            const AclRequest& request, bool may_exist, Output& output) {
  if (!may_exist) {
    return fail(fmt::format("{} has such an ACL already: {} (--may-exist would accept it)",
                            called(context.nb, entity), acl_text(context.nb, acl)));
  }
  const std::string action = context.nb.text(acl, "action");
  if (action != request.action) {
    output.warnings.push_back(fmt::format("the ACL that exists has action {}, not {}, and keeps it",
                                          action, request.action));
  }
  return {};
}

Result<void> acl_add(Context& context, const Invocation& invocation, Output& output) {
  auto request = read_request(invocation);
  if (!request) return tl::unexpected(request.error());
  auto match = check_match(request->place.match);
  if (!match) return tl::unexpected(match.error());
  auto entity =
      need_entity(context.nb, invocation.arguments[0], invocation.option("type"), context.symbols);
  if (!entity) return tl::unexpected(entity.error());
  for (const RowId& acl : context.nb.references(*entity, "acls", kAcl)) {
    if (place_of(context.nb, acl) != request->place) continue;
    return accept_present(context, *entity, acl, *request, invocation.has("may-exist"), output);
  }
  warn_of_request(context, invocation, *request, *match, output);
  const RowId row = context.nb.insert(kAcl);
  if (auto done = fill_acl(context.nb, row, *request); !done) return done;
  // Nothing in the schema keeps another writer from adding the same meanwhile.
  context.nb.expect_unchanged(*entity, "acls");
  return context.nb.add_reference(*entity, "acls", row);
}

// The ACLs that acl-del is to take away.
struct AclPattern {
  std::optional<bool> to_lport;
  std::optional<std::int64_t> precedence;
  std::optional<std::string> match;
  std::optional<std::int64_t> tier;

  bool fits(const AclPlace& place) const {
    return (!to_lport || place.to_lport == *to_lport) &&
           (!precedence || place.precedence == *precedence) && (!match || place.match == *match) &&
           (!tier || place.tier == *tier);
  }
};

Result<AclPattern> read_pattern(const Invocation& invocation) {
  AclPattern pattern;
  const auto& arguments = invocation.arguments;
  if (invocation.has("tier")) {
    auto tier = number_option(invocation, "tier", kMaxTier);
    if (!tier) return tl::unexpected(tier.error());
    pattern.tier = *tier;
  }
  if (arguments.size() < 2) return pattern;
  auto direction = parse_direction(arguments[1]);
  if (!direction) return tl::unexpected(direction.error());
  pattern.to_lport = *direction == kToLport;
  if (arguments.size() < 3) return pattern;
  auto priority = parse_number("priority", arguments[2], 0, kMaxPriority);
  if (!priority) return tl::unexpected(priority.error());
  if (arguments.size() < 4) return fail("a priority needs the match as well");
  pattern.precedence = -*priority;
  pattern.match = arguments[3];
  return pattern;
}

Result<void> acl_del(Context& context, const Invocation& invocation, Output& output) {
  auto pattern = read_pattern(invocation);
  if (!pattern) return tl::unexpected(pattern.error());
  auto entity =
      need_entity(context.nb, invocation.arguments[0], invocation.option("type"), context.symbols);
  if (!entity) return tl::unexpected(entity.error());
  ovsdb::Datum gone;
  for (const RowId& acl : context.nb.references(*entity, "acls", kAcl)) {
    if (pattern->fits(place_of(context.nb, acl))) gone.put(ovsdb::Atom{acl.uuid});
  }
  if (gone.empty() && pattern->match) {
    output.warnings.push_back(
        fmt::format("{} has no such ACL: nothing is deleted", called(context.nb, *entity)));
  }
  return context.nb.remove(*entity, "acls", gone);
}

Result<void> acl_list(Context& context, const Invocation& invocation, Output& output) {
  auto entity =
      need_entity(context.nb, invocation.arguments[0], invocation.option("type"), context.symbols);
  if (!entity) return tl::unexpected(entity.error());
  for (const RowId& acl : sorted_acls(context.nb, *entity)) {
    output.text += acl_text(context.nb, acl) + "\n";
  }
  return invocation.has("stats") ? ask_for_counts(context, output) : Result<void>();
}

// The same list once the chassis have counted, or won't any more.
Result<void> acl_list_counted(Context& context, const Invocation& invocation, Output& output) {
  if (!invocation.has("stats")) return acl_list(context, invocation, output);
  auto counts = counts_of_chassis(context, output);
  if (!counts) return tl::unexpected(counts.error());
  if (context.waiting) return {};
  auto entity =
      need_entity(context.nb, invocation.arguments[0], invocation.option("type"), context.symbols);
  if (!entity) return tl::unexpected(entity.error());
  output.text.clear();
  for (const RowId& acl : sorted_acls(context.nb, *entity)) {
    const AclCount count = value_or(*counts, acl.uuid, AclCount());
    output.text += fmt::format("{} packets={} bytes={}\n", acl_text(context.nb, acl), count.packets,
                               count.bytes);
  }
  return {};
}

}  // namespace

std::vector<Command> acl_commands() {
  const std::vector<std::string_view> tables{kLogicalSwitch, kPhysicalSwitch, kPortGroup, kAcl};
  std::vector<std::string_view> more = tables;
  more.insert(more.end(), {kAddressSet, "Meter"});
  return {
      {.name = "acl-add",
       .arguments = "ENTITY DIRECTION PRIORITY MATCH ACTION",
       .min_arguments = 5,
       .max_arguments = 5,
       .options = {"type=", "log", "severity=", "name=", "meter=", "label=", "may-exist",
                   "apply-after-lb", "tier="},
       .tables = more,
       .summary = "add a rule to a switch or port group: DIRECTION from-lport or to-lport, "
                  "PRIORITY 0 to 32767, ACTION allow, allow-related, allow-stateless, drop, reject "
                  "or pass",
       .run = acl_add},
      {.name = "acl-del",
       .arguments = "ENTITY [DIRECTION [PRIORITY MATCH]]",
       .min_arguments = 1,
       .max_arguments = 4,
       .options = {"type=", "tier="},
       .tables = tables,
       .summary = "delete rules of a switch or port group: all, or those that fit",
       .run = acl_del},
      {.name = "acl-list",
       .arguments = "ENTITY",
       .min_arguments = 1,
       .max_arguments = 1,
       .options = {"type=", "stats"},
       .tables = tables,
       .sb_tables = {"SB_Global", "Chassis_Private", "ACL_Stats"},
       .sb_option = "stats",
       .summary = "print the rules of a switch or port group; with --stats, ask all chassis what "
                  "each has matched",
       .run = acl_list,
       .conclude = acl_list_counted},
  };
}

}  // namespace mooring::cli
