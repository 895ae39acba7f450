// The controller of one chassis: its databases, its switch, and the turns in which it acts.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "controller/acl_stats.h"
#include "controller/announcer.h"
#include "controller/derivations.h"
#include "controller/finding.h"
#include "controller/flow_installer.h"
#include "controller/installed_ports.h"
#include "controller/local_sync.h"
#include "controller/meter_installer.h"
#include "controller/packet_ins.h"
#include "controller/settled.h"
#include "controller/southbound_sync.h"
#include "daemon/counters.h"
#include "daemon/run_dirs.h"
#include "io/loop.h"
#include "openflow/connection.h"
#include "ovsdb/client.h"

namespace mooring::controller {

class Controller {
 public:
  struct Options {
    Identity identity;
    std::vector<io::Remote> local_database;
    io::TlsFiles tls;
    std::string ovs_run;  // the folder of BRIDGE.mgmt
  };

  Controller(io::Loop& loop, const Clock& clock, Logger logger, daemon::Counters& counters,
             Options options);
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  void start();
  // Takes the chassis out of the databases, as far as they can be reached within two seconds, then
  // calls done.
  void leave(std::function<void()> done);

  // For the control socket.
  bool southbound_connected() const { return sb_client_.synced(); }
  // Derives everything anew and carries out the difference, of which there is none.
  void recompute();
  // Derives everything anew and says in how many things that differs from what changes had made of
  // it: 0, unless a derivation is at fault.
  std::size_t check();
  void set_paused(bool paused);
  bool paused() const { return paused_; }
  std::string dump_bindings() const;
  // How often port security refused something, by port and reason, as the switch counts it now; of
  // all ports or, unless name is "", of one.
  void show_refusals(const std::string& name, std::function<void(Result<std::string>)> done);
  std::string dump_stats() const;
  std::string list_meters() const { return meters_.list(); }
  Map<std::string, std::uint64_t> memory_report() const;

 private:
  void schedule();
  void turn();
  void apply_config();
  void apply_identity(const LocalConfig& config);
  void apply_remote(const LocalConfig& config);
  void apply_bridge(const LocalConfig& config);
  void set_monitor_conditions();
  bool confirm_wants();
  bool southbound_blank() const;
  bool wants_complete() const;
  bool wants_arrived() const;
  bool claims_pending() const;
  bool patch_ports_made();
  bool write_local();
  void write_southbound(bool local_idle);
  void attempt_claims();
  void write_acl_stats();
  void send_southbound(ovsdb::Transaction txn, bool& in_flight, const char* what);
  void retry_later();
  void retry_refused_later();
  std::optional<std::int64_t> carried_out(bool local_idle);
  std::set<std::string> ready_names() const;
  std::map<FindingKey, Finding> findings() const;
  std::pair<std::string, std::string> describe(const Uuid& origin) const;
  const LocalConfig& config() const;
  const ovs::OpenVSwitch* root() const;
  std::size_t southbound_rows() const;
  std::string datapath_type() const;
  openflow::Connection::Callbacks switch_callbacks();
  FlowInstaller::Callbacks installer_callbacks();
  AclStats::Callbacks acl_stats_callbacks();

  io::Loop& loop_;
  Logger logger_;
  Options options_;
  ovs::Database ovs_;
  sb::Database sb_;
  Confirmations confirmations_;
  Attempts attempts_;
  Derivations derived_;
  ovsdb::Client ovs_client_;
  ovsdb::Client sb_client_;
  openflow::Connection switch_;
  MeterInstaller meters_;
  FlowInstaller installer_;
  PacketIns packet_ins_;
  Announcer announcer_;
  SouthboundSync southbound_;
  LocalSync local_;
  AclStats acl_stats_;
  io::Timer retry_;
  io::Timer refused_retry_;
  io::Timer leaving_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

  std::string conditions_for_;        // the system-id that the monitor conditions are for
  LocalConfig applied_;               // the configuration in force
  std::set<std::string> committing_;  // ready ports whose flows are on their way
  InstalledPorts installed_;
  std::chrono::seconds refused_pause_{};                    // until refused flows are tried again
  Settled<std::uint64_t, std::uint64_t> patch_ports_made_;  // by wants, and interfaces
  bool scheduled_ = false;
  bool paused_ = false;
  bool left_ = false;
  bool ovs_ready_ = false;  // has been read whole once
  bool sb_ready_ = false;
  bool local_in_flight_ = false;
  bool self_in_flight_ = false;
  bool rest_in_flight_ = false;
  bool stats_in_flight_ = false;
  bool attempts_in_flight_ = false;
};

}  // namespace mooring::controller
