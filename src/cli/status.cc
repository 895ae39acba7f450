#include "cli/status.h"

#include <fmt/format.h>

#include "cli/networks.h"
#include "cli/paint.h"
#include "cli/report_json.h"
#include "cli/survey.h"

namespace mooring::cli {
namespace {

struct Progress {
  std::int64_t nb = 0;
  std::int64_t sb = 0;
  std::int64_t hv = 0;
};

struct Status {
  Progress progress;
  bool chassis_known = false;
  std::vector<ChassisSurvey> chassis;
  std::vector<NetworkSurvey> networks;
  std::vector<Finding> findings;
};

Progress read_progress(const Draft& nb) {
  Progress out;
  for (const RowId& row : nb.rows("NB_Global")) {
    out = {nb.integer(row, "nb_cfg"), nb.integer(row, "sb_cfg"), nb.integer(row, "hv_cfg")};
  }
  return out;
}

Status take_status(const Context& context) {
  Status out;
  out.progress = read_progress(context.nb);
  out.chassis_known = context.sb != nullptr;
  if (context.sb != nullptr) out.chassis = survey_chassis(*context.sb);
  out.networks = survey_networks(context.nb, context.sb, sorted_switches(context.nb));
  out.findings = all_findings(context.nb);
  return out;
}

Cell text_cell(std::string text) { return {text, json::quoted(text)}; }

Table chassis_table(const Status& status) {
  Table table;
  table.headings = {"chassis", "host", "nb_cfg", "mappings"};
  for (const ChassisSurvey& chassis : status.chassis) {
    std::string mappings;
    for (const auto& [network, bridge] : chassis.bridge_of) {
      mappings += fmt::format("{}{}:{}", mappings.empty() ? "" : ",", network, bridge);
    }
    table.rows.push_back({text_cell(chassis.name), text_cell(chassis.hostname),
                          text_cell(fmt::format("{}", chassis.nb_cfg)), text_cell(mappings)});
  }
  return table;
}

std::size_t chassis_mapped(const Status& status, const NetworkSurvey& network) {
  if (!status.chassis_known) return static_cast<std::size_t>(network.chassis_mapped);
  std::size_t count = 0;
  for (const ChassisSurvey& chassis : status.chassis) {
    for (const Segment& segment : network.segments) {
      if (!chassis.bridge_of.contains(segment.physical_network)) continue;
      ++count;
      break;
    }
  }
  return count;
}

Table network_table(const Status& status) {
  Table table;
  table.headings = {"network", "type", "segment", "ports", "up", "chassis_mapped"};
  for (const NetworkSurvey& network : status.networks) {
    table.rows.push_back(
        {text_cell(network.name), text_cell(network.type), text_cell(describe(network)),
         text_cell(fmt::format("{}", network.port_count())),
         text_cell(fmt::format("{}", network.ports_up())),
         text_cell(network.segments.empty() ? "-"
                                            : fmt::format("{}", chassis_mapped(status, network)))});
  }
  return table;
}

// Calls visit(network, segment, chassis, bound, uplink) for every pair that has something to say: a
// mapping, or ports without one.
template <class Visit>
void each_uplink(const Status& status, Visit visit) {
  for (const NetworkSurvey& network : status.networks) {
    for (const ChassisSurvey& chassis : status.chassis) {
      const std::size_t bound = network.ports_on(chassis.name);
      for (const Segment& segment : network.segments) {
        const std::string uplink = uplink_state(chassis, segment, status.findings);
        if (uplink == "unmapped" && bound == 0) continue;
        visit(network, segment, chassis, bound, uplink);
      }
    }
  }
}

Table uplink_table(const Status& status) {
  Table table;
  table.headings = {"network", "chassis", "bridge", "ports", "uplink"};
  each_uplink(
      status, [&](const NetworkSurvey& network, const Segment& segment,
                  const ChassisSurvey& chassis, std::size_t bound, const std::string& uplink) {
        const std::string bridge =
            value_or(chassis.bridge_of, segment.physical_network, std::string("-"));
        table.rows.push_back({text_cell(network.name), text_cell(chassis.name), text_cell(bridge),
                              text_cell(fmt::format("{}", bound)), text_cell(uplink)});
      });
  return table;
}

void write_chassis(json::Writer& out, const ChassisSurvey& chassis) {
  out.begin_object().key("name").string(chassis.name);
  out.key("hostname").string(chassis.hostname).key("nb_cfg").integer(chassis.nb_cfg);
  out.key("bridge_mappings").begin_object();
  for (const auto& [network, bridge] : chassis.bridge_of) out.key(network).string(bridge);
  out.end_object().end_object();
}

void write_network(json::Writer& out, const Status& status, const NetworkSurvey& network) {
  const auto number = [](std::size_t count) { return static_cast<std::int64_t>(count); };
  out.begin_object().key("name").string(network.name);
  out.key("uuid").string(network.id.uuid.to_string()).key("table").string(network.id.table);
  out.key("type").string(network.type).key("segments").begin_array();
  for (const Segment& segment : network.segments) write_json(out, segment);
  out.end_array().key("ports").integer(number(network.port_count()));
  out.key("up").integer(number(network.ports_up()));
  out.key("chassis_mapped").integer(number(chassis_mapped(status, network)));
  out.end_object();
}

std::string as_json(const Status& status) {
  std::string text;
  json::Writer out(text);
  out.begin_object().key("nb_cfg").integer(status.progress.nb);
  out.key("sb_cfg").integer(status.progress.sb).key("hv_cfg").integer(status.progress.hv);
  out.key("chassis").begin_array();
  for (const ChassisSurvey& chassis : status.chassis) write_chassis(out, chassis);
  out.end_array().key("networks").begin_array();
  for (const NetworkSurvey& network : status.networks) write_network(out, status, network);
  out.end_array().key("uplinks").begin_array();
  each_uplink(status, [&](const NetworkSurvey& network, const Segment& segment,
                          const ChassisSurvey& chassis, std::size_t bound,
                          const std::string& uplink) {
    out.begin_object().key("network").string(network.name);
    out.key("physical_network").string(segment.physical_network);
    out.key("chassis").string(chassis.name);
    out.key("bridge").string(value_or(chassis.bridge_of, segment.physical_network, std::string()));
    out.key("ports").integer(static_cast<std::int64_t>(bound)).key("state").string(uplink);
    out.end_object();
  });
  out.end_array().end_object();
  return text;
}

std::string lag(std::int64_t wanted, std::int64_t reached, const Paint& paint) {
  const std::string text = fmt::format("{}", reached);
  return reached < wanted ? paint.yellow(fmt::format("{} ({} behind)", text, wanted - reached))
                          : paint.green(text);
}

void put_table(const Table& table, const Context& context, std::string& text) {
  if (table.rows.empty()) return;
  const auto format = context.options.format.value_or(TableFormat::kTable);
  text += (text.empty() ? "" : "\n") + format_table(table, format, context.options.style);
}

}  // namespace

Result<void> run_status(Context& context, const Invocation&, Output& output) {
  const Status status = take_status(context);
  if (context.options.format == TableFormat::kJson) {
    const std::string text = as_json(status);
    output.text = (context.options.style.pretty ? indent_json(text) : text) + "\n";
    return {};
  }
  const Paint paint(context.colour);
  output.text = fmt::format("configuration {}, southbound {}, hypervisors {}\n", status.progress.nb,
                            lag(status.progress.nb, status.progress.sb, paint),
                            lag(status.progress.nb, status.progress.hv, paint));
  put_table(chassis_table(status), context, output.text);
  put_table(network_table(status), context, output.text);
  put_table(uplink_table(status), context, output.text);
  if (!status.chassis_known) {
    output.warnings.push_back("the chassis aren't known: " + context.sb_problem);
  }
  return {};
}

}  // namespace mooring::cli
