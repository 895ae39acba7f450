// The messages of OpenFlow 1.5 (version 0x06) with Open vSwitch's extensions, as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "openflow/flow.h"

namespace mooring::openflow {

inline constexpr std::uint8_t kVersion = 0x06;
inline constexpr std::size_t kHeaderSize = 8;
inline constexpr std::size_t kMaxMessageSize = 0xffff;

// ---- Sent by the controller ----

struct FlowMod {
  enum class Command : std::uint8_t { kAdd, kModify, kModifyStrict, kDelete, kDeleteStrict };
  Command command = Command::kAdd;
  // kDelete's and kModify's match loosely; table 0xff deletes from all. Deletes send no actions.
  Flow flow{};
  std::uint64_t cookie_mask = 0;  // modify and delete: only flows with this part of the cookie
  std::uint32_t out_port = port::kAny;  // delete: only flows that output there
  std::uint32_t out_group = 0xffffffff;

  static FlowMod add(Flow flow) { return {Command::kAdd, std::move(flow)}; }
  static FlowMod modify_strict(Flow flow) { return {Command::kModifyStrict, std::move(flow)}; }
  static FlowMod remove_strict(const FlowKey& key);
  // Every flow of every table.
  static FlowMod remove_all();
  friend bool operator==(const FlowMod&, const FlowMod&) = default;
};

struct GroupMod {
  enum class Command : std::uint16_t { kAdd = 0, kModify = 1, kDelete = 2, kAddOrModify = 0x8000 };
  static constexpr std::uint32_t kAllGroups = 0xfffffffc;
  Command command = Command::kAdd;
  Group group{};
  static GroupMod add(Group group) { return {Command::kAdd, std::move(group)}; }
  static GroupMod modify(Group group) { return {Command::kModify, std::move(group)}; }
  static GroupMod remove(std::uint32_t id) { return {Command::kDelete, Group{.id = id}}; }
  friend bool operator==(const GroupMod&, const GroupMod&) = default;
};

struct MeterMod {
  enum class Command : std::uint16_t { kAdd, kModify, kDelete };
  static constexpr std::uint32_t kAllMeters = 0xffffffff;
  Command command = Command::kAdd;
  Meter meter{};
};

struct PacketOut {
  Match match{};  // in_port, which must be there, and other metadata of the packet
  Actions actions{};
  std::string packet{};
};

// Goes on with a packet that an action with ToController::pause stopped.
struct Resume {
  std::string packet{};
  Match metadata{};
  std::string continuation{};
};

// 0xffff sends whole packets; by default Open vSwitch sends none on a controller that didn't ask.
struct SetConfig {
  // The first fragment of a datagram shows its ports and ICMP type; by default none does.
  static constexpr std::uint16_t kShowFirstFragments = 3;
  std::uint16_t flags = 0;
  std::uint16_t miss_send_len = 0xffff;
};

struct SetPacketInFormat {
  enum class Format : std::uint32_t { kStandard = 0, kNxt = 1, kNxt2 = 2 };
  Format format = Format::kNxt2;
};

// Which asynchronous messages this connection wants: bitmaps of their reasons.
struct SetAsync {
  std::uint32_t packet_in = 0;
  std::uint32_t port_status = 0;
  std::uint32_t flow_removed = 0;
};

// Forgets the connections of one conntrack zone.
struct CtFlushZone {
  std::uint16_t zone = 0;
};

struct TlvMap {
  std::uint16_t option_class = 0;
  std::uint8_t option_type = 0;
  std::uint8_t option_length = 4;  // bytes, a multiple of 4
  std::uint16_t index = 0;         // of tun_metadata<index>
  friend bool operator==(const TlvMap&, const TlvMap&) = default;
};
struct TlvTableMod {
  enum class Command : std::uint16_t { kAdd, kDelete, kClear };
  Command command = Command::kAdd;
  std::vector<TlvMap> maps{};
};
struct TlvTableRequest {};

struct Hello {
  std::uint32_t versions = 1U << kVersion;  // bit n: version n
};
struct EchoRequest {
  std::string data{};
};
struct EchoReply {
  std::string data{};
};
struct FeaturesRequest {};
struct BarrierRequest {};
// Filters as FlowMod's kDelete; the default is every flow of every table.
struct FlowDumpRequest {
  std::uint8_t table = 0xff;
  std::uint64_t cookie = 0;
  std::uint64_t cookie_mask = 0;
  Match match{};
};
struct GroupDumpRequest {};
struct MeterDumpRequest {};
struct PortDumpRequest {};
struct BundleControl {
  enum class Type : std::uint16_t {
    kOpenRequest,
    kOpenReply,
    kCloseRequest,
    kCloseReply,
    kCommitRequest,
    kCommitReply,
    kDiscardRequest,
    kDiscardReply,
  };
  std::uint32_t bundle = 0;
  Type type = Type::kOpenRequest;
  std::uint16_t flags = 3;  // atomic, ordered
};

using Message =
    std::variant<FlowMod, GroupMod, MeterMod, PacketOut, Resume, SetConfig, SetPacketInFormat,
                 SetAsync, CtFlushZone, TlvTableMod, TlvTableRequest, Hello, EchoRequest, EchoReply,
                 FeaturesRequest, BarrierRequest, FlowDumpRequest, GroupDumpRequest,
                 MeterDumpRequest, PortDumpRequest, BundleControl>;

// What can be in a bundle.
using BundleItem = std::variant<FlowMod, GroupMod>;

// Appends the message with its header. Error: it is longer than kMaxMessageSize; nothing appended.
Result<void> encode(std::string& out, std::uint32_t xid, const Message& message);
Result<void> encode(std::string& out, std::uint32_t xid, const FlowMod& message);
Result<void> encode(std::string& out, std::uint32_t xid, const GroupMod& message);
// The bundle-add message around it, under the same xid.
Result<void> encode_in_bundle(std::string& out, std::uint32_t xid, std::uint32_t bundle,
                              std::uint16_t flags, const BundleItem& item);

// ---- Received from the switch ----

struct ErrorReply {
  std::uint32_t xid = 0;  // of the message that failed
  std::uint16_t type = 0;
  std::uint16_t code = 0;
  std::uint32_t experimenter = 0;  // when type is 0xffff
  std::string data{};              // the message's first bytes
  // "OFPBAC_BAD_OUT_PORT", or "type 2 code 77" when unknown.
  std::string name() const;
};

struct Features {
  std::uint64_t datapath_id = 0;
  std::uint32_t buffers = 0;
  std::uint8_t tables = 0;
  std::uint32_t capabilities = 0;
};

struct PacketIn {
  std::uint8_t reason = 0;  // 1: an action asked for it
  std::uint8_t table = 0;
  std::uint64_t cookie = 0xffffffffffffffffULL;
  Match metadata{};  // in_port, registers, metadata, ct_*: those that aren't zero
  std::string packet{};
  std::uint32_t full_length = 0;  // longer than packet when it was cut
  std::string userdata{};         // of ToController
  std::string continuation{};     // of ToController::pause; opaque

