// Brings the switch's meters to what the derivations want, by differences.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/log.h"
#include "controller/finding.h"
#include "controller/outputs.h"
#include "openflow/connection.h"

namespace mooring::controller {

// Meters can't be in a bundle. The switch takes messages in their order, so a meter is there for
// the flows of a bundle that is sent after update(); and one that isn't wanted stays until the
// flows that named it are gone.
class MeterInstaller {
 public:
  // on_answer: settled() may have changed.
  MeterInstaller(openflow::Connection& connection, Outputs& outputs,
                 std::function<void()> on_answer, Logger logger);

  // What the switch has is unknown until it has been read; call when a connection begins and ends,
  // and at the begin before flows are read.
  void connected();
  void disconnected();
  // From the first call on something is sent: to be called when the wants are complete.
  void enable();
  // Sends what is new or has changed.
  void update();
  // Deletes what isn't wanted. To be called when the switch's flows are those that are wanted.
  void remove_unwanted();
  // For every error that answers a message of no request.
  void take_error(const openflow::ErrorReply& error);
  bool settled() const;

  // What the switch refused, with its reason.
  std::map<FindingKey, Finding> findings() const;
  // "name: id" a line, sorted, of those in the switch (ovn-controller(8), meter-table-list).
  std::string list() const;
  std::size_t installed() const { return installed_.size(); }

 private:
  using Command = openflow::MeterMod::Command;
  struct Sent {
    std::uint32_t id = 0;
    std::optional<openflow::Meter> before;
  };
  struct Refused {
    Meter meter;
    std::string reason;
  };

  void adopt(std::vector<openflow::Meter> meters);
  void compare_all();
  const Meter* wanted(std::uint32_t id) const;
  void install(std::uint32_t id, const Meter& meter);
  void send(Command command, const openflow::Meter& meter);
  void wait_for_answers();

  openflow::Connection& connection_;
  Outputs& outputs_;
  std::function<void()> on_answer_;
  Logger logger_;
  bool enabled_ = false;
  bool known_ = false;         // installed_ is what the switch has
  std::uint64_t session_ = 0;  // answers of earlier connections are for nobody
  int barriers_ = 0;           // on their way
  std::map<std::uint32_t, openflow::Meter> installed_;
  std::set<std::uint32_t> pending_;          // may differ between wanted and installed
  std::set<std::uint32_t> unwanted_;         // to be deleted
  std::map<std::uint32_t, Sent> in_flight_;  // by xid
  std::map<std::uint32_t, Refused> refused_;
};

}  // namespace mooring::controller
