#include "northd/unsupported.h"

#include <fmt/core.h>

#include <functional>
#include <string_view>

#include "northd/options.h"

namespace mooring::northd {
namespace {

using engine::Context;
using model::Severity;

// One thing that a row of type Row may use.
template <class Row>
struct Rule {
  bool (*used)(const typename Row::View&);
  Severity severity;
  std::string_view message;
};

template <class Row>
using Rules = std::span<const Rule<Row>>;

template <class Row>
void apply(Context& context, Outputs& outputs, const typename Row::View& row, Rules<Row> rules) {
  for (const Rule<Row>& rule : rules) {
    if (!rule.used(row)) continue;
    context.emit(outputs.findings,
                 finding_on(Row::kTable, row.uuid(), row.name(), model::code::kUnsupported),
                 Finding{rule.severity, std::string(rule.message)});
  }
}

// Keys of a map that change what packets meet. All other keys are a CMS's own, or have no effect
// on what is implemented.
struct Key {
  std::string_view name;
  Severity severity;
  std::string_view message;
};

// "false" and "0" turn a thing off, which it is.
bool is_on(std::string_view value) { return !value.empty() && value != "false" && value != "0"; }

template <class Row>
void apply_keys(Context& context, Outputs& outputs, const typename Row::View& row,
                std::string_view column, const Words& words, std::span<const Key> keys) {
  for (const Key& key : keys) {
    if (!is_on(option(words, key.name))) continue;
    context.emit(outputs.findings,
                 finding_on(Row::kTable, row.uuid(), row.name(), model::code::kUnsupported),
                 Finding{key.severity, fmt::format("{}:{}: {}", column, key.name, key.message)});
  }
}

constexpr std::string_view kQos = "qos_rules: they aren't implemented yet and have no effect";

using Lsp = nb::LogicalSwitchPort;

bool has_other_type(const Lsp::View& row) {
  const std::string& type = row.type();
  return !type.empty() && type != "localnet" && type != "localport";
}
bool has_dynamic_address(const Lsp::View& row) {
  for (const std::string& text : row.addresses()) {
    if (text.starts_with("dynamic") || text.ends_with(" dynamic")) return true;
  }
  return false;
}
bool has_router_address(const Lsp::View& row) { return row.addresses().contains("router"); }

constexpr Rule<Lsp> kPortRules[] = {
    {has_other_type, Severity::kWarning,
     "type: only ports of type \"\", localnet and localport do something; of others there is just "
     "the Port_Binding"},
    {has_dynamic_address, Severity::kWarning,
     "addresses: \"dynamic\" isn't implemented, no address is allocated: give the address"},
    {has_router_address, Severity::kWarning,
     "addresses: \"router\" isn't implemented yet, the address is that of no port"},
    {[](const Lsp::View& row) { return row.tag_request() == 0; }, Severity::kWarning,
     "tag_request: tags aren't allocated: set it to the tag"},
    {[](const Lsp::View& row) {
       return row.dhcpv4_options().has_value() || row.dhcpv6_options().has_value();
     },
     Severity::kWarning, "dhcpv4_options, dhcpv6_options: nothing answers DHCP yet"},
    {[](const Lsp::View& row) { return row.ha_chassis_group().has_value(); }, Severity::kWarning,
     "ha_chassis_group: it isn't implemented yet and has no effect"},
    {[](const Lsp::View& row) {
       return option(row.options(), "requested-chassis").find(',') != std::string_view::npos;
     },
     Severity::kWarning,
     "options:requested-chassis: only the first of several chassis gets the port"},
};

constexpr std::string_view kNoQos = "rates aren't limited or guaranteed yet";
constexpr Key kPortOptions[] = {
    {"qos_max_rate", Severity::kWarning, kNoQos},
    {"qos_min_rate", Severity::kWarning, kNoQos},
    {"qos_burst", Severity::kWarning, kNoQos},
    {"activation-strategy", Severity::kWarning, "the port is active wherever it is plugged"},
    {"nat-addresses", Severity::kWarning, "they aren't announced"},
    {"arp_proxy", Severity::kWarning, "nothing answers for these addresses"},
    {"vif-plug-type", Severity::kWarning, "nothing is plugged: plug an Interface by its iface-id"},
};

using Ls = nb::LogicalSwitch;
constexpr Rule<Ls> kLogicalSwitchRules[] = {
    {[](const Ls::View& row) { return !row.qos_rules().empty(); }, Severity::kWarning, kQos},
    {[](const Ls::View& row) { return !row.forwarding_groups().empty(); }, Severity::kWarning,
     "forwarding_groups: they aren't implemented and have no effect"},
};

using Ps = nb::PhysicalSwitch;
constexpr Rule<Ps> kPhysicalSwitchRules[] = {
    {[](const Ps::View& row) { return !row.qos_rules().empty(); }, Severity::kWarning, kQos},
    {[](const Ps::View& row) { return row.router_port().has_value(); }, Severity::kWarning,
     "router_port: routers aren't implemented yet, nothing is routed"},
};

constexpr std::string_view kNoIpam = "addresses aren't allocated: give each port its own";
constexpr Key kSwitchConfig[] = {
    {"subnet", Severity::kInfo, kNoIpam},
    {"ipv6_prefix", Severity::kInfo, kNoIpam},
    {"mac_only", Severity::kInfo, kNoIpam},
    {"mcast_snoop", Severity::kInfo, "multicast goes to all ports of the switch"},
    {"mcast_querier", Severity::kInfo, "nothing queries for multicast groups"},
    {"mcast_relay", Severity::kInfo, "multicast isn't relayed"},
};

// What identifies a row to its author, for tables whose column of it has another name.
template <class Row>
std::string name_of(const typename Row::View& row) {
  if constexpr (requires { row.name(); }) return row.name();
  if constexpr (requires { row.logical_port(); }) return row.logical_port();
  if constexpr (requires { row.chassis(); }) return row.chassis();
  return {};
}

}  // namespace

void report_unsupported(Context& context, Outputs& outputs, const Lsp::View& row) {
  apply<Lsp>(context, outputs, row, kPortRules);
  apply_keys<Lsp>(context, outputs, row, "options", row.options(), kPortOptions);
}

void report_unsupported(Context& context, Outputs& outputs, const Ls::View& row) {
  apply<Ls>(context, outputs, row, kLogicalSwitchRules);
  apply_keys<Ls>(context, outputs, row, "other_config", row.other_config(), kSwitchConfig);
}

void report_unsupported(Context& context, Outputs& outputs, const Ps::View& row) {
  apply<Ps>(context, outputs, row, kPhysicalSwitchRules);
  apply_keys<Ps>(context, outputs, row, "other_config", row.other_config(), kSwitchConfig);
}

class Unsupported::TableBase {
 public:
  virtual ~TableBase() = default;
};

template <class Row>
class Unsupported::Table final : public TableBase {
 public:
  Table(engine::Graph& graph, store::Table<Row>& table, Outputs& outputs, Severity severity,
        std::string message)
      : rows_(graph, table),
        report_(graph, "unsupported:" + std::string(Row::kTable), stratum::kStates,
                [this, &outputs, severity, message](Context& context, const Uuid& uuid) {
                  auto row = context.row(rows_, uuid);
                  if (!row) return engine::Nothing{};
                  context.emit(
                      outputs.findings,
                      finding_on(Row::kTable, uuid, name_of<Row>(*row), model::code::kUnsupported),
                      Finding{severity, message});
                  return engine::Nothing{};
                }) {
    rows_.demand_each(report_);
  }

