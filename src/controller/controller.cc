#include "controller/controller.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "controller/conditions.h"
#include "openflow/messages.h"

namespace mooring::controller {
namespace {

using ovsdb::ClientState;

constexpr std::chrono::seconds kRetry{1};
constexpr std::chrono::seconds kLeave{2};
// Refused flows are tried again at growing intervals.
constexpr std::chrono::seconds kFirstRefusedPause{1};
constexpr std::chrono::seconds kLastRefusedPause{256};

ovsdb::Client::Options local_options(const Controller::Options& options) {
  ovsdb::Client::Options out;
  out.database = "Open_vSwitch";
  out.remotes = options.local_database;
  return out;
}

// Were ports and ICMP types of first fragments hidden, port security would have to let pass in
// fragments what it refuses whole.
openflow::Connection::Options switch_options() {
  openflow::Connection::Options out;
  out.greeting = {openflow::SetConfig{openflow::SetConfig::kShowFirstFragments},
                  openflow::SetPacketInFormat{}};
  return out;
}

ovsdb::Client::Options southbound_options(const Controller::Options& options) {
  ovsdb::Client::Options out;
  out.database = "OVN_Southbound";
  out.tls = options.tls;
  out.shuffle = true;
  return out;
}

}  // namespace

Controller::Controller(io::Loop& loop, const Clock& clock, Logger logger,
                       daemon::Counters& counters, Options options)
    : loop_(loop),
      logger_(std::move(logger)),
      options_(std::move(options)),
      derived_(ovs_, sb_, confirmations_, attempts_, options_.identity),
      ovs_client_(loop, logger_.with_module("ovs_db"), local_options(options_), ovs_.replica()),
      sb_client_(loop, logger_.with_module("southbound"), southbound_options(options_),
                 sb_.replica()),
      switch_(loop, switch_options(), switch_callbacks(), logger_.with_module("openflow")),
      meters_(
          switch_, derived_.outputs, [this] { schedule(); }, logger_.with_module("meters")),
      installer_(switch_, derived_.outputs, installer_callbacks(), logger_.with_module("flows")),
      packet_ins_(loop, counters, logger_.with_module("packet_ins"),
                  [this](const openflow::PacketOut& out) { switch_.send(out); }),
      announcer_(loop, clock, derived_.outputs,
                 [this](const openflow::PacketOut& out) { switch_.send(out); }),
      southbound_(sb_, derived_.inputs, derived_.outputs, clock),
      local_(ovs_, derived_.inputs, derived_.outputs, clock),
      acl_stats_(sb_, derived_.outputs, acl_stats_callbacks()),
      retry_(loop),
      refused_retry_(loop),
      leaving_(loop) {}

openflow::Connection::Callbacks Controller::switch_callbacks() {
  openflow::Connection::Callbacks out;
  out.on_connected = [this](const openflow::Features&) {
    meters_.connected();
    installer_.connected();
    announcer_.restart();
    schedule();
  };
  out.on_disconnected = [this](const Error&) {
    meters_.disconnected();
    installer_.disconnected();
    packet_ins_.forget();
    schedule();
  };
  out.on_packet_in = [this](openflow::PacketIn packet) { packet_ins_.take(std::move(packet)); };
  out.on_error = [this](const openflow::ErrorReply& error) { meters_.take_error(error); };
  return out;
}

FlowInstaller::Callbacks Controller::installer_callbacks() {
  return {.on_commit = [this] { committing_ = ready_names(); },
          .on_committed =
              [this] {
                if (installed_.replace(committing_)) schedule();
              },
          .on_answer = [this] { schedule(); },
          .describe = [this](const Uuid& origin) { return describe(origin); }};
}

AclStats::Callbacks Controller::acl_stats_callbacks() {
  return {.dump =
              [this](std::uint8_t table, AclStats::Dumped done) {
                switch_.dump_flows(std::move(done), {.table = table});
              },
          .on_counted = [this] { schedule(); },
          .on_failed =
              [this](const Error& error) {
                if (switch_.connected()) {
                  logger_.warn("reading the flows of ACLs failed: {}", error.message);
                }
                retry_later();
              }};
}

void Controller::start() {
  auto watch = [this](ovsdb::Client& client, bool& ready) {
    client.on_update([this] { schedule(); });
    client.on_state([this, &ready](ClientState state) {
      if (state == ClientState::kSynced) ready = true;
      schedule();
    });
  };
  watch(ovs_client_, ovs_ready_);
  watch(sb_client_, sb_ready_);
  sb_client_.on_problem([this](const Error&) { schedule(); });
  ovs_client_.start();
}

void Controller::schedule() {
  if (std::exchange(scheduled_, true)) return;
  loop_.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.expired()) return;
    scheduled_ = false;
    turn();
  });
}

