#include "cli/survey.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <tuple>

#include "cli/networks.h"
#include "model/bridge_mappings.h"
#include "model/diagnostic.h"

namespace mooring::cli {
namespace {

int rank(std::string_view severity) {
  if (severity == "error") return 0;
  return severity == "warning" ? 1 : 2;
}

Finding read_finding(const Draft& nb, const RowId& row) {
  Finding out;
  out.severity = nb.text(row, "severity");
  out.code = nb.text(row, "code");
  out.table = nb.text(row, "table_name");
  const auto concerned = nb.references(row, "row", "");
  if (!concerned.empty()) out.row = concerned.front().uuid;
  out.name = nb.text(row, "name");
  out.chassis = nb.text(row, "chassis");
  out.message = nb.text(row, "message");
  out.since_ms = nb.integer(row, "since");
  return out;
}

// The southbound database's bindings by port name, found once for all ports.
class Bindings {
 public:
  explicit Bindings(const Draft* sb) : sb_(sb) {
    if (sb == nullptr) return;
    for (RowId& row : sb->rows("Port_Binding")) {
      std::string name = sb->text(row, "logical_port");
      by_port_.emplace(std::move(name), std::move(row));
    }
  }

  bool known() const { return sb_ != nullptr; }
  bool has(const std::string& port) const { return by_port_.contains(port); }

  std::vector<std::string> chassis_of(const std::string& port) const {
    std::vector<std::string> out;
    const auto it = by_port_.find(port);
    if (it == by_port_.end()) return out;
    for (const std::string_view column : {"chassis", "additional_chassis"}) {
      for (const RowId& row : sb_->references(it->second, column, "Chassis")) {
        out.push_back(sb_->text(row, "name"));
      }
    }
    return out;
  }

 private:
  const Draft* sb_;
  std::map<std::string, RowId> by_port_;
};

class Surveyor {
 public:
  Surveyor(const Draft& nb, const Draft* sb) : nb_(nb), bindings_(sb) {
    for (Finding& finding : all_findings(nb)) {
      if (finding.row) findings_[*finding.row].push_back(std::move(finding));
    }
  }

  NetworkSurvey network(const RowId& id) const {
    NetworkSurvey out;
    out.id = id;
    out.name = nb_.text(id, "name");
    out.chassis_mapped = nb_.integer(id, "chassis_mapped");
    const auto ports = sorted_ports(nb_, id);
    out.segments = id.table == kPhysicalSwitch ? physical_segment(id) : localnet_segments(ports);
    out.type = type_of(out);
    out.findings = findings_on(id);
    for (const RowId& row : ports) out.ports.push_back(port(row, out));
    return out;
  }

 private:
  // The worst first.
  std::vector<Finding> findings_on(const RowId& row) const {
    const auto it = findings_.find(row.uuid);
    return it == findings_.end() ? std::vector<Finding>() : it->second;
  }

  std::vector<Segment> physical_segment(const RowId& id) const {
    std::string network = nb_.text(id, "physical_network");
    if (network.empty()) network = nb_.text(id, "name");
    return {{std::move(network), nb_.optional_integer(id, "tag")}};
  }

  std::vector<Segment> localnet_segments(const std::vector<RowId>& ports) const {
    std::vector<Segment> out;
    for (const RowId& row : ports) {
      if (nb_.text(row, "type") != "localnet") continue;
      auto tag = nb_.optional_integer(row, "tag");
      if (!tag) tag = nb_.optional_integer(row, "tag_request");
      if (tag == 0) tag.reset();
      out.push_back({nb_.value_at(row, "options", "network_name").value_or(""), tag});
    }
    return out;
  }

  std::string type_of(const NetworkSurvey& network) const {
    if (network.segments.empty()) return "overlay";
    const std::string own = nb_.text(network.id, "type");
    if (!own.empty()) return own;
    return network.segments.front().tag ? "vlan" : "flat";
  }

  PortSurvey port(const RowId& id, const NetworkSurvey& network) const {
    PortSurvey out;
    out.id = id;
    out.name = nb_.text(id, "name");
    out.type = nb_.text(id, "type");
    out.addresses = nb_.strings(id, "addresses");
    out.parent = nb_.text(id, "parent_name");
    out.tag = nb_.optional_integer(id, "tag");
    if (!out.tag) out.tag = nb_.optional_integer(id, "tag_request");
    out.enabled = nb_.optional_boolean(id, "enabled").value_or(true);
    out.up = nb_.optional_boolean(id, "up").value_or(false);
    out.chassis = bindings_.chassis_of(out.name);
    if (!out.up && !out.is_uplink()) out.why_down = why_down(out, network);
    return out;
  }

