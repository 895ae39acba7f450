#include <fmt/format.h>

#include <algorithm>

#include "openflow/action_wire.h"
#include "openflow/message_wire.h"
#include "openflow/messages.h"

namespace mooring::openflow {
namespace {

using wire::Multipart;
using wire::NxType;
using wire::PacketProp;
using wire::Type;

using Out = Writer<std::string>;

// A message at the end of a string: its header now, its length once the body stands.
class Frame : public Out {
 public:
  Frame(std::string& out, Type type, std::uint32_t xid) : Out(out), out_(out), start_(out.size()) {
    u8(kVersion);
    u8(static_cast<std::uint8_t>(type));
    u16(0);
    u32(xid);
  }
  Frame(std::string& out, NxType type, std::uint32_t xid) : Frame(out, Type::kExperimenter, xid) {
    u32(wire::kNicira);
    u32(static_cast<std::uint32_t>(type));
  }
  Frame(std::string& out, Multipart type, std::uint32_t xid)
      : Frame(out, Type::kMultipartRequest, xid) {
    u16(static_cast<std::uint16_t>(type));
    u16(0);
    zeros(4);
  }
  Result<void> finish() {
    const std::size_t length = size() - start_;
    if (length > kMaxMessageSize) {
      out_.resize(start_);
      return fail(fmt::format("an OpenFlow message of {} bytes is longer than the protocol's {}",
                              length, kMaxMessageSize));
    }
    patch_u16(start_ + 2, static_cast<std::uint16_t>(length));
    return {};
  }

  // ofp_match: its length doesn't count the padding behind.
  void match(const Match& match) {
    const std::size_t start = size();
    u16(wire::kMatchTypeOxm);
    u16(static_cast<std::uint16_t>(4 + match.bytes().size()));
    raw(view(match.bytes()));
    pad8(start);
  }

  void property(PacketProp type, std::string_view value) {
    const std::size_t start = size();
    u16(static_cast<std::uint16_t>(type));
    u16(static_cast<std::uint16_t>(4 + value.size()));
    raw(value);
    pad8(start);
  }

