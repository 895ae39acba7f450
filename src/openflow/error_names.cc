// Names of error codes (OpenFlow 1.5.1 section 7.5.4, and Open vSwitch's own).
#include <fmt/format.h>

#include <span>
#include <string_view>

#include "openflow/action_wire.h"
#include "openflow/messages.h"

namespace mooring::openflow {
namespace {

constexpr std::string_view kHelloFailed[] = {"INCOMPATIBLE", "EPERM"};
constexpr std::string_view kBadRequest[] = {
    "BAD_VERSION",
    "BAD_TYPE",
    "BAD_MULTIPART",
    "BAD_EXPERIMENTER",
    "BAD_EXP_TYPE",
    "EPERM",
    "BAD_LEN",
    "BUFFER_EMPTY",
    "BUFFER_UNKNOWN",
    "BAD_TABLE_ID",
    "IS_SECONDARY",
    "BAD_PORT",
    "BAD_PACKET",
    "MULTIPART_BUFFER_OVERFLOW",
    "MULTIPART_REQUEST_TIMEOUT",
    "MULTIPART_REPLY_TIMEOUT",
    "MULTIPART_BAD_SCHED",
    "PIPELINE_FIELDS_ONLY",
    "UNKNOWN",
};
constexpr std::string_view kBadAction[] = {
    "BAD_TYPE",
    "BAD_LEN",
    "BAD_EXPERIMENTER",
    "BAD_EXP_TYPE",
    "BAD_OUT_PORT",
    "BAD_ARGUMENT",
    "EPERM",
    "TOO_MANY",
    "BAD_QUEUE",
    "BAD_OUT_GROUP",
    "MATCH_INCONSISTENT",
    "UNSUPPORTED_ORDER",
    "BAD_TAG",
    "BAD_SET_TYPE",
    "BAD_SET_LEN",
    "BAD_SET_ARGUMENT",
    "BAD_SET_MASK",
    "BAD_METER",
};
constexpr std::string_view kBadInstruction[] = {
    "UNKNOWN_INST",     "UNSUP_INST",   "BAD_TABLE_ID", "UNSUP_METADATA", "UNSUP_METADATA_MASK",
    "BAD_EXPERIMENTER", "BAD_EXP_TYPE", "BAD_LEN",      "EPERM",          "DUP_INST",
};
constexpr std::string_view kBadMatch[] = {
    "BAD_TYPE",  "BAD_LEN",   "BAD_TAG",  "BAD_DL_ADDR_MASK", "BAD_NW_ADDR_MASK", "BAD_WILDCARDS",
    "BAD_FIELD", "BAD_VALUE", "BAD_MASK", "BAD_PREREQ",       "DUP_FIELD",        "EPERM",
};
constexpr std::string_view kFlowModFailed[] = {
    "UNKNOWN",     "TABLE_FULL", "BAD_TABLE_ID", "OVERLAP",      "EPERM",   "BAD_TIMEOUT",
    "BAD_COMMAND", "BAD_FLAGS",  "CANT_SYNC",    "BAD_PRIORITY", "IS_SYNC",
};
constexpr std::string_view kGroupModFailed[] = {
    "GROUP_EXISTS",      "INVALID_GROUP",  "WEIGHT_UNSUPPORTED",
    "OUT_OF_GROUPS",     "OUT_OF_BUCKETS", "CHAINING_UNSUPPORTED",
    "WATCH_UNSUPPORTED", "LOOP",           "UNKNOWN_GROUP",
    "CHAINED_GROUP",     "BAD_TYPE",       "BAD_COMMAND",
    "BAD_BUCKET",        "BAD_WATCH",      "EPERM",
    "UNKNOWN_BUCKET",    "BUCKET_EXISTS",
};
constexpr std::string_view kSwitchConfigFailed[] = {"BAD_FLAGS", "BAD_LEN", "EPERM"};
constexpr std::string_view kMeterModFailed[] = {
    "UNKNOWN",  "METER_EXISTS", "INVALID_METER", "UNKNOWN_METER",  "BAD_COMMAND",   "BAD_FLAGS",
    "BAD_RATE", "BAD_BURST",    "BAD_BAND",      "BAD_BAND_VALUE", "OUT_OF_METERS", "OUT_OF_BANDS",
};
constexpr std::string_view kBadProperty[] = {
    "BAD_TYPE",         "BAD_LEN",      "BAD_VALUE",     "TOO_MANY", "DUP_TYPE",
    "BAD_EXPERIMENTER", "BAD_EXP_TYPE", "BAD_EXP_VALUE", "EPERM",
};
constexpr std::string_view kAsyncConfigFailed[] = {"INVALID", "UNSUPPORTED", "EPERM"};
constexpr std::string_view kBundleFailed[] = {
    "UNKNOWN",
    "EPERM",
    "BAD_ID",
    "BUNDLE_EXIST",
    "BUNDLE_CLOSED",
    "OUT_OF_BUNDLES",
    "BAD_TYPE",
    "BAD_FLAGS",
    "MSG_BAD_LEN",
    "MSG_BAD_XID",
    "MSG_UNSUP",
    "MSG_CONFLICT",
    "MSG_TOO_MANY",
    "MSG_FAILED",
    "TIMEOUT",
    "BUNDLE_IN_PROGRESS",
    "SCHED_NOT_SUPPORTED",
    "SCHED_FUTURE",
    "SCHED_PAST",
};

struct ErrorGroup {
  std::uint16_t type;
  std::string_view prefix;
  std::span<const std::string_view> codes;
};
constexpr ErrorGroup kGroups[] = {
    {0, "OFPHFC", kHelloFailed},
    {1, "OFPBRC", kBadRequest},
    {2, "OFPBAC", kBadAction},
    {3, "OFPBIC", kBadInstruction},
    {4, "OFPBMC", kBadMatch},
    {5, "OFPFMFC", kFlowModFailed},
    {6, "OFPGMFC", kGroupModFailed},
    {10, "OFPSCFC", kSwitchConfigFailed},
    {12, "OFPMMFC", kMeterModFailed},
    {14, "OFPBPC", kBadProperty},
    {15, "OFPACFC", kAsyncConfigFailed},
    {17, "OFPBFC", kBundleFailed},
};

struct NiciraName {
  std::uint16_t code;
  std::string_view name;
};
constexpr NiciraName kNicira[] = {
    {2, "NXBRC_NXM_INVALID"},          {3, "NXBRC_NXM_BAD_TYPE"},
    {4, "NXBRC_MUST_BE_ZERO"},         {5, "NXBRC_BAD_REASON"},
    {10, "NXBRC_UNENCODABLE_ERROR"},   {11, "NXBAC_MUST_BE_ZERO"},
    {12, "NXFMFC_HARDWARE"},           {13, "NXFMFC_BAD_TABLE_ID"},
    {15, "NXBAC_BAD_CONJUNCTION"},     {16, "NXTTMFC_BAD_COMMAND"},
    {17, "NXTTMFC_BAD_OPT_LEN"},       {18, "NXTTMFC_BAD_FIELD_IDX"},
    {19, "NXTTMFC_TABLE_FULL"},        {20, "NXTTMFC_ALREADY_MAPPED"},
    {21, "NXTTMFC_DUP_ENTRY"},         {22, "OFPBFC_BAD_VERSION"},
    {34, "NXR_NOT_SUPPORTED"},         {35, "NXR_STALE"},
    {37, "NXFMFC_INVALID_TLV_FIELD"},  {38, "NXTTMFC_INVALID_TLV_DEL"},
    {42, "NXBAC_CT_DATAPATH_SUPPORT"}, {43, "NXBMC_CT_DATAPATH_SUPPORT"},
};

}  // namespace

std::string ErrorReply::name() const {
  if (type == 0xffff) {
    for (const NiciraName& row : kNicira) {
      if (experimenter == wire::kNicira && row.code == code) return std::string(row.name);
    }
    return fmt::format("experimenter {:#x} code {}", experimenter, code);
  }
  for (const ErrorGroup& group : kGroups) {
    if (group.type == type && code < group.codes.size()) {
      return fmt::format("{}_{}", group.prefix, group.codes[code]);
    }
  }
  return fmt::format("type {} code {}", type, code);
}

}  // namespace mooring::openflow
