#include "cli/report_json.h"

namespace mooring::cli {
namespace {

void member(json::Writer& out, std::string_view key, std::string_view text) {
  out.key(key).string(text);
}

void optional_member(json::Writer& out, std::string_view key, std::string_view text) {
  out.key(key);
  if (text.empty()) {
    out.null();
  } else {
    out.string(text);
  }
}

void optional_member(json::Writer& out, std::string_view key, std::optional<std::int64_t> number) {
  out.key(key);
  if (number) {
    out.integer(*number);
  } else {
    out.null();
  }
}

void member(json::Writer& out, std::string_view key, const std::vector<std::string>& texts) {
  out.key(key).begin_array();
  for (const std::string& text : texts) out.string(text);
  out.end_array();
}

}  // namespace

void write_json(json::Writer& out, const Finding& finding) {
  out.begin_object();
  member(out, "severity", finding.severity);
  member(out, "code", finding.code);
  member(out, "table", finding.table);
  optional_member(out, "row", finding.row ? finding.row->to_string() : "");
  member(out, "name", finding.name);
  optional_member(out, "chassis", finding.chassis);
  member(out, "message", finding.message);
  out.key("since").integer(finding.since_ms);
  out.end_object();
}

void write_json(json::Writer& out, const Segment& segment) {
  out.begin_object();
  member(out, "physical_network", segment.physical_network);
  optional_member(out, "tag", segment.tag);
  out.end_object();
}

void write_json(json::Writer& out, const PortSurvey& port) {
  out.begin_object();
  member(out, "name", port.name);
  member(out, "uuid", port.id.uuid.to_string());
  member(out, "type", port.type);
  member(out, "addresses", port.addresses);
  optional_member(out, "parent", port.parent);
  optional_member(out, "tag", port.tag);
  out.key("enabled").boolean(port.enabled);
  out.key("up").boolean(port.up);
  member(out, "chassis", port.chassis);
  optional_member(out, "reason", port.why_down);
  out.end_object();
}

void write_json(json::Writer& out, const NetworkSurvey& network) {
  out.begin_object();
  member(out, "name", network.name);
  member(out, "uuid", network.id.uuid.to_string());
  member(out, "table", network.id.table);
  member(out, "type", network.type);
  out.key("segments").begin_array();
  for (const Segment& segment : network.segments) write_json(out, segment);
  out.end_array();
  out.key("chassis_mapped").integer(network.chassis_mapped);
  out.key("findings").begin_array();
  for (const Finding& finding : network.findings) write_json(out, finding);
  out.end_array();
  out.key("ports").begin_array();
  for (const PortSurvey& port : network.ports) write_json(out, port);
  out.end_array();
  out.end_object();
}

}  // namespace mooring::cli
