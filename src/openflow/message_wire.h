// Numbers of messages on the wire (OpenFlow 1.5.1 section 7, nicira-ext.h); for this directory's
// own files.
#pragma once

#include <cstdint>
#include <string_view>

#include "openflow/bytes.h"

namespace mooring::openflow::wire {

enum class Type : std::uint8_t {
  kHello = 0,
  kError = 1,
  kEchoRequest = 2,
  kEchoReply = 3,
  kExperimenter = 4,
  kFeaturesRequest = 5,
  kFeaturesReply = 6,
  kSetConfig = 9,
  kPacketIn = 10,
  kFlowRemoved = 11,
  kPortStatus = 12,
  kPacketOut = 13,
  kFlowMod = 14,
  kGroupMod = 15,
  kMultipartRequest = 18,
  kMultipartReply = 19,
  kBarrierRequest = 20,
  kBarrierReply = 21,
  kSetAsync = 28,
  kMeterMod = 29,
  kBundleControl = 33,
  kBundleAdd = 34,
};

// Subtypes of Nicira's messages.
enum class NxType : std::uint32_t {
  kSetPacketInFormat = 16,
  kTlvTableMod = 24,
  kTlvTableRequest = 25,
  kTlvTableReply = 26,
  kResume = 28,
  kCtFlushZone = 29,
  kPacketIn2 = 30,
};

enum class Multipart : std::uint16_t {
  kFlowDesc = 1,
  kGroupDesc = 7,
  kMeterConfig = 10,
  kPortDesc = 13,
};

// Properties of NXT_PACKET_IN2 and NXT_RESUME.
enum class PacketProp : std::uint16_t {
  kPacket = 0,
  kFullLen = 1,
  kBufferId = 2,
  kTableId = 3,
  kCookie = 4,
  kReason = 5,
  kMetadata = 6,
  kUserdata = 7,
  kContinuation = 8,
};

inline constexpr std::uint16_t kApplyActions = 4;
inline constexpr std::uint16_t kMatchTypeOxm = 1;
inline constexpr std::uint16_t kMultipartMore = 1;
inline constexpr std::uint32_t kNoBuffer = 0xffffffff;
inline constexpr std::uint16_t kBucketWeight = 0;
inline constexpr std::uint32_t kAllBuckets = 0xffffffff;
inline constexpr std::uint16_t kExperimenterProperty = 0xffff;
// Netronome's selection method of select groups.
inline constexpr std::uint32_t kNetronome = 0x0000154d;
inline constexpr std::uint32_t kSelectionMethod = 1;
inline constexpr std::size_t kSelectionMethodName = 16;

// One property of a list: type, length without padding, value; padded to 8 bytes.
struct Property {
  std::uint16_t type = 0;
  std::string_view value;
};

// False when there is none left, or, with the reader failed, when it is broken. The last one's
// padding may be missing.
inline bool next_property(Reader& in, Property& out) {
  if (in.empty()) return false;
  out.type = in.u16();
  const std::size_t length = in.u16();
  out.value = in.take(length < 4 ? in.remaining() + 1 : length - 4);
  if (in.failed()) return false;
  const std::size_t padding = (8 - length % 8) % 8;
  in.skip(padding < in.remaining() ? padding : in.remaining());
  return true;
}

}  // namespace mooring::openflow::wire
