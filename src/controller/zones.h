// Connection tracking zones of local ports.
//
// A zone is what br-int's external_ids:ct-zone-<port> says, so that it survives restarts. Which
// number a port gets is decided once, when the key is written.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/configuration.h"
#include "controller/inputs.h"
#include "controller/outputs.h"
#include "controller/settled.h"
#include "engine/memo.h"
#include "ovsdb/transaction.h"

namespace mooring::controller {

inline constexpr std::string_view kZoneKey = "ct-zone-";  // ovn-controller(8)

class Zones {
 public:
  Zones(engine::Graph& graph, Inputs& inputs, Configuration& configuration);
  ~Zones();

  // By logical port; nullopt until it has one. 1-65535.
  engine::Memo<std::string, std::optional<std::uint16_t>> of;

 private:
  std::optional<std::uint16_t> read(engine::Context& context, const std::string& port);

  Inputs& inputs_;
  Configuration& configuration_;
};

// Gives out zone numbers and takes them back.
class ZoneSync {
 public:
  explicit ZoneSync(Outputs& outputs) : outputs_(outputs) {}

  // Appends keys of ports that lack one and, if may_remove, takes away those of ports that are
  // gone. bridge_changes: of the table of bridges.
  void write(const ovs::Bridge& bridge, std::uint64_t bridge_changes, bool may_remove,
             ovsdb::Transaction& txn);
  // The zones given out since this was last asked: what the switch has tracked in them before, for
  // whomever, must be forgotten first.
  std::vector<std::uint16_t> take_fresh() { return std::exchange(fresh_, {}); }

 private:
  void mend(const ovs::Bridge& bridge, bool may_remove, ovsdb::Transaction& txn);
  std::uint16_t next_free(const std::set<std::uint16_t>& used);

  Outputs& outputs_;
  Settled<Uuid, std::uint64_t, std::uint64_t, bool> settled_;  // bridge, its table, ports
  std::uint16_t last_ = 0;  // so that a number isn't soon used again
  std::vector<std::uint16_t> fresh_;
};

// The number under a ct-zone key; nullopt when it is none.
std::optional<std::uint16_t> parse_zone(std::string_view text);

}  // namespace mooring::controller