// Everything is level-triggered: a turn compares what is derived with what is there, wherever it
// may have been interrupted before.
void Controller::turn() {
  if (paused_ || left_ || !ovs_ready_) return;
  derived_.graph.update();
  apply_config();
  if (!applied_.system_id.empty()) set_monitor_conditions();
  if (confirm_wants()) derived_.graph.update();
  attempts_.forget(derived_.outputs);
  if (southbound_blank()) installer_.hold();
  if (wants_complete()) {
    meters_.enable();
    installer_.enable();
  }
  meters_.update();
  installer_.update();
  if (installer_.settled()) meters_.remove_unwanted();
  bool local_idle = write_local();
  if (sb_client_.synced() && !applied_.system_id.empty()) {
    write_southbound(local_idle);
    write_acl_stats();
  }
  announcer_.update(installed_.names());
  retry_refused_later();
  derived_.outputs.settle();
}

void Controller::apply_config() {
  const LocalConfig config = this->config();
  if (config == applied_) return;
  apply_identity(config);
  apply_remote(config);
  apply_bridge(config);
  announcer_.set_max_interval(config.garp_max_timeout_s);
  sb_client_.set_probe_interval(std::chrono::milliseconds(config.probe_interval_ms));
  applied_ = config;
}

void Controller::apply_identity(const LocalConfig& config) {
  if (config.system_id == applied_.system_id) return;
  if (config.system_id.empty()) {
    logger_.warn(
        "external_ids:system-id is not set in the Open_vSwitch database: this chassis has "
        "no name and does nothing");
  } else {
    logger_.info("this chassis is {}", config.system_id);
  }
  if (applied_.system_id.empty() || !sb_client_.synced()) return;
  ovsdb::Transaction txn;
  southbound_.remove(applied_, txn);
  if (!txn.empty()) send_southbound(std::move(txn), self_in_flight_, "removing the old chassis");
}

void Controller::apply_remote(const LocalConfig& config) {
  if (config.remote == applied_.remote) return;
  if (config.remote.empty()) {
    logger_.warn("external_ids:ovn-remote is not set in the Open_vSwitch database");
    return;
  }
  auto remotes = io::Remote::parse_list(config.remote, 6642);
  if (!remotes) {
    logger_.err("external_ids:ovn-remote: {}", remotes.error().message);
    return;
  }
  sb_client_.set_remotes(std::move(*remotes));
  if (applied_.remote.empty()) sb_client_.start();
}

void Controller::apply_bridge(const LocalConfig& config) {
  if (config.bridge == applied_.bridge && !applied_.system_id.empty()) return;
  // What was the integration bridge forwards nothing of ours any more.
  if (config.bridge != applied_.bridge) switch_.send(openflow::FlowMod::remove_all());
  switch_.start(io::Remote{io::Remote::Kind::kUnix,
                           fmt::format("{}/{}.mgmt", options_.ovs_run, config.bridge), 0});
}

void Controller::set_monitor_conditions() {
  bool changed = !derived_.outputs.wanted.drain().empty();
  if (!changed && conditions_for_ == applied_.system_id) return;
  conditions_for_ = applied_.system_id;
  set_conditions(sb_client_, derived_.outputs, applied_.system_id);
  std::set<Wanted> asked;
  derived_.outputs.wanted.for_each(
      [&](const Wanted& wanted, const auto&) { asked.insert(wanted); });
  confirmations_.ask(std::move(asked));
}

// True when the server has confirmed something new. What follows from it may want more, which the
// next turn asks for.
bool Controller::confirm_wants() {
  if (!sb_ready_ || !sb_client_.conditions_settled()) return false;
  confirmations_.confirm();
  if (derived_.graph.idle()) return false;
  schedule();
  return true;
}

// A southbound database that was lost and made anew, or from which somebody removed this chassis,
// says nothing of what should be here: not before northd has filled it, whose SB_Global comes last,
// and the chassis is registered. Until then all stays as it is.
bool Controller::southbound_blank() const {
  if (sb_.sb_global.size() == 0) return true;
  const LocalConfig& config = this->config();
  bool registers =
      !config.system_id.empty() && !config.encap_types.empty() && !config.encap_ips.empty();
  return registers && derived_.inputs.chassis_by_name.find(config.system_id).empty();
}

