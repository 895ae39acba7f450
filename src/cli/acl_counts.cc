#include "cli/acl_counts.h"

#include <fmt/format.h>

#include <set>
#include <vector>

namespace mooring::cli {
namespace {

constexpr std::string_view kQuestion = "acl-stats";
// How many chassis a warning names.
constexpr std::size_t kMostNames = 8;

struct Answers {
  std::set<std::string> given;
  std::set<std::string> missing;
};

// The words that answer the question: the run's own, and any that another run has asked with since.
std::set<std::string> accepted_words(const Context& context) {
  std::set<std::string> out{context.question};
  for (const RowId& row : context.nb.rows("NB_Global")) {
    if (auto word = context.nb.value_at(row, "options", kQuestion)) out.insert(std::move(*word));
  }
  return out;
}

Answers answers_of(const Draft& sb, const std::set<std::string>& accepted) {
  Answers out;
  for (const RowId& row : sb.rows("Chassis_Private")) {
    if (sb.get(row, "chassis").empty()) continue;  // gone
    const auto word = sb.value_at(row, "external_ids", kQuestion);
    const bool given = word && accepted.contains(*word);
    (given ? out.given : out.missing).insert(sb.text(row, "name"));
  }
  return out;
}

bool has_passed(const Draft& sb, const std::set<std::string>& accepted) {
  for (const RowId& row : sb.rows("SB_Global")) {
    const auto word = sb.value_at(row, "options", kQuestion);
    if (word && accepted.contains(*word)) return true;
  }
  return false;
}

std::string listed_names(const std::set<std::string>& names) {
  std::string out;
  std::size_t count = 0;
  for (const std::string& name : names) {
    if (++count > kMostNames) break;
    out += (out.empty() ? "" : ", ") + name;
  }
  if (names.size() > kMostNames) out += fmt::format(" and {} more", names.size() - kMostNames);
  return out;
}

void report_missing(const Draft& sb, const std::set<std::string>& accepted, const Answers& answers,
                    Output& output) {
  output.exit_status = 1;
  const std::string names = listed_names(answers.missing);
  if (!has_passed(sb, accepted)) {
    output.warnings.push_back(
        fmt::format("northd didn't pass the question on to the southbound database, so counts are "
                    "missing of {}",
                    names));
    return;
  }
  output.warnings.push_back(
      fmt::format("counts are missing of {}: no answer from there in time", names));
}

}  // namespace

Result<void> ask_for_counts(Context& context, Output& output) {
  if (context.sb == nullptr) {
    return fail("--stats needs the southbound database (--sb-db): " + context.sb_problem);
  }
  if (context.options.dry_run) {
    output.warnings.push_back("with --dry-run no chassis is asked for its counts");
  }
  context.asks = true;
  return context.nb.put(context.global(), "options", {std::string(kQuestion)}, {context.question});
}

Result<Map<Uuid, AclCount>> counts_of_chassis(Context& context, Output& output) {
  Map<Uuid, AclCount> out;
  if (context.sb == nullptr && context.sb_problem.empty() && !context.late) {
    context.waiting = true;  // connecting again
    return out;
  }
  if (context.sb == nullptr) return fail("the southbound database is lost: " + context.sb_problem);
  const Draft& sb = *context.sb;
  const auto accepted = accepted_words(context);
  const Answers answers = answers_of(sb, accepted);
  if (!answers.missing.empty() && !context.late) {
    context.waiting = true;
    return out;
  }
  if (!answers.missing.empty()) report_missing(sb, accepted, answers, output);
  if (answers.given.empty() && answers.missing.empty()) {
    output.warnings.push_back("there is no chassis, so nothing is counted");
  }
  for (const RowId& row : sb.rows("ACL_Stats")) {
    if (!answers.given.contains(sb.text(row, "chassis_name"))) continue;
    for (const RowId& acl : sb.references(row, "acl", "ACL")) {
      out[acl.uuid].packets += sb.integer(row, "packets");
      out[acl.uuid].bytes += sb.integer(row, "bytes");
    }
  }
  return out;
}

}  // namespace mooring::cli
