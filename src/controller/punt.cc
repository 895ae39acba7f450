#include "controller/punt.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "openflow/bytes.h"

namespace mooring::controller {
namespace {

using openflow::Reader;
using openflow::Writer;

constexpr std::uint8_t kPuntVersion = 1;
constexpr std::uint8_t kOpReject = 1;
constexpr std::uint8_t kOpLog = 2;
constexpr std::size_t kMaxLoggedName = 255;

// What is needed of a packet: an answer quotes at most 1,280 bytes of IPv6 (RFC 4443 section 2.4),
// a line in the log shows headers.
constexpr std::uint16_t kRejectedBytes = 1400;
constexpr std::uint16_t kLoggedBytes = 256;

constexpr std::array<std::string_view, 2> kDirections = {"from-lport", "to-lport"};
constexpr std::array<std::string_view, 5> kSeverities = {"alert", "warning", "notice", "info",
                                                         "debug"};
constexpr std::array<std::string_view, 3> kVerdicts = {"allow", "drop", "reject"};

template <class E, std::size_t N>
std::optional<E> value_named(const std::array<std::string_view, N>& names, std::string_view word) {
  const auto it = std::find(names.begin(), names.end(), word);
  if (it == names.end()) return std::nullopt;
  return static_cast<E>(it - names.begin());
}

template <class E>
std::uint8_t byte_of(E value) {
  return static_cast<std::uint8_t>(value);
}

// Reads one byte that counts the values of an enumeration; remembers when it doesn't.
template <class E>
E read_value(Reader& in, std::size_t count, bool& valid) {
  const std::uint8_t byte = in.u8();
  valid = valid && byte < count;
  return static_cast<E>(byte);
}

Result<Punt> read_reject(Reader& in) {
  bool valid = true;
  RejectEntry out{read_value<Direction>(in, kDirections.size(), valid)};
  if (in.failed() || !in.empty() || !valid) return fail("a reject entry is malformed");
  return out;
}

Result<Punt> read_log(Reader& in) {
  bool valid = true;
  LogEntry out;
  out.severity = read_value<LogSeverity>(in, kSeverities.size(), valid);
  out.verdict = read_value<Verdict>(in, kVerdicts.size(), valid);
  out.direction = read_value<Direction>(in, kDirections.size(), valid);
  if (read_value<std::uint8_t>(in, 2, valid) == 1) {
    const std::uint64_t high = in.u64();
    out.acl = Uuid(high, in.u64());
  }
  out.name = in.take(in.u8());
  if (in.failed() || !in.empty() || !valid) return fail("a log entry is malformed");
  return out;
}

struct PuntWriter {
  Writer<std::string>& out;
  void operator()(const RejectEntry& entry) const {
    out.u8(kOpReject);
    out.u8(byte_of(entry.direction));
  }
  void operator()(const LogEntry& entry) const {
    out.u8(kOpLog);
    out.u8(byte_of(entry.severity));
    out.u8(byte_of(entry.verdict));
    out.u8(byte_of(entry.direction));
    out.u8(entry.acl ? 1 : 0);
    if (entry.acl) {
      out.u64(entry.acl->high());
      out.u64(entry.acl->low());
    }
    const std::string_view name = std::string_view(entry.name).substr(0, kMaxLoggedName);
    out.u8(static_cast<std::uint8_t>(name.size()));
    out.raw(name);
  }
};

openflow::Actions punt_action(const Punt& punt, std::uint16_t bytes,
                              std::optional<std::uint32_t> meter) {
  openflow::ToController options;
  options.max_len = bytes;
  options.userdata = encode(punt);
  options.meter = meter;
  return openflow::Actions().controller(options);
}

}  // namespace

std::string_view to_string(Direction direction) { return kDirections[byte_of(direction)]; }
std::string_view to_string(LogSeverity severity) { return kSeverities[byte_of(severity)]; }
std::string_view to_string(Verdict verdict) { return kVerdicts[byte_of(verdict)]; }
std::optional<Direction> direction_named(std::string_view word) {
  return value_named<Direction>(kDirections, word);
}
std::optional<LogSeverity> severity_named(std::string_view word) {
  return value_named<LogSeverity>(kSeverities, word);
}
std::optional<Verdict> verdict_named(std::string_view word) {
  return value_named<Verdict>(kVerdicts, word);
}

std::string encode(const Punt& punt) {
  std::string bytes;
  Writer out(bytes);
  out.u8(kPuntVersion);
  std::visit(PuntWriter{out}, punt);
  return bytes;
}

Result<Punt> decode_punt(std::string_view userdata) {
  Reader in(userdata);
  const std::uint8_t version = in.u8();
  const std::uint8_t opcode = in.u8();
  if (in.failed()) return fail("the userdata is cut short");
  if (version != kPuntVersion) return fail(fmt::format("the userdata has version {}", version));
  if (opcode == kOpReject) return read_reject(in);
  if (opcode == kOpLog) return read_log(in);
  return fail(fmt::format("the userdata has opcode {}", opcode));
}

openflow::Actions reject_action(Direction direction, std::optional<std::uint32_t> meter) {
  return punt_action(RejectEntry{direction}, kRejectedBytes, meter);
}

openflow::Actions log_action(const LogEntry& entry, std::optional<std::uint32_t> meter) {
  return punt_action(entry, kLoggedBytes, meter);
}

}  // namespace mooring::controller
