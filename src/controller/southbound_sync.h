// What this chassis writes to the southbound database: itself, its ports, what it finds wrong.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/clock.h"
#include "controller/finding.h"
#include "controller/inputs.h"
#include "controller/installed_ports.h"
#include "controller/local_config.h"
#include "controller/outputs.h"
#include "controller/sb.h"
#include "controller/settled.h"
#include "ovsdb/transaction.h"

namespace mooring::controller {

// What there is to say, at one moment.
struct SouthboundState {
  const LocalConfig& config;
  const ovs::OpenVSwitch* local;  // null before the local database is read
  std::string datapath_type;      // of the integration bridge
  const InstalledPorts& installed;
  const std::map<FindingKey, Finding>& findings;
  std::optional<std::int64_t> nb_cfg;  // what is carried out; nullopt while something isn't
};

// Compares and writes the difference: the transactions hold nothing where the database already says
// it. Work is proportional to what lives on this chassis.
class SouthboundSync {
 public:
  SouthboundSync(sb::Database& database, Inputs& inputs, Outputs& outputs, const Clock& clock);

  // The chassis' own rows. Apart from the rest, since what an operator sets may clash with another
  // chassis (the same encap twice), and ports mustn't suffer.
  void write_self(const SouthboundState& state, ovsdb::Transaction& txn) const;
  // Ports (once the chassis' row is known), findings, and the progress of configuration.
  void write_rest(const SouthboundState& state, ovsdb::Transaction& txn);
  // Takes the chassis and all that hangs on it away, for good.
  void remove(const LocalConfig& config, ovsdb::Transaction& txn) const;

 private:
  void write_ports(const SouthboundState& state, const Uuid& self, ovsdb::Transaction& txn);
  void bind(const SouthboundState& state, const Uuid& self, ovsdb::Transaction& txn) const;
  void write_findings(const SouthboundState& state, std::optional<store::Ref<sb::Chassis>> self,
                      ovsdb::Transaction& txn) const;
  void write_nb_cfg(const SouthboundState& state, ovsdb::Transaction& txn) const;

  sb::Database& database_;
  Inputs& inputs_;
  Outputs& outputs_;
  const Clock& clock_;
  // Of ports: the chassis' row, the table of bindings, what is claimed, and what is installed.
  Settled<Uuid, std::uint64_t, std::uint64_t, std::uint64_t> ports_settled_;
};

}  // namespace mooring::controller
