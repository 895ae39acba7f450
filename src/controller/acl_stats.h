// What ACLs have matched on this chassis, counted when an operator asks: the question is a word in
// SB_Global.options:acl-stats, the answer rows of ACL_Stats and the same word in
// Chassis_Private.external_ids.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "controller/outputs.h"
#include "controller/sb.h"
#include "openflow/flow.h"
#include "ovsdb/transaction.h"

namespace mooring::controller {

struct AclCount {
  std::int64_t packets = 0;
  std::int64_t bytes = 0;
  friend bool operator==(const AclCount&, const AclCount&) = default;
};
using AclCounts = std::map<Uuid, AclCount>;  // by northbound ACL

class AclStats {
 public:
  using Dumped = std::function<void(Result<std::vector<openflow::FlowStats>>)>;
  struct Callbacks {
    // Asks the switch for the flows of a table; calls back once, never from inside.
    std::function<void(std::uint8_t table, Dumped done)> dump;
    // There is something to write.
    std::function<void()> on_counted;
    // The switch didn't answer; update() will ask again.
    std::function<void(const Error&)> on_failed;
  };

  AclStats(const sb::Database& database, const Outputs& outputs, Callbacks callbacks);

  // Begins to count when there is a question that is neither answered nor being counted for; to be
  // called when the switch is connected and what is wanted of it is complete.
  void update(const std::string& system_id);
  // Adds the answer, when there is one that the database doesn't have.
  void write(const std::string& system_id, ovsdb::Transaction& txn) const;

 private:
  std::string asked() const;
  const sb::ChassisPrivate* own_row(const std::string& system_id) const;
  bool is_open(const std::string& word, const std::string& system_id) const;
  void read_next();
  void add(const std::vector<openflow::FlowStats>& flows);
  void write_rows(const std::string& system_id, ovsdb::Transaction& txn) const;

  const sb::Database& database_;
  const Outputs& outputs_;
  Callbacks callbacks_;
  std::optional<std::string> reading_;  // for which word
  std::set<std::uint8_t> tables_;       // still to be read
  AclCounts counts_;
  std::string counted_;  // the word that counts_ are for, once they are whole
};

}  // namespace mooring::controller