// What is derived follows from all that it should follow from: both databases are read, what was
// asked of the southbound one has arrived, and the ports that are plugged in are claimed or not to
// be had.
bool Controller::wants_complete() const { return wants_arrived() && !claims_pending(); }

bool Controller::wants_arrived() const {
  return ovs_ready_ && sb_ready_ && !southbound_blank() && sb_client_.conditions_settled() &&
         derived_.outputs.wanted.differences() == 0;
}

bool Controller::claims_pending() const {
  bool any = false;
  derived_.outputs.attempts.for_each([&any](const auto&, const auto&) { any = true; });
  return any;
}

// Whether the local database's part is carried out, apart from saying so there.
bool Controller::write_local() {
  if (local_in_flight_ || !ovs_client_.synced()) return false;
  ovsdb::Transaction txn;
  local_.write({config(), installed_, wants_complete() && sb_client_.synced()}, txn);
  for (std::uint16_t zone : local_.take_fresh_zones()) switch_.send(openflow::CtFlushZone{zone});
  const bool idle = txn.empty() && !local_.waits();
  const auto nb_cfg = carried_out(idle);
  if (nb_cfg) local_.write_progress(config(), *nb_cfg, txn);
  if (txn.empty()) return idle;
  txn.comment("mooring-controller");
  local_in_flight_ = true;
  ovs_client_.transact(std::move(txn), [this](const ovsdb::TransactionOutcome& outcome) {
    local_in_flight_ = false;
    if (outcome) return schedule();
    logger_.warn("writing the Open_vSwitch database failed: {}", outcome.error().message);
    retry_later();
  });
  return idle;
}

void Controller::write_southbound(bool local_idle) {
  const auto found = findings();
  SouthboundState state{config(),   root(), datapath_type(),
                        installed_, found,  carried_out(local_idle)};
  if (!self_in_flight_) {
    ovsdb::Transaction txn;
    southbound_.write_self(state, txn);
    if (!txn.empty()) send_southbound(std::move(txn), self_in_flight_, "registering the chassis");
  }
  // Not before what is this chassis' already has arrived.
  if (wants_arrived()) attempt_claims();
  if (!rest_in_flight_) {
    ovsdb::Transaction txn;
    southbound_.write_rest(state, txn);
    if (!txn.empty()) send_southbound(std::move(txn), rest_in_flight_, "binding ports");
  }
}

void Controller::attempt_claims() {
  const auto& selves = derived_.inputs.chassis_by_name.find(applied_.system_id);
  if (attempts_in_flight_ || selves.empty()) return;
  ovsdb::Transaction txn;
  attempts_.write(derived_.outputs, selves.front(), txn);
  if (txn.empty()) return;
  txn.comment(fmt::format("mooring-controller: claiming ports ({})", applied_.system_id));
  attempts_in_flight_ = true;
  sb_client_.transact(std::move(txn), [this](const ovsdb::TransactionOutcome& outcome) {
    attempts_in_flight_ = false;
    attempts_.done(outcome);
    if (!outcome && !outcome.error().lost) {
      logger_.info("ports are asked for by name, since they can't be claimed at once: {}",
                   outcome.error().message);
    }
    schedule();
  });
}

// Apart from what ports need: should the database refuse it, they mustn't suffer.
void Controller::write_acl_stats() {
  if (wants_complete() && switch_.connected()) acl_stats_.update(applied_.system_id);
  if (stats_in_flight_) return;
  ovsdb::Transaction txn;
  acl_stats_.write(applied_.system_id, txn);
  if (!txn.empty()) send_southbound(std::move(txn), stats_in_flight_, "counting ACLs");
}

void Controller::send_southbound(ovsdb::Transaction txn, bool& in_flight, const char* what) {
  txn.comment(fmt::format("mooring-controller: {} ({})", what, applied_.system_id));
  in_flight = true;
  sb_client_.transact(std::move(txn), [this, &in_flight, what](const auto& outcome) {
    in_flight = false;
    // Another chassis was quicker; what it wrote decides, and has arrived.
    bool overtaken = !outcome && outcome.error().tag == "timed out";
    if (outcome || overtaken) return schedule();
    logger_.warn("{}: the southbound database refused: {}", what, outcome.error().message);
    retry_later();
  });
}

void Controller::retry_later() {
  if (!retry_.pending()) retry_.start(kRetry, [this] { schedule(); });
}