 private:
  engine::Source<Row> rows_;
  engine::Memo<Uuid, engine::Nothing> report_;
};

Unsupported::Unsupported(engine::Graph& graph, Inputs& inputs, Outputs& outputs) {
  auto add = [&]<class Row>(store::Table<Row>& table, auto... rest) {
    tables_.push_back(
        std::make_unique<Table<Row>>(graph, table, outputs, Severity::kWarning, rest...));
  };
  nb::Database& nb = inputs.nb_tables;
  add(nb.logical_router,
      "routers aren't implemented yet: nothing is routed, translated or announced");
  add(nb.load_balancer, "load balancers aren't implemented yet: the VIPs don't answer");
  add(nb.load_balancer_group, "load balancers aren't implemented yet: the VIPs don't answer");
  add(nb.dns, "nothing answers DNS yet");
  add(nb.mirror, "mirrors aren't implemented yet: nothing is copied");
  add(nb.bfd, "BFD isn't implemented: no session is made");
  add(nb.copp, "control plane protection isn't implemented: nothing is limited");
  add(nb.static_mac_binding, "routers aren't implemented yet: nobody reads the binding");
  add(nb.chassis_template_var, "template variables aren't implemented: they aren't replaced");
}

Unsupported::~Unsupported() = default;

}  // namespace mooring::northd
