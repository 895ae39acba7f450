// Numbers of actions on the wire, and how one is written; for this directory's own files.
#pragma once

#include <cstdint>

#include "openflow/bytes.h"
#include "openflow/field.h"

namespace mooring::openflow::wire {

inline constexpr std::uint32_t kNicira = 0x00002320;
inline constexpr std::uint16_t kExperimenterAction = 0xffff;

// OpenFlow 1.5.1 section 7.2.6.
enum class Act : std::uint16_t {
  kOutput = 0,
  kPushVlan = 17,
  kPopVlan = 18,
  kSetQueue = 21,
  kGroup = 22,
  kDecNwTtl = 24,
  kSetField = 25,
  kCopyField = 28,
  kMeter = 29,
};

// Subtypes of Nicira's actions.
enum class NxAct : std::uint16_t {
  kPopQueue = 5,
  kNote = 8,
  kResubmitTable = 14,
  kOutputReg = 15,
  kLearn = 16,
  kController = 20,
  kStackPush = 27,
  kStackPop = 28,
  kSample = 29,
  kConjunction = 34,
  kCt = 35,
  kNat = 36,
  kController2 = 37,
  kSample2 = 38,
  kSample3 = 41,
  kClone = 42,
  kCtClear = 43,
  kResubmitTableCt = 44,
  kLearn2 = 45,
  kCheckPktLarger = 49,
};

// Properties of kController2.
enum class ControllerProp : std::uint16_t {
  kMaxLen = 0,
  kControllerId = 1,
  kReason = 2,
  kUserdata = 3,
  kPause = 4,
  kMeterId = 5,
};

inline constexpr std::uint16_t kCtCommit = 1, kCtForce = 2;
inline constexpr std::uint16_t kNatSource = 1, kNatDestination = 2, kNatPersistent = 4,
                               kNatHash = 8, kNatRandom = 16;
inline constexpr std::uint16_t kNatIp4Min = 1, kNatIp4Max = 2, kNatIp6Min = 4, kNatIp6Max = 8,
                               kNatPortMin = 16, kNatPortMax = 32;
inline constexpr std::uint16_t kLearnSendRemoved = 1, kLearnDelete = 2, kLearnWriteResult = 4;
inline constexpr std::uint16_t kLearnImmediate = 1 << 13, kLearnToLoad = 1 << 11,
                               kLearnToOutput = 2 << 11, kLearnToMask = 3 << 11, kLearnBits = 0x3ff;

// Writes one action: its head at construction, its length and padding at the end.
class ActionWriter : public Writer<Bytes> {
 public:
  ActionWriter(Bytes& out, Act act) : Writer(out), start_(out.size()) {
    u16(static_cast<std::uint16_t>(act));
    u16(0);
  }
  ActionWriter(Bytes& out, NxAct act) : Writer(out), start_(out.size()) {
    u16(kExperimenterAction);
    u16(0);
    u32(kNicira);
    u16(static_cast<std::uint16_t>(act));
  }
  // An action longer than a message has a wrong length here, and never leaves: the whole doesn't
  // fit into a message either.
  ~ActionWriter() {
    pad8(start_);
    patch_u16(start_ + 2, static_cast<std::uint16_t>(size() - start_));
  }
  ActionWriter(const ActionWriter&) = delete;
  ActionWriter& operator=(const ActionWriter&) = delete;

  // Headers of a whole field, as OpenFlow's and as Nicira's actions have them.
  void oxm_header(Field field) { u32(info(field).oxm | info(field).bytes); }
  void nxm_header(Field field) { u32(info(field).nxm | info(field).bytes); }

 private:
  std::size_t start_;
};

// Of output_reg and ct's zone.
inline std::uint16_t offset_and_bits(Subfield subfield) {
  return static_cast<std::uint16_t>(subfield.offset << 6 | (subfield.bits - 1));
}

// Port numbers of Nicira's actions have 16 bits.
inline std::uint16_t port16(std::uint32_t port) { return static_cast<std::uint16_t>(port); }
inline std::uint32_t port32(std::uint16_t port) {
  return port >= 0xff00 ? 0xffff0000U | port : port;
}

}  // namespace mooring::openflow::wire