// Nobody tells when a switch that was full has room again.
void Controller::retry_refused_later() {
  if (!installer_.has_refused()) {
    refused_retry_.cancel();
    refused_pause_ = kFirstRefusedPause;
    return;
  }
  if (refused_retry_.pending()) return;
  refused_retry_.start(refused_pause_, [this] {
    installer_.retry_refused();
    schedule();
  });
  refused_pause_ = std::min(2 * refused_pause_, kLastRefusedPause);
}

// The configuration that is in force in the switch, when all of it is.
std::optional<std::int64_t> Controller::carried_out(bool local_idle) {
  if (!local_idle || !sb_client_.synced() || !wants_complete()) return std::nullopt;
  if (!installer_.settled() || !meters_.settled()) return std::nullopt;
  if (!patch_ports_made()) return std::nullopt;
  std::optional<std::int64_t> out;
  sb_.sb_global.for_each([&](const sb::SBGlobal& row) { out = row.nb_cfg; });
  return out;
}

// ovs-vswitchd has taken notice of each patch port: it has a number, or an error.
bool Controller::patch_ports_made() {
  auto made = [this](const std::string& name) {
    for (const Uuid& uuid : derived_.inputs.interface_by_name.find(name)) {
      const ovs::Interface* row = ovs_.interface.find(uuid);
      if (row != nullptr && row->ofport) return true;
    }
    return false;
  };
  const auto& wanted = derived_.outputs.patch_ports;
  return patch_ports_made_.holds({wanted.changes(), ovs_.interface.changes()}, [&] {
    bool all = true;
    wanted.for_each([&](const std::string& name, const auto&) { all = all && made(name); });
    return all;
  });
}

std::set<std::string> Controller::ready_names() const {
  std::set<std::string> out;
  derived_.outputs.ready.for_each([&](const std::string& name, const auto&) { out.insert(name); });
  return out;
}

std::map<FindingKey, Finding> Controller::findings() const {
  auto out = installer_.findings();
  out.merge(meters_.findings());
  derived_.outputs.findings.for_each(
      [&](const FindingKey& key, const auto& elements) { out.emplace(key, elements.front()); });
  for (const ovsdb::SchemaGap& gap : sb_client_.schema_gaps()) {
    std::string name = gap.column.empty() ? gap.table : gap.table + ":" + gap.column;
    out.emplace(FindingKey{std::string(model::code::kSchemaMismatch), "OVN_Southbound", {}, name},
                Finding{model::Severity::kError,
                        fmt::format("the southbound database's {} {}; upgrade its schema", name,
                                    gap.reason)});
  }
  return out;
}

std::pair<std::string, std::string> Controller::describe(const Uuid& origin) const {
  if (const auto* row = sb_.port_binding.find(origin)) return {"Port_Binding", row->logical_port};
  if (const auto* row = sb_.uplink.find(origin)) return {"Uplink", row->logical_port};
  if (const auto* row = sb_.pipeline.find(origin)) return {"Pipeline", row->stage};
  if (sb_.datapath_binding.find(origin) != nullptr) {
    return {"Datapath_Binding", origin.short_string()};
  }
  return {"", ""};
}

const LocalConfig& Controller::config() const { return *derived_.configuration.local.peek(0); }

const ovs::OpenVSwitch* Controller::root() const {
  const auto& uuids = derived_.inputs.root.find(0);
  return uuids.empty() ? nullptr : ovs_.open_vswitch.find(uuids.front());
}

std::string Controller::datapath_type() const {
  const auto& uuids = derived_.inputs.bridge_by_name.find(config().bridge);
  const ovs::Bridge* row = uuids.empty() ? nullptr : ovs_.bridge.find(uuids.front());
  return row == nullptr || row->datapath_type.empty() ? "system" : row->datapath_type;
}

void Controller::leave(std::function<void()> done) {
  if (std::exchange(left_, true) || applied_.system_id.empty() || !sb_client_.synced()) {
    return done();
  }
  leaving_.start(kLeave, done);
  ovsdb::Transaction here;
  local_.remove(applied_, here);
  if (!here.empty()) ovs_client_.transact(std::move(here), [](const auto&) {});
  ovsdb::Transaction txn;
  southbound_.remove(applied_, txn);
  if (txn.empty()) return done();
  sb_client_.transact(std::move(txn), [this, done](const auto& outcome) {
    if (!outcome) logger_.warn("leaving: {}", outcome.error().message);
    leaving_.cancel();
    done();
  });
}

}  // namespace mooring::controller