 private:
  std::string& out_;
  std::size_t start_;
};

bool has_actions(FlowMod::Command command) {
  return command != FlowMod::Command::kDelete && command != FlowMod::Command::kDeleteStrict;
}

void put_instructions(Frame& out, const Actions& actions) {
  if (actions.empty()) return;
  out.u16(wire::kApplyActions);
  out.u16(static_cast<std::uint16_t>(8 + actions.bytes().size()));
  out.zeros(4);
  out.raw(view(actions.bytes()));
}

void put_selection_method(Frame& out, const Group& group) {
  const std::size_t start = out.size();
  out.u16(wire::kExperimenterProperty);
  out.u16(static_cast<std::uint16_t>(40 + group.selection_fields.bytes().size()));
  out.u32(wire::kNetronome);
  out.u32(wire::kSelectionMethod);
  out.zeros(4);
  // One zero at least behind the name.
  const std::string name = group.selection_method.substr(0, wire::kSelectionMethodName - 1);
  out.raw(name);
  out.zeros(wire::kSelectionMethodName - name.size());
  out.u64(0);
  out.raw(view(group.selection_fields.bytes()));
  out.pad8(start);
}

void put_bucket(Frame& out, const Bucket& bucket, Group::Type type) {
  const std::size_t start = out.size();
  out.u16(0);
  out.u16(static_cast<std::uint16_t>(bucket.actions.bytes().size()));
  out.u32(bucket.id);
  out.raw(view(bucket.actions.bytes()));
  if (type == Group::Type::kSelect) {
    out.u16(wire::kBucketWeight);
    out.u16(8);
    out.u16(bucket.weight);
    out.zeros(2);
  }
  out.patch_u16(start, static_cast<std::uint16_t>(out.size() - start));
}

Result<void> put(std::string& bytes, std::uint32_t xid, const MeterMod& message) {
  Frame out(bytes, Type::kMeterMod, xid);
  out.u16(static_cast<std::uint16_t>(message.command));
  out.u16(message.meter.flags);
  out.u32(message.meter.id);
  for (const MeterBand& band : message.meter.bands) {
    out.u16(static_cast<std::uint16_t>(band.type));
    out.u16(16);
    out.u32(band.rate);
    out.u32(band.burst);
    out.u8(band.type == MeterBand::Type::kDscpRemark ? band.precedence : 0);
    out.zeros(3);
  }
  return out.finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const PacketOut& message) {
  Frame out(bytes, Type::kPacketOut, xid);
  out.u32(wire::kNoBuffer);
  out.u16(static_cast<std::uint16_t>(message.actions.bytes().size()));
  out.zeros(2);
  out.match(message.match);
  out.raw(view(message.actions.bytes()));
  out.raw(message.packet);
  return out.finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const Resume& message) {
  Frame out(bytes, NxType::kResume, xid);
  out.property(PacketProp::kPacket, message.packet);
  out.property(PacketProp::kMetadata, view(message.metadata.bytes()));
  out.property(PacketProp::kContinuation, message.continuation);
  return out.finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const SetConfig& message) {
  Frame out(bytes, Type::kSetConfig, xid);
  out.u16(message.flags);
  out.u16(message.miss_send_len);
  return out.finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const SetPacketInFormat& message) {
  Frame out(bytes, NxType::kSetPacketInFormat, xid);
  out.u32(static_cast<std::uint32_t>(message.format));
  return out.finish();
}

// Properties for a controller that isn't secondary have odd types (section 7.3.10).
Result<void> put(std::string& bytes, std::uint32_t xid, const SetAsync& message) {
  Frame out(bytes, Type::kSetAsync, xid);
  std::uint16_t type = 1;
  for (const std::uint32_t mask : {message.packet_in, message.port_status, message.flow_removed}) {
    out.u16(type);
    out.u16(8);
    out.u32(mask);
    type = static_cast<std::uint16_t>(type + 2);
  }
  return out.finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const CtFlushZone& message) {
  Frame out(bytes, NxType::kCtFlushZone, xid);
  out.zeros(6);
  out.u16(message.zone);
  return out.finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const TlvTableMod& message) {
  Frame out(bytes, NxType::kTlvTableMod, xid);
  out.u16(static_cast<std::uint16_t>(message.command));
  out.zeros(6);
  for (const TlvMap& map : message.maps) {
    out.u16(map.option_class);
    out.u8(map.option_type);
    out.u8(map.option_length);
    out.u16(map.index);
    out.zeros(2);
  }
  return out.finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const TlvTableRequest&) {
  return Frame(bytes, NxType::kTlvTableRequest, xid).finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const Hello& message) {
  Frame out(bytes, Type::kHello, xid);
  out.u16(1);  // OFPHET_VERSIONBITMAP
  out.u16(8);
  out.u32(message.versions);
  return out.finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const EchoRequest& message) {
  Frame out(bytes, Type::kEchoRequest, xid);
  out.raw(message.data);
  return out.finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const EchoReply& message) {
  Frame out(bytes, Type::kEchoReply, xid);
  out.raw(message.data);
  return out.finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const FeaturesRequest&) {
  return Frame(bytes, Type::kFeaturesRequest, xid).finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const BarrierRequest&) {
  return Frame(bytes, Type::kBarrierRequest, xid).finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const FlowDumpRequest& message) {
  Frame out(bytes, Multipart::kFlowDesc, xid);
  out.u8(message.table);
  out.zeros(3);
  out.u32(port::kAny);
  out.u32(0xffffffff);
  out.zeros(4);
  out.u64(message.cookie);
  out.u64(message.cookie_mask);
  out.match(message.match);
  return out.finish();
}

// Dumps of all of one kind: the word for all, and padding.
Result<void> put_all(std::string& bytes, std::uint32_t xid, Multipart type, std::uint32_t all) {
  Frame out(bytes, type, xid);
  out.u32(all);
  out.zeros(4);
  return out.finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const GroupDumpRequest&) {
  return put_all(bytes, xid, Multipart::kGroupDesc, GroupMod::kAllGroups);
}

Result<void> put(std::string& bytes, std::uint32_t xid, const MeterDumpRequest&) {
  return put_all(bytes, xid, Multipart::kMeterConfig, MeterMod::kAllMeters);
}

Result<void> put(std::string& bytes, std::uint32_t xid, const PortDumpRequest&) {
  return put_all(bytes, xid, Multipart::kPortDesc, port::kAny);
}

Result<void> put(std::string& bytes, std::uint32_t xid, const BundleControl& message) {
  Frame out(bytes, Type::kBundleControl, xid);
  out.u32(message.bundle);
  out.u16(static_cast<std::uint16_t>(message.type));
  out.u16(message.flags);
  return out.finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const FlowMod& message) {
  const Flow& flow = message.flow;
  Frame out(bytes, Type::kFlowMod, xid);
  out.u64(flow.cookie);
  out.u64(message.cookie_mask);
  out.u8(flow.table);
  out.u8(static_cast<std::uint8_t>(message.command));
  out.u16(flow.idle_timeout);
  out.u16(flow.hard_timeout);
  out.u16(flow.priority);
  out.u32(wire::kNoBuffer);
  out.u32(message.out_port);
  out.u32(message.out_group);
  out.u16(flow.flags);
  out.u16(flow.importance);
  out.match(flow.match);
  if (has_actions(message.command)) put_instructions(out, flow.actions);
  return out.finish();
}

Result<void> put(std::string& bytes, std::uint32_t xid, const GroupMod& message) {
  const Group& group = message.group;
  Frame out(bytes, Type::kGroupMod, xid);
  out.u16(static_cast<std::uint16_t>(message.command));
  out.u8(static_cast<std::uint8_t>(group.type));
  out.zeros(1);
  out.u32(group.id);
  const std::size_t length_at = out.size();
  out.zeros(4);
  out.u32(wire::kAllBuckets);
  const std::size_t buckets_at = out.size();
  for (const Bucket& bucket : group.buckets) put_bucket(out, bucket, group.type);
  out.patch_u16(length_at, static_cast<std::uint16_t>(out.size() - buckets_at));
  if (!group.selection_method.empty()) put_selection_method(out, group);
  return out.finish();
}

}  // namespace

Result<void> encode(std::string& out, std::uint32_t xid, const Message& message) {
  return std::visit([&](const auto& one) { return put(out, xid, one); }, message);
}

Result<void> encode(std::string& out, std::uint32_t xid, const FlowMod& message) {
  return put(out, xid, message);
}

Result<void> encode(std::string& out, std::uint32_t xid, const GroupMod& message) {
  return put(out, xid, message);
}

Result<void> encode_in_bundle(std::string& bytes, std::uint32_t xid, std::uint32_t bundle,
                              std::uint16_t flags, const BundleItem& item) {
  Frame out(bytes, Type::kBundleAdd, xid);
  const std::size_t start = out.size() - kHeaderSize;
  out.u32(bundle);
  out.zeros(2);
  out.u16(flags);
  auto inner = std::visit([&](const auto& one) { return put(bytes, xid, one); }, item);
  if (!inner) {
    bytes.resize(start);
    return inner;
  }
  return out.finish();
}

FlowMod FlowMod::remove_strict(const FlowKey& key) {
  FlowMod out;
  out.command = Command::kDeleteStrict;
  out.flow.table = key.table;
  out.flow.priority = key.priority;
  out.flow.match = key.match;
  return out;
}

FlowMod FlowMod::remove_all() {
  FlowMod out;
  out.command = Command::kDelete;
  out.flow.table = 0xff;
  return out;
}

}  // namespace mooring::openflow
