#include <fmt/format.h>

#include "openflow/decode_parts.h"

namespace mooring::openflow::wire {
namespace {

// OXS statistics (OpenFlow 1.5.1 section 7.2.4): class 0x8002 and the field's number.
constexpr std::uint32_t kOxsClass = 0x8002;
enum class Oxs : std::uint32_t { kDuration = 0, kIdleTime = 1, kPackets = 4, kBytes = 5 };

tl::unexpected<Error> cut_short(std::string_view what) {
  return fail(std::string(what) + " is cut short");
}

std::size_t padding(std::size_t length) { return (8 - length % 8) % 8; }

// Zero-terminated, in a field of fixed size.
std::string_view text_field(std::string_view bytes) { return bytes.substr(0, bytes.find('\0')); }

Result<FlowStats> read_flow(Reader in) {
  FlowStats stats;
  Flow& flow = stats.flow;
  in.skip(2);
  flow.table = in.u8();
  in.skip(1);
  flow.priority = in.u16();
  flow.idle_timeout = in.u16();
  flow.hard_timeout = in.u16();
  flow.flags = in.u16();
  flow.importance = in.u16();
  flow.cookie = in.u64();
  if (in.failed()) return cut_short("flow");
  auto match = read_match(in);
  if (!match) return tl::unexpected(match.error());
  flow.match = std::move(*match);
  auto read = read_stats(in, stats);
  if (read) read = read_instructions(in, flow.actions, stats.foreign);
  if (!read) return tl::unexpected(read.error());
  return stats;
}

Result<Group> read_group(Reader in) {
  Group group;
  group.type = static_cast<Group::Type>(in.u8());
  in.skip(1);
  group.id = in.u32();
  const std::size_t length = in.u16();
  in.skip(6);
  auto buckets = read_buckets(Reader(in.take(length)));
  if (!buckets) return tl::unexpected(buckets.error());
  if (in.failed()) return cut_short("group");
  group.buckets = std::move(*buckets);
  auto read = read_group_properties(in, group);
  if (!read) return tl::unexpected(read.error());
  return group;
}

Result<Meter> read_meter(Reader in) {
  Meter meter;
  meter.flags = in.u16();
  meter.id = in.u32();
  while (!in.failed() && !in.empty()) {
    MeterBand band;
    band.type = static_cast<MeterBand::Type>(in.u16());
    const std::size_t length = in.u16();
    band.rate = in.u32();
    band.burst = in.u32();
    Reader rest(in.take(length < 12 ? in.remaining() + 1 : length - 12));
    if (band.type == MeterBand::Type::kDscpRemark) band.precedence = rest.u8();
    meter.bands.push_back(band);
  }
  if (in.failed()) return cut_short("meter");
  return meter;
}

// A list of entries, each of which begins with its own length. read gets what follows that.
template <class T, class Read>
Result<std::vector<T>> read_entries(Reader& in, Read read) {
  std::vector<T> out;
  while (!in.empty()) {
    const std::size_t length = Reader(in.peek()).u16();
    Reader entry(in.take(length < 4 ? in.remaining() + 1 : length));
    if (in.failed()) return cut_short("entry of a multipart reply");
    entry.skip(2);
    auto one = read(entry);
    if (!one) return tl::unexpected(one.error());
    out.push_back(std::move(*one));
  }
  return out;
}

Result<std::vector<Port>> read_ports(Reader& in) {
  std::vector<Port> out;
  while (!in.empty()) {
    auto port = read_port(in);
    if (!port) return tl::unexpected(port.error());
    out.push_back(std::move(*port));
  }
  return out;
}

template <class Reply, class T>
Result<Received> reply_of(Result<std::vector<T>> entries, bool more) {
  if (!entries) return tl::unexpected(entries.error());
  return Reply{std::move(*entries), more};
}

void take_statistic(std::uint32_t header, std::string_view value, FlowStats& stats) {
  if (header >> 16 != kOxsClass) return;
  Reader in(value);
  switch (static_cast<Oxs>(header >> 9 & 0x7f)) {
    case Oxs::kDuration:
      stats.duration_sec = in.u32();
      break;
    case Oxs::kIdleTime:
      stats.idle_sec = in.u32();
      break;
    case Oxs::kPackets:
      stats.packets = in.u64();
      break;
    case Oxs::kBytes:
      stats.bytes = in.u64();
      break;
  }
}

Result<Bucket> read_bucket(Reader in) {
  Bucket bucket;
  const std::size_t length = in.u16();
  bucket.id = in.u32();
  const std::string_view bytes = in.take(length);
  if (in.failed()) return cut_short("bucket");
  auto actions = Actions::decode(bytes);
  if (!actions) return tl::unexpected(actions.error());
  bucket.actions = std::move(*actions);
  Property property;
  while (next_property(in, property)) {
    if (property.type == kBucketWeight) bucket.weight = Reader(property.value).u16();
  }
  if (in.failed()) return cut_short("bucket's property");
  return bucket;
}

Result<void> take_selection_method(std::string_view value, Group& group) {
  Reader in(value);
  const std::uint32_t experimenter = in.u32();
  const std::uint32_t type = in.u32();
  if (experimenter != kNetronome || type != kSelectionMethod) return {};
  in.skip(4);
  group.selection_method = text_field(in.take(kSelectionMethodName));
  in.skip(8);
  if (in.failed()) return cut_short("group's selection method");
  auto fields = Match::decode(in.rest());
  if (!fields) return tl::unexpected(fields.error());
  group.selection_fields = std::move(*fields);
  return {};
}

}  // namespace

Result<Match> read_match(Reader& in) {
  const std::uint16_t type = in.u16();
  const std::size_t length = in.u16();
  if (in.failed() || length < 4) return cut_short("match");
  const std::string_view fields = in.take(length - 4);
  in.skip(padding(length));
  if (in.failed()) return cut_short("match");
  if (type != kMatchTypeOxm) return fail(fmt::format("match of type {}, not OXM", type));
  return Match::decode(fields);
}

Result<void> read_instructions(Reader& in, Actions& actions, bool& foreign) {
  while (!in.empty()) {
    const std::uint16_t type = in.u16();
    const std::size_t length = in.u16();
    if (in.failed() || length < 8 || length % 8 != 0) return fail("instruction of a wrong length");
    in.skip(4);
    const std::string_view body = in.take(length - 8);
    if (in.failed()) return cut_short("instruction");
    if (type != kApplyActions) {
      foreign = true;
      continue;
    }
    auto decoded = Actions::decode(body);
    if (!decoded) return tl::unexpected(decoded.error());
    actions = std::move(*decoded);
  }
  return {};
}

Result<void> read_stats(Reader& in, FlowStats& stats) {
  in.skip(2);
  const std::size_t length = in.u16();
  if (in.failed() || length < 4) return cut_short("flow's statistics");
  Reader fields(in.take(length - 4));
  in.skip(padding(length));
  while (!fields.empty() && !fields.failed()) {
    const std::uint32_t header = fields.u32();
    take_statistic(header, fields.take(header & 0xff), stats);
  }
  if (in.failed() || fields.failed()) return cut_short("flow's statistics");
  return {};
}

Result<Port> read_port(Reader& in) {
  Port port;
  port.number = in.u32();
  const std::size_t length = in.u16();
  Reader rest(in.take(length < 6 ? in.remaining() + 1 : length - 6));
  if (in.failed()) return cut_short("port");
  rest.skip(2);
  port.address = Mac(rest.wide(6).low);
  rest.skip(2);
  port.name = text_field(rest.take(16));
  port.config = rest.u32();
  port.state = rest.u32();
  if (rest.failed()) return cut_short("port");
  Property property;
  while (next_property(rest, property)) {
    // Ethernet: after padding, four bitmaps of features, then the speed.
    if (property.type != 0 || property.value.size() < 24) continue;
    port.current_speed = Reader(property.value.substr(20)).u32();
  }
  if (rest.failed()) return cut_short("port's property");
  return port;
}

Result<std::vector<Bucket>> read_buckets(Reader in) {
  return read_entries<Bucket>(in, read_bucket);
}

Result<void> read_group_properties(Reader& in, Group& group) {
  Property property;
  while (next_property(in, property)) {
    if (property.type != kExperimenterProperty) continue;
    auto taken = take_selection_method(property.value, group);
    if (!taken) return taken;
  }
  if (in.failed()) return cut_short("group's property");
  return {};
}

Result<Received> read_multipart(Reader& in) {
  const auto type = static_cast<Multipart>(in.u16());
  const bool more = (in.u16() & kMultipartMore) != 0;
  in.skip(4);
  if (in.failed()) return cut_short("multipart reply");
  switch (type) {
    case Multipart::kFlowDesc:
      return reply_of<FlowDumpReply>(read_entries<FlowStats>(in, read_flow), more);
    case Multipart::kGroupDesc:
      return reply_of<GroupDumpReply>(read_entries<Group>(in, read_group), more);
    case Multipart::kMeterConfig:
      return reply_of<MeterDumpReply>(read_entries<Meter>(in, read_meter), more);
    case Multipart::kPortDesc:
      return reply_of<PortDumpReply>(read_ports(in), more);
  }
  return Unknown{static_cast<std::uint8_t>(Type::kMultipartReply)};
}

}  // namespace mooring::openflow::wire
