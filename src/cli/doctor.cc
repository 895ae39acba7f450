#include "cli/doctor.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/paint.h"
#include "cli/report_json.h"
#include "cli/survey.h"

namespace mooring::cli {
namespace {

std::size_t count_of(const std::vector<Finding>& findings, std::string_view severity) {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [&](const Finding& finding) { return finding.severity == severity; }));
}

// "Logical_Switch_Port vm1 on hv1".
std::string place_of(const Finding& finding) {
  std::string out = finding.table;
  if (!finding.name.empty()) out += (out.empty() ? "" : " ") + finding.name;
  if (finding.name.empty() && finding.row) out += " " + finding.row->short_string();
  if (!finding.chassis.empty()) out += (out.empty() ? "on " : " on ") + finding.chassis;
  return out;
}

std::string as_text(const std::vector<Finding>& findings, const Context& context) {
  const Paint paint(context.colour);
  if (findings.empty()) return "no findings\n";
  std::string out;
  for (const Finding& finding : findings) {
    out += fmt::format("{} {}  {}\n", paint.severity(finding.severity), paint.bold(finding.code),
                       place_of(finding));
    out += fmt::format("    {}\n", finding.message);
    out += paint.dim(fmt::format("    since {} ({})", utc_text(finding.since_ms),
                                 duration_text(context.now_ms - finding.since_ms))) +
           "\n";
  }
  const std::size_t errors = count_of(findings, "error");
  const std::size_t warnings = count_of(findings, "warning");
  return out + fmt::format("{} error{}, {} warning{}, {} in all\n", errors, errors == 1 ? "" : "s",
                           warnings, warnings == 1 ? "" : "s", findings.size());
}

std::string as_json(const std::vector<Finding>& findings) {
  std::string text;
  json::Writer out(text);
  out.begin_object().key("findings").begin_array();
  for (const Finding& finding : findings) write_json(out, finding);
  out.end_array();
  out.key("errors").integer(static_cast<std::int64_t>(count_of(findings, "error")));
  out.key("warnings").integer(static_cast<std::int64_t>(count_of(findings, "warning")));
  out.end_object();
  return text;
}

Table as_table(const std::vector<Finding>& findings) {
  const auto cell = [](std::string text) { return Cell{text, json::quoted(text)}; };
  Table table;
  table.headings = {"severity", "code", "table", "name", "chassis", "since", "message"};
  for (const Finding& finding : findings) {
    table.rows.push_back({cell(finding.severity), cell(finding.code), cell(finding.table),
                          cell(finding.name), cell(finding.chassis),
                          cell(utc_text(finding.since_ms)), cell(finding.message)});
  }
  return table;
}

}  // namespace

Result<void> run_doctor(Context& context, const Invocation&, Output& output) {
  if (context.nb.schema().find("Diagnostic") == nullptr) {
    return fail("this database has no table Diagnostic: it isn't one of Mooring's");
  }
  const std::vector<Finding> findings = all_findings(context.nb);
  output.exit_status = count_of(findings, "error") > 0 ? 1 : 0;
  if (!context.options.format) {
    output.text = as_text(findings, context);
  } else if (*context.options.format == TableFormat::kJson) {
    const std::string text = as_json(findings);
    output.text = (context.options.style.pretty ? indent_json(text) : text) + "\n";
  } else {
    output.tables.push_back(as_table(findings));
  }
  return {};
}

}  // namespace mooring::cli
