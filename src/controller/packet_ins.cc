#include "controller/packet_ins.h"

#include <utility>

#include "controller/acl_log.h"
#include "controller/reject.h"

namespace mooring::controller {

PacketIns::PacketIns(io::Loop& loop, daemon::Counters& counters, Logger logger, Send send)
    : loop_(loop),
      logger_(std::move(logger)),
      acl_logger_(logger_.with_module("acl_log")),
      send_(std::move(send)),
      rejected_(counters.get("punt_reject")),
      logged_(counters.get("punt_log")),
      invalid_(counters.get("punt_invalid")),
      unanswered_(counters.get("punt_unanswered")),
      passed_over_(counters.get("punt_passed_over")),
      report_(loop) {}

void PacketIns::take(openflow::PacketIn packet) {
  if (waiting_.size() >= kMaxWaiting) return pass_over();
  waiting_.push_back(std::move(packet));
  schedule();
}

void PacketIns::schedule() {
  if (std::exchange(scheduled_, true)) return;
  loop_.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) serve_some();
  });
}

void PacketIns::serve_some() {
  scheduled_ = false;
  for (std::size_t n = 0; n < kPerTurn && !waiting_.empty(); ++n) {
    const openflow::PacketIn packet = std::move(waiting_.front());
    waiting_.pop_front();
    serve(packet);
  }
  if (!waiting_.empty()) schedule();
}

void PacketIns::serve(const openflow::PacketIn& packet) {
  const auto punt = decode_punt(packet.userdata);
  if (!punt) {
    invalid_.add();
    logger_.dbg("a packet from table {} is ignored: {}", packet.table, punt.error().message);
    return;
  }
  std::visit([&](const auto& entry) { serve(packet, entry); }, *punt);
}

void PacketIns::serve(const openflow::PacketIn& packet, const RejectEntry& entry) {
  rejected_.add();
  const auto answer = rejection_of(packet, entry.direction);
  if (answer) return send_(*answer);
  unanswered_.add();
  logger_.dbg("a rejected packet gets no answer: {}", answer.error().message);
}

void PacketIns::serve(const openflow::PacketIn& packet, const LogEntry& entry) {
  const auto line = acl_log_line(entry, packet.packet);
  if (!line) return invalid_.add();
  logged_.add();
  acl_logger_.info("{}", *line);
}

void PacketIns::pass_over() {
  passed_over_.add();
  ++unreported_;
  if (report_.pending()) return;
  report_.start(kBetweenReports, [this] {
    logger_.warn(
        "{} packets from the switch came faster than they could be served and were passed "
        "over: meters limit what is logged",
        std::exchange(unreported_, 0));
  });
}

}  // namespace mooring::controller
