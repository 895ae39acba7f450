#include "northd/networks.h"

#include <fmt/core.h>

#include <algorithm>

#include "northd/options.h"
#include "northd/unsupported.h"

namespace mooring::northd {
namespace {

using engine::Context;
using engine::Nothing;
using model::Severity;

constexpr std::int64_t kMinTag = 1;
constexpr std::int64_t kMaxTag = 4094;  // 4095 is reserved (IEEE 802.1Q, table 9-2)

// Why an uplink can't be made.
struct Fault {
  std::string_view code;
  std::string message;
};
template <class T>
using Checked = tl::expected<T, Fault>;

tl::unexpected<Fault> fault(std::string_view code, std::string message) {
  return tl::unexpected<Fault>(Fault{code, std::move(message)});
}

Checked<void> check_tag(std::int64_t tag) {
  if (tag >= kMinTag && tag <= kMaxTag) return {};
  return fault(
      model::code::kTagInvalid,
      fmt::format("tag {} isn't a VLAN: it must be from {} to {}; the network has no uplink "
                  "until then",
                  tag, kMinTag, kMaxTag));
}

// OVN's spelling is ethtype.
Checked<std::string> ethertype_of(const Words& options) {
  for (std::string_view key : {"ethtype", "ethertype"}) {
    std::string_view value = option(options, key);
    if (value.empty()) continue;
    if (value == "802.1q" || value == "802.1ad") return std::string(value);
    return fault(model::code::kTypeInvalid,
                 fmt::format("{} {} isn't known: it must be 802.1q or 802.1ad; the network has no "
                             "uplink until then",
                             key, quoted(value)));
  }
  return "802.1q";
}

// Tag 0: flat.
Checked<std::int64_t> tag_of(const nb::PhysicalSwitch::View& row) {
  const std::string& type = row.type();
  if (type == "vlan") {
    if (!row.tag()) {
      return fault(model::code::kTagInvalid,
                   fmt::format("type is vlan and tag isn't set: set it, from {} to {}; the network "
                               "has no uplink until then",
                               kMinTag, kMaxTag));
    }
    if (auto good = check_tag(*row.tag()); !good) return tl::unexpected(good.error());
    return *row.tag();
  }
  if (type == "flat" || type.empty()) {
    if (!row.tag()) return 0;
    return fault(
        model::code::kTagInvalid,
        fmt::format("type is flat, which has no tag, and tag is {}: clear it, or set type to "
                    "vlan; the network has no uplink until then",
                    *row.tag()));
  }
  return fault(
      model::code::kTypeInvalid,
      fmt::format("type {} isn't known: it must be flat or vlan; the network has no uplink "
                  "until then",
                  quoted(type)));
}

Checked<UplinkSpec> uplink_of(const nb::PhysicalSwitch::View& row) {
  UplinkSpec out;
  out.name = row.name();
  out.physical_network = row.physical_network().empty() ? row.name() : row.physical_network();
  if (out.physical_network.empty()) {
    return fault(model::code::kTypeInvalid,
                 "neither physical_network nor name is set, so no physical network is meant: set "
                 "one; there is no uplink until then");
  }
  auto tag = tag_of(row);
  if (!tag) return tl::unexpected(tag.error());
  out.tag = *tag;
  auto ethertype = ethertype_of(row.other_config());
  if (!ethertype) return tl::unexpected(ethertype.error());
  out.ethertype = *ethertype;
  out.vlan_passthru = option_true(row.other_config(), "vlan-passthru");
  out.learn_fdb = option_true(row.other_config(), "localnet_learn_fdb");
  return out;
}

Checked<UplinkSpec> uplink_of(const nb::LogicalSwitchPort::View& port) {
  UplinkSpec out;
  out.name = port.name();
  out.port = port.uuid();
  out.physical_network = option(port.options(), "network_name");
  if (out.physical_network.empty()) {
    return fault(model::code::kTypeInvalid,
                 "the port is of type localnet and options:network_name isn't set: set it to the "
                 "physical network; it is no uplink until then");
  }
  if (auto tag = wanted_tag(port)) {
    if (auto good = check_tag(*tag); !good) return tl::unexpected(good.error());
    out.tag = *tag;
  }
  auto ethertype = ethertype_of(port.options());
  if (!ethertype) return tl::unexpected(ethertype.error());
  out.ethertype = *ethertype;
  out.learn_fdb = option_true(port.options(), "localnet_learn_fdb");
  return out;
}

}  // namespace

Networks::Networks(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Ports& ports)
    : networks(graph, stratum::kNetworks),
      vlan_claims(graph, stratum::kNetworks),
      name_claims(graph, stratum::kNetworks),
      inputs_(inputs),
      outputs_(outputs),
      ports_(ports),
      physical_(graph, "physical_switch", stratum::kNetworks,
                [this](Context& context, const Uuid& uuid) { return physical(context, uuid); }),
      logical_(graph, "logical_switch", stratum::kNetworks,
               [this](Context& context, const Uuid& uuid) { return logical(context, uuid); }) {
  inputs.physical_switches.demand_each(physical_);
  inputs.logical_switches.demand_each(logical_);
}
Networks::~Networks() = default;

Nothing Networks::physical(Context& context, const Uuid& uuid) {
  auto row = context.row(inputs_.physical_switches, uuid);
  if (!row) return {};
  report_unsupported(context, outputs_, *row);
  Network out;
  out.kind = SwitchKind::kPhysical;
  out.name = row->name();
  out.name2 = option(row->external_ids(), "neutron:network_name");
  out.requested_key = requested_key(row->other_config());
  out.provider = true;
  if (auto uplink = uplink_of(*row)) {
    out.uplinks.push_back(std::move(*uplink));
  } else {
    context.emit(outputs_.findings,
                 finding_on("Physical_Switch", uuid, out.name, uplink.error().code),
                 Finding{Severity::kError, uplink.error().message});
  }
  for (const Uuid& port : context.elements(ports_.localnets, uuid)) {
    auto localnet = context.row(inputs_.ports, port);
    if (!localnet) continue;
    context.emit(
        outputs_.findings,
        finding_on("Logical_Switch_Port", port, localnet->name(), model::code::kTypeInvalid),
        Finding{Severity::kError,
                "the port is of type localnet, and its Physical_Switch has an uplink "
                "already: the port does nothing, delete it"});
  }
  finish(context, uuid, std::move(out));
  return {};
}

Nothing Networks::logical(Context& context, const Uuid& uuid) {
  auto row = context.row(inputs_.logical_switches, uuid);
  if (!row) return {};
  report_unsupported(context, outputs_, *row);
  Network out;
  out.kind = SwitchKind::kLogical;
  out.name = row->name();
  out.name2 = option(row->external_ids(), "neutron:network_name");
  out.requested_key = requested_key(row->other_config());
  for (const Uuid& port : context.elements(ports_.localnets, uuid)) {
    add_localnet(context, *row, port, out);
  }
  if (!out.provider) {
    context.emit(outputs_.findings,
                 finding_on("Logical_Switch", uuid, out.name, model::code::kUnsupported),
                 Finding{Severity::kWarning,
                         "the switch has no localnet port, and tenant networks over tunnels aren't "
                         "implemented yet: it works among the ports of one chassis only"});
  }
  std::sort(out.uplinks.begin(), out.uplinks.end());
  finish(context, uuid, std::move(out));
  return {};
}

void Networks::add_localnet(Context& context, const nb::LogicalSwitch::View& row, const Uuid& port,
                            Network& network) {
  auto localnet = context.row(inputs_.ports, port);
  if (!localnet) return;
  network.provider = true;
  auto uplink = uplink_of(*localnet);
  if (!uplink) {
    context.emit(outputs_.findings,
                 finding_on("Logical_Switch_Port", port, localnet->name(), uplink.error().code),
                 Finding{Severity::kError, uplink.error().message});
    return;
  }
  uplink->vlan_passthru = option_true(row.other_config(), "vlan-passthru");
  network.uplinks.push_back(std::move(*uplink));
}

void Networks::finish(Context& context, const Uuid& uuid, Network network) {
  std::string_view table = table_of(network.kind);
  if (network.name.size() > kMaxName) {
    context.emit(outputs_.findings,
                 finding_on(table, uuid, network.name, model::code::kNameInvalid),
                 Finding{Severity::kWarning,
                         fmt::format("the name has {} bytes; more than {} are too many for Open "
                                     "vSwitch, which gets the UUID instead",
                                     network.name.size(), kMaxName)});
  }
  for (const UplinkSpec& uplink : network.uplinks) {
    context.emit(vlan_claims, uplink.vlan(), uuid);
    context.emit(name_claims, uplink.name, std::pair{uplink.port.is_nil(), uuid});
  }
  context.emit(networks, uuid, std::move(network));
}

}  // namespace mooring::northd
