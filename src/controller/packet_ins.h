// Serves the packets that the switch hands to the controller.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "base/log.h"
#include "controller/punt.h"
#include "daemon/counters.h"
#include "io/loop.h"
#include "openflow/messages.h"

namespace mooring::controller {

// A guest decides how many packets come. So a turn of the loop serves a few, the others wait for
// following turns, and what is more than can wait is passed over; once a second at most, the log
// says how many those were. Counters: punt_reject and punt_log of packets served, punt_invalid of
// those that made no sense, punt_unanswered of rejected ones that get no answer, punt_passed_over.
class PacketIns {
 public:
  static constexpr std::size_t kPerTurn = 64;
  static constexpr std::size_t kMaxWaiting = 1024;
  static constexpr std::chrono::seconds kBetweenReports{1};

  using Send = std::function<void(const openflow::PacketOut&)>;
  // logger's module is for the service's own words; those of ACLs go to the module acl_log.
  PacketIns(io::Loop& loop, daemon::Counters& counters, Logger logger, Send send);
  PacketIns(const PacketIns&) = delete;
  PacketIns& operator=(const PacketIns&) = delete;

  void take(openflow::PacketIn packet);
  // The connection is gone: nothing of it can be answered any more.
  void forget() { waiting_.clear(); }

 private:
  void schedule();
  void serve_some();
  void serve(const openflow::PacketIn& packet);
  void serve(const openflow::PacketIn& packet, const RejectEntry& entry);
  void serve(const openflow::PacketIn& packet, const LogEntry& entry);
  void pass_over();

  io::Loop& loop_;
  Logger logger_;
  Logger acl_logger_;
  Send send_;
  daemon::Counter& rejected_;
  daemon::Counter& logged_;
  daemon::Counter& invalid_;
  daemon::Counter& unanswered_;
  daemon::Counter& passed_over_;
  io::Timer report_;  // runs while packets are passed over
  std::deque<openflow::PacketIn> waiting_;
  std::uint64_t unreported_ = 0;
  bool scheduled_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace mooring::controller
