// Tells the physical network where a port is: gratuitous ARP, unsolicited NA, RARP.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "controller/announcement.h"
#include "controller/outputs.h"
#include "io/loop.h"
#include "openflow/messages.h"

namespace mooring::controller {

// Each port is announced when its flows are in the switch and 1, 2, 4, 8 and 16 s after that, and
// again from the start when the switch has reconnected. With a maximum of more than 16 s the
// intervals go on doubling up to it and then stay, for as long as the port is here.
class Announcer {
 public:
  using Send = std::function<void(const openflow::PacketOut&)>;

  Announcer(io::Loop& loop, const Clock& clock, Outputs& outputs, Send send);

  // The ports whose flows are in the switch: those among them that have changed, or are new, are
  // announced from the start.
  void update(const std::set<std::string>& installed);
  // Everything is announced anew at the next update.
  void restart();
  // Seconds; 0: announcements end after the sixth.
  void set_max_interval(int seconds);
  std::uint64_t sent() const { return sent_; }

 private:
  struct Course {
    std::vector<Announcement> announcements;
    std::chrono::steady_clock::time_point begin;
    std::chrono::seconds due{0};  // after begin
    bool finished = false;
  };
  void announce(const Announcement& announcement);
  void run();
  void schedule();

  const Clock& clock_;
  Outputs& outputs_;
  Send send_;
  io::Timer timer_;
  std::map<std::string, Course> courses_;  // by logical port
  std::chrono::seconds max_interval_{0};
  std::uint64_t sent_ = 0;
};

}  // namespace mooring::controller
