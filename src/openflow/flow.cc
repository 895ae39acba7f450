#include "openflow/flow.h"

#include <fmt/format.h>

#include "openflow/text.h"

namespace mooring::openflow {
namespace {

std::string flow_flags(std::uint16_t flags) {
  static constexpr std::string_view kNames[] = {"send_flow_rem", "check_overlap", "reset_counts",
                                                "no_packet_counts", "no_byte_counts"};
  std::string out;
  for (std::size_t bit = 0; bit < std::size(kNames); ++bit) {
    if ((flags >> bit & 1) != 0) out += fmt::format("{} ", kNames[bit]);
  }
  return out;
}

// Match with its priority in front, as dump-flows shows both.
std::string rule(std::uint16_t priority, const Match& match) {
  const std::string text = match.to_string();
  if (priority == 0x8000) return text;
  return fmt::format("priority={}{}{}", priority, text.empty() ? "" : ",", text);
}

std::string_view type_name(Group::Type type) {
  switch (type) {
    case Group::Type::kAll:
      return "all";
    case Group::Type::kSelect:
      return "select";
    case Group::Type::kIndirect:
      return "indirect";
    case Group::Type::kFastFailover:
      return "ff";
  }
  return "unknown";
}

std::string selection(const Group& group) {
  if (group.selection_method.empty()) return {};
  std::string fields;
  unsigned count = 0;
  group.selection_fields.each([&](Field field, const Match::Constraint& c) {
    fields += fmt::format("{}{}", count++ == 0 ? "" : ",", info(field).name);
    if (c.value != info(field).ones()) {
      fields += "=" + text::value(field, c.value, info(field).ones());
    }
  });
  std::string out = ",selection_method=" + group.selection_method;
  if (count == 1) out += ",fields=" + fields;
  if (count > 1) out += ",fields(" + fields + ")";
  return out;
}

}  // namespace

std::string FlowKey::to_string() const {
  const std::string text = rule(priority, match);
  return fmt::format("table={}{}{}", table, text.empty() ? "" : ", ", text);
}

std::string Flow::to_string() const {
  std::string out;
  if (cookie != 0) out += fmt::format("cookie={:#x}, ", cookie);
  if (table != 0) out += fmt::format("table={}, ", table);
  if (idle_timeout != 0) out += fmt::format("idle_timeout={}, ", idle_timeout);
  if (hard_timeout != 0) out += fmt::format("hard_timeout={}, ", hard_timeout);
  out += flow_flags(flags);
  if (importance != 0) out += fmt::format("importance={}, ", importance);
  const std::string text = rule(priority, match);
  if (!text.empty()) out += text + " ";
  return out + "actions=" + actions.to_string();
}

std::string Group::to_string() const {
  std::string out = fmt::format("group_id={},type={}{}", id, type_name(type), selection(*this));
  for (const Bucket& bucket : buckets) {
    out += fmt::format(",bucket=bucket_id:{},", bucket.id);
    if (type == Type::kSelect && bucket.weight != 1)
      out += fmt::format("weight:{},", bucket.weight);
    out += "actions=" + bucket.actions.to_string();
  }
  return out;
}

std::string Meter::to_string() const {
  std::string out = fmt::format("meter={} ", id);
  if ((flags & meter_flag::kKbps) != 0) out += "kbps ";
  if ((flags & meter_flag::kPktps) != 0) out += "pktps ";
  if ((flags & meter_flag::kBurst) != 0) out += "burst ";
  if ((flags & meter_flag::kStats) != 0) out += "stats ";
  out += "bands=";
  for (const MeterBand& band : bands) {
    const bool remark = band.type == MeterBand::Type::kDscpRemark;
    out += fmt::format("\ntype={} rate={}", remark ? "dscp_remark" : "drop", band.rate);
    if ((flags & meter_flag::kBurst) != 0) out += fmt::format(" burst_size={}", band.burst);
    if (remark) out += fmt::format(" prec_level={}", band.precedence);
  }
  return out;
}

}  // namespace mooring::openflow
