// show: the networks as a tree, with their ports and where each is bound, or why it isn't up.
#include "cli/show.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/networks.h"
#include "cli/paint.h"
#include "cli/report_json.h"
#include "cli/survey.h"

namespace mooring::cli {
namespace {

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += separator;
    out += word;
  }
  return out;
}

std::string uplink_text(const Draft& nb, const PortSurvey& port) {
  const std::string network = nb.value_at(port.id, "options", "network_name").value_or("");
  if (network.empty()) return "uplink without options:network_name";
  return fmt::format("uplink to {}", network);
}

std::string state_text(const Draft& nb, const PortSurvey& port, const Paint& paint) {
  if (port.is_uplink()) return uplink_text(nb, port);
  if (port.up) {
    std::string out = paint.green("up");
    if (!port.chassis.empty()) out += " on " + joined(port.chassis, ", ");
    return out;
  }
  std::string out = paint.red("down");
  if (!port.chassis.empty()) out += " on " + joined(port.chassis, ", ");
  return port.why_down.empty() ? out : out + ": " + port.why_down;
}

void put_port(const Draft& nb, const PortSurvey& port, std::size_t width, const Paint& paint,
              std::string& text) {
  const std::size_t pad = width - std::min(width, display_width(port.name));
  text +=
      fmt::format("    {}{}  {}\n", port.name, std::string(pad, ' '), state_text(nb, port, paint));
  const std::string indent(width + 8, ' ');
  if (!port.type.empty() && !port.is_uplink()) text += indent + "type " + port.type + "\n";
  if (!port.parent.empty()) {
    text += fmt::format("{}inside {}, tag {}\n", indent, port.parent,
                        port.tag ? fmt::format("{}", *port.tag) : "not chosen yet");
  }
  for (const std::string& address : port.addresses) text += indent + paint.dim(address) + "\n";
}

void put_network(const Draft& nb, const NetworkSurvey& network, const Paint& paint,
                 std::string& text) {
  text +=
      fmt::format("{} {} ({})", kind_of(network.id),
                  paint.bold(network.name.empty() ? "(unnamed)" : network.name), describe(network));
  if (!network.segments.empty() && network.chassis_mapped > 0) {
    text += fmt::format(", mapped on {} chassis", network.chassis_mapped);
  }
  text += paint.dim("  " + network.id.uuid.to_string()) + "\n";
  for (const Finding& finding : network.findings) {
    text += fmt::format("    {} {}: {}\n", paint.severity(finding.severity), finding.code,
                        finding.message);
  }
  std::size_t width = 0;
  for (const PortSurvey& port : network.ports) width = std::max(width, display_width(port.name));
  // One endless name must not push all others off the screen.
  width = std::min<std::size_t>(width, 40);
  for (const PortSurvey& port : network.ports) put_port(nb, port, width, paint, text);
}

std::string as_json(const std::vector<NetworkSurvey>& networks, bool pretty) {
  std::string text;
  json::Writer out(text);
  out.begin_object().key("networks").begin_array();
  for (const NetworkSurvey& network : networks) write_json(out, network);
  out.end_array().end_object();
  return (pretty ? indent_json(text) : text) + "\n";
}

}  // namespace

Result<void> run_show(Context& context, const Invocation& invocation, Output& output) {
  std::vector<RowId> wanted;
  if (invocation.arguments.empty()) {
    wanted = sorted_switches(context.nb);
  } else {
    auto network = need_switch(context.nb, invocation.arguments[0], context.symbols);
    if (!network) return tl::unexpected(network.error());
    wanted.push_back(*network);
  }
  const auto networks = survey_networks(context.nb, context.sb, wanted);
  if (context.options.format == TableFormat::kJson) {
    output.text = as_json(networks, context.options.style.pretty);
    return {};
  }
  const Paint paint(context.colour);
  for (const NetworkSurvey& network : networks) {
    put_network(context.nb, network, paint, output.text);
  }
  return {};
}

}  // namespace mooring::cli