  // The value of a field in metadata; zero when it isn't there.
  U128 value(Field field) const;
};

struct Port {
  static constexpr std::uint32_t kConfigDown = 1, kStateLinkDown = 1;
  std::uint32_t number = 0;
  std::string name{};
  Mac address{};
  std::uint32_t config = 0;
  std::uint32_t state = 0;
  std::uint32_t current_speed = 0;  // kbit/s; 0: unknown
  friend bool operator==(const Port&, const Port&) = default;
};

struct PortStatus {
  enum class Reason : std::uint8_t { kAdd, kDelete, kModify };
  Reason reason = Reason::kAdd;
  Port port{};
};

struct FlowRemoved {
  std::uint8_t reason = 0;  // 0 idle, 1 hard, 2 deleted, 3 group, 4 meter, 5 eviction
  FlowKey key{};
  std::uint64_t cookie = 0;
  std::uint16_t idle_timeout = 0;
  std::uint16_t hard_timeout = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

struct BarrierReply {};
struct TlvTableReply {
  std::uint32_t max_space = 0;
  std::uint16_t max_fields = 0;
  std::vector<TlvMap> maps{};
};
// One part of a dump; more: others follow under the same xid.
struct FlowDumpReply {
  std::vector<FlowStats> flows{};
  bool more = false;
};
struct GroupDumpReply {
  std::vector<Group> groups{};
  bool more = false;
};
struct MeterDumpReply {
  std::vector<Meter> meters{};
  bool more = false;
};
struct PortDumpReply {
  std::vector<Port> ports{};
  bool more = false;
};
// A message that we don't know, or have no use for.
struct Unknown {
  std::uint8_t type = 0;
};

using Received =
    std::variant<Hello, ErrorReply, EchoRequest, EchoReply, Features, PacketIn, PortStatus,
                 FlowRemoved, BarrierReply, BundleControl, TlvTableReply, FlowDumpReply,
                 GroupDumpReply, MeterDumpReply, PortDumpReply, FlowMod, GroupMod, Unknown>;

struct Incoming {
  std::uint32_t xid = 0;
  Received message;
};

// Length of the message at the front of a stream, from its header; 0 when the header isn't
// complete. Error: the length is impossible.
Result<std::size_t> frame_length(std::string_view stream);
// One whole message, of any version for hello and error, of kVersion else. Error: says what is
// broken; whatever the bytes are, nothing else happens.
Result<Incoming> decode(std::string_view message);

}  // namespace mooring::openflow