  std::string why_down(const PortSurvey& port, const NetworkSurvey& network) const {
    if (!port.enabled) return "it is disabled";
    const auto own = findings_on(port.id);
    if (!own.empty()) return own.front().code + ": " + own.front().message;
    for (const Finding& finding : network.findings) {
      if (finding.severity == "error") return finding.code + ": " + finding.message;
    }
    if (!bindings_.known()) return "";
    if (!bindings_.has(port.name)) {
      return "the southbound database doesn't have it yet; does mooring-northd run?";
    }
    if (!port.chassis.empty()) return "its chassis hasn't finished, or doesn't answer";
    if (!port.type.empty()) return "no chassis has taken it";
    return fmt::format("no chassis has an interface with external_ids:iface-id={}", port.name);
  }

  const Draft& nb_;
  Bindings bindings_;
  std::map<Uuid, std::vector<Finding>> findings_;  // by the row concerned
};

}  // namespace

std::size_t NetworkSurvey::port_count() const {
  return static_cast<std::size_t>(std::count_if(
      ports.begin(), ports.end(), [](const PortSurvey& port) { return !port.is_uplink(); }));
}

std::size_t NetworkSurvey::ports_up() const {
  return static_cast<std::size_t>(
      std::count_if(ports.begin(), ports.end(),
                    [](const PortSurvey& port) { return port.up && !port.is_uplink(); }));
}

std::size_t NetworkSurvey::ports_on(const std::string& chassis) const {
  return static_cast<std::size_t>(
      std::count_if(ports.begin(), ports.end(), [&](const PortSurvey& port) {
        return std::find(port.chassis.begin(), port.chassis.end(), chassis) != port.chassis.end();
      }));
}

std::vector<Finding> all_findings(const Draft& nb) {
  std::vector<Finding> out;
  for (const RowId& row : nb.rows("Diagnostic")) out.push_back(read_finding(nb, row));
  std::sort(out.begin(), out.end(), [](const Finding& a, const Finding& b) {
    const auto key = [](const Finding& f) {
      return std::tuple(rank(f.severity), f.since_ms, std::string_view(f.code),
                        std::string_view(f.name), std::string_view(f.chassis));
    };
    return key(a) < key(b);
  });
  return out;
}

std::string describe(const NetworkSurvey& network) {
  if (network.segments.empty()) return "overlay";
  std::string out;
  for (const Segment& segment : network.segments) {
    out += out.empty() ? "" : ", ";
    out += segment.tag ? fmt::format("VLAN {}", *segment.tag) : "flat";
    out += " on " + (segment.physical_network.empty() ? "no network" : segment.physical_network);
  }
  return out;
}

std::string uplink_state(const ChassisSurvey& chassis, const Segment& segment,
                         const std::vector<Finding>& findings) {
  const auto bridge = chassis.bridge_of.find(segment.physical_network);
  if (bridge == chassis.bridge_of.end()) return "unmapped";
  for (const Finding& finding : findings) {
    const bool of_uplink =
        finding.code == model::code::kUplinkDown || finding.code == model::code::kBridgeMissing;
    const bool here = finding.name == segment.physical_network || finding.name == bridge->second;
    if (of_uplink && here && finding.chassis == chassis.name) return finding.code;
  }
  return "ok";
}

std::vector<NetworkSurvey> survey_networks(const Draft& nb, const Draft* sb,
                                           const std::vector<RowId>& networks) {
  const Surveyor surveyor(nb, sb);
  std::vector<NetworkSurvey> out;
  for (const RowId& id : networks) out.push_back(surveyor.network(id));
  return out;
}

std::vector<ChassisSurvey> survey_chassis(const Draft& sb) {
  std::map<std::string, ChassisSurvey> by_name;
  for (const RowId& row : sb.rows("Chassis")) {
    ChassisSurvey out;
    out.name = sb.text(row, "name");
    out.hostname = sb.text(row, "hostname");
    const auto mappings = sb.value_at(row, "other_config", "ovn-bridge-mappings");
    out.bridge_of = model::BridgeMappings::parse(mappings.value_or("")).bridge_of;
    by_name.emplace(out.name, std::move(out));
  }
  for (const RowId& row : sb.rows("Chassis_Private")) {
    const auto it = by_name.find(sb.text(row, "name"));
    if (it != by_name.end()) it->second.nb_cfg = sb.integer(row, "nb_cfg");
  }
  std::vector<ChassisSurvey> out;
  for (auto& [name, chassis] : by_name) out.push_back(std::move(chassis));
  return out;
}

std::string utc_text(std::int64_t ms_since_epoch) {
  // Years beyond four digits are somebody's mistake, and fmt's calendar needn't see them.
  constexpr std::int64_t latest = 253402300799;
  const std::int64_t seconds = std::clamp<std::int64_t>(ms_since_epoch / 1000, 0, latest);
  const auto time = static_cast<std::time_t>(seconds);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}Z", fmt::gmtime(time));
}

std::string duration_text(std::int64_t ms) {
  const std::int64_t seconds = std::max<std::int64_t>(ms / 1000, 0);
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  if (seconds < 172800) return fmt::format("{} h", seconds / 3600);
  return fmt::format("{} d", seconds / 86400);
}

}  // namespace mooring::cli
