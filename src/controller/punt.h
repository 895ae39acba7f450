// What flows tell the controller with a packet that they hand to it: the controller action's
// userdata, and the actions that bear it.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "base/uuid.h"
#include "openflow/actions.h"

namespace mooring::controller {

// Of an access control list, as seen from the port (ovn-nb(5), ACL.direction).
enum class Direction : std::uint8_t { kFromLport, kToLport };
// ovn-nb(5), ACL.severity.
enum class LogSeverity : std::uint8_t { kAlert, kWarning, kNotice, kInfo, kDebug };
enum class Verdict : std::uint8_t { kAllow, kDrop, kReject };

std::string_view to_string(Direction direction);
std::string_view to_string(LogSeverity severity);
std::string_view to_string(Verdict verdict);
// From those words; nullopt for any other.
std::optional<Direction> direction_named(std::string_view word);
std::optional<LogSeverity> severity_named(std::string_view word);
std::optional<Verdict> verdict_named(std::string_view word);

// A packet to be answered with a refusal.
struct RejectEntry {
  Direction direction = Direction::kFromLport;
  friend bool operator==(const RejectEntry&, const RejectEntry&) = default;
};

// A packet to be written to the log.
struct LogEntry {
  std::string name;  // at most 255 bytes, what is more is cut; "" for none
  LogSeverity severity = LogSeverity::kInfo;
  Verdict verdict = Verdict::kAllow;
  Direction direction = Direction::kFromLport;
  std::optional<Uuid> acl;
  friend bool operator==(const LogEntry&, const LogEntry&) = default;
};

// Userdata: version (1), opcode, and then
//   1 reject: direction
//   2 log:    severity, verdict, direction, 0 or 1 for an ACL's UUID, that UUID (16 bytes), length
//             of the name, the name
// one byte each where nothing else is said, numbers as the enumerations count them. A switch may
// hold flows of another version of this program: of those nothing is guessed.
using Punt = std::variant<RejectEntry, LogEntry>;
std::string encode(const Punt& punt);
// Error: says what is wrong with the userdata.
Result<Punt> decode_punt(std::string_view userdata);

// Both copy the packet to the controller. The packet itself goes on: after reject_action nothing
// may follow, after log_action what is to happen to the packet. meter: that limits the copies.
openflow::Actions reject_action(Direction direction,
                                std::optional<std::uint32_t> meter = std::nullopt);
openflow::Actions log_action(const LogEntry& entry, std::optional<std::uint32_t> meter);

}  // namespace mooring::controller
