#include "openflow/action_wire.h"
#include "openflow/decode_parts.h"

namespace mooring::openflow {
namespace {

using wire::NxType;
using wire::PacketProp;
using wire::Type;

tl::unexpected<Error> cut_short(std::string_view what) {
  return fail(std::string(what) + " is cut short");
}

Result<Received> read_hello(Reader& in, std::uint8_t version) {
  // Without the bitmap: all versions up to the header's.
  Hello hello{version < 32 ? (std::uint32_t{1} << version << 1) - 2 : 0xffffffff};
  wire::Property element;
  while (wire::next_property(in, element)) {
    if (element.type == 1 && element.value.size() >= 4)
      hello.versions = Reader(element.value).u32();
  }
  return hello;
}

Result<Received> read_error(Reader& in, std::uint32_t xid) {
  ErrorReply error;
  error.xid = xid;
  error.type = in.u16();
  error.code = in.u16();
  if (error.type == wire::kExperimenterProperty) error.experimenter = in.u32();
  if (in.failed()) return cut_short("OpenFlow error");
  error.data = in.rest();
  return error;
}

Result<Received> read_features(Reader& in) {
  Features features;
  features.datapath_id = in.u64();
  features.buffers = in.u32();
  features.tables = in.u8();
  in.skip(3);
  features.capabilities = in.u32();
  in.skip(4);
  if (in.failed()) return cut_short("features reply");
  return features;
}

// The standard packet-in of OpenFlow 1.3 and later.
Result<Received> read_packet_in(Reader& in) {
  PacketIn packet;
  in.skip(4);
  packet.full_length = in.u16();
  packet.reason = in.u8();
  packet.table = in.u8();
  packet.cookie = in.u64();
  auto match = wire::read_match(in);
  if (!match) return tl::unexpected(match.error());
  packet.metadata = std::move(*match);
  in.skip(2);
  if (in.failed()) return cut_short("packet-in");
  packet.packet = in.rest();
  return packet;
}

Result<void> take_packet_property(const wire::Property& property, PacketIn& packet) {
  Reader in(property.value);
  switch (static_cast<PacketProp>(property.type)) {
    case PacketProp::kPacket:
      packet.packet = in.rest();
      break;
    case PacketProp::kFullLen:
      packet.full_length = in.u32();
      break;
    case PacketProp::kTableId:
      packet.table = in.u8();
      break;
    case PacketProp::kCookie:
      in.skip(4);
      packet.cookie = in.u64();
      break;
    case PacketProp::kReason:
      packet.reason = in.u8();
      break;
    case PacketProp::kMetadata: {
      auto match = Match::decode(in.rest());
      if (!match) return tl::unexpected(match.error());
      packet.metadata = std::move(*match);
      break;
    }
    case PacketProp::kUserdata:
      packet.userdata = in.rest();
      break;
    case PacketProp::kContinuation:
      packet.continuation = in.rest();
      break;
    case PacketProp::kBufferId:
      break;
  }
  if (in.failed()) return cut_short("packet-in's property");
  return {};
}

Result<Received> read_packet_in2(Reader& in) {
  PacketIn packet;
  wire::Property property;
  while (wire::next_property(in, property)) {
    auto taken = take_packet_property(property, packet);
    if (!taken) return tl::unexpected(taken.error());
  }
  if (in.failed()) return cut_short("packet-in");
  if (packet.full_length == 0)
    packet.full_length = static_cast<std::uint32_t>(packet.packet.size());
  return packet;
}

Result<Received> read_port_status(Reader& in) {
  PortStatus status;
  const std::uint8_t reason = in.u8();
  if (reason > static_cast<std::uint8_t>(PortStatus::Reason::kModify)) {
    return fail("port status has an unknown reason");
  }
  status.reason = static_cast<PortStatus::Reason>(reason);
  in.skip(7);
  auto port = wire::read_port(in);
  if (!port) return tl::unexpected(port.error());
  status.port = std::move(*port);
  return status;
}

Result<Received> read_flow_removed(Reader& in) {
  FlowRemoved removed;
  removed.key.table = in.u8();
  removed.reason = in.u8();
  removed.key.priority = in.u16();
  removed.idle_timeout = in.u16();
  removed.hard_timeout = in.u16();
  removed.cookie = in.u64();
  auto match = wire::read_match(in);
  if (!match) return tl::unexpected(match.error());
  removed.key.match = std::move(*match);
  FlowStats stats;
  auto read = wire::read_stats(in, stats);
  if (!read) return tl::unexpected(read.error());
  removed.packets = stats.packets;
  removed.bytes = stats.bytes;
  return removed;
}

Result<Received> read_flow_mod(Reader& in) {
  FlowMod mod;
  mod.flow.cookie = in.u64();
  mod.cookie_mask = in.u64();
  mod.flow.table = in.u8();
  const std::uint8_t command = in.u8();
  mod.flow.idle_timeout = in.u16();
  mod.flow.hard_timeout = in.u16();
  mod.flow.priority = in.u16();
  in.skip(4);
  mod.out_port = in.u32();
  mod.out_group = in.u32();
  mod.flow.flags = in.u16();
  mod.flow.importance = in.u16();
  if (in.failed()) return cut_short("flow-mod");
  if (command > static_cast<std::uint8_t>(FlowMod::Command::kDeleteStrict)) {
    return fail("flow-mod has an unknown command");
  }
  mod.command = static_cast<FlowMod::Command>(command);
  auto match = wire::read_match(in);
  if (!match) return tl::unexpected(match.error());
  mod.flow.match = std::move(*match);
  bool foreign = false;
  auto read = wire::read_instructions(in, mod.flow.actions, foreign);
  if (!read) return tl::unexpected(read.error());
  return mod;
}

Result<Received> read_group_mod(Reader& in) {
  GroupMod mod;
  mod.command = static_cast<GroupMod::Command>(in.u16());
  mod.group.type = static_cast<Group::Type>(in.u8());
  in.skip(1);
  mod.group.id = in.u32();
  const std::size_t buckets_length = in.u16();
  in.skip(6);
  auto buckets = wire::read_buckets(Reader(in.take(buckets_length)));
  if (!buckets) return tl::unexpected(buckets.error());
  if (in.failed()) return cut_short("group-mod");
  mod.group.buckets = std::move(*buckets);
  auto read = wire::read_group_properties(in, mod.group);
  if (!read) return tl::unexpected(read.error());
  return mod;
}

Result<Received> read_bundle_control(Reader& in) {
  BundleControl control;
  control.bundle = in.u32();
  control.type = static_cast<BundleControl::Type>(in.u16());
  control.flags = in.u16();
  if (in.failed()) return cut_short("bundle control");
  return control;
}

Result<Received> read_tlv_table(Reader& in) {
  TlvTableReply reply;
  reply.max_space = in.u32();
  reply.max_fields = in.u16();
  in.skip(10);
  while (!in.failed() && !in.empty()) {
    TlvMap map;
    map.option_class = in.u16();
    map.option_type = in.u8();
    map.option_length = in.u8();
    map.index = in.u16();
    in.skip(2);
    reply.maps.push_back(map);
  }
  if (in.failed()) return cut_short("TLV table");
  return reply;
}

Result<Received> read_experimenter(Reader& in) {
  const std::uint32_t experimenter = in.u32();
  const auto type = static_cast<NxType>(in.u32());
  if (in.failed()) return cut_short("experimenter message");
  if (experimenter == wire::kNicira && type == NxType::kPacketIn2) return read_packet_in2(in);
  if (experimenter == wire::kNicira && type == NxType::kTlvTableReply) return read_tlv_table(in);
  return Unknown{static_cast<std::uint8_t>(Type::kExperimenter)};
}

Result<Received> read_body(Type type, std::uint8_t version, std::uint32_t xid, Reader& in) {
  switch (type) {
    case Type::kHello:
      return read_hello(in, version);
    case Type::kError:
      return read_error(in, xid);
    case Type::kEchoRequest:
      return EchoRequest{std::string(in.rest())};
    case Type::kEchoReply:
      return EchoReply{std::string(in.rest())};
    case Type::kExperimenter:
      return read_experimenter(in);
    case Type::kFeaturesReply:
      return read_features(in);
    case Type::kPacketIn:
      return read_packet_in(in);
    case Type::kFlowRemoved:
      return read_flow_removed(in);
    case Type::kPortStatus:
      return read_port_status(in);
    case Type::kFlowMod:
      return read_flow_mod(in);
    case Type::kGroupMod:
      return read_group_mod(in);
    case Type::kMultipartReply:
      return wire::read_multipart(in);
    case Type::kBarrierReply:
      return BarrierReply{};
    case Type::kBundleControl:
      return read_bundle_control(in);
    default:
      return Unknown{static_cast<std::uint8_t>(type)};
  }
}

}  // namespace

U128 PacketIn::value(Field field) const {
  const auto found = metadata.find(field);
  return found ? found->value : U128();
}

Result<std::size_t> frame_length(std::string_view stream) {
  if (stream.size() < kHeaderSize) return 0;
  Reader in(stream);
  in.skip(2);
  const std::size_t length = in.u16();
  if (length < kHeaderSize) return fail("OpenFlow message shorter than its header");
  return length;
}

Result<Incoming> decode(std::string_view message) {
  Reader in(message);
  const std::uint8_t version = in.u8();
  const auto type = static_cast<Type>(in.u8());
  const std::size_t length = in.u16();
  Incoming incoming;
  incoming.xid = in.u32();
  if (in.failed() || length != message.size()) return fail("OpenFlow message of a wrong length");
  if (version != kVersion && type != Type::kHello && type != Type::kError) {
    return fail("OpenFlow message of version " + std::to_string(version) + ", not " +
                std::to_string(kVersion));
  }
  auto body = read_body(type, version, incoming.xid, in);
  if (!body) return tl::unexpected(body.error());
  incoming.message = std::move(*body);
  return incoming;
}

}  // namespace mooring::openflow
