// What can be found wrong: the codes of the Diagnostic tables, documented in docs/diagnostics.md.
#pragma once

#include <string_view>

namespace mooring::model {

enum class Severity { kError, kWarning, kInfo };

inline constexpr std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kInfo:
      return "info";
  }
  return "error";
}

// Stable short words: scripts match on them.
namespace code {
inline constexpr std::string_view kMappingMalformed = "mapping-malformed";
inline constexpr std::string_view kBridgeMissing = "bridge-missing";
inline constexpr std::string_view kNetworkUnmapped = "network-unmapped";
inline constexpr std::string_view kNetworkUnknown = "network-unknown";
inline constexpr std::string_view kUplinkAmbiguous = "uplink-ambiguous";
inline constexpr std::string_view kVlanConflict = "vlan-conflict";
inline constexpr std::string_view kTagInvalid = "tag-invalid";
inline constexpr std::string_view kTypeInvalid = "type-invalid";
inline constexpr std::string_view kNameInvalid = "name-invalid";
inline constexpr std::string_view kAddressInvalid = "address-invalid";
inline constexpr std::string_view kDuplicateAddress = "duplicate-address";
inline constexpr std::string_view kPortClaimedTwice = "port-claimed-twice";
inline constexpr std::string_view kPortShared = "port-shared";
inline constexpr std::string_view kUplinkDown = "uplink-down";
inline constexpr std::string_view kEncapMissing = "encap-missing";
inline constexpr std::string_view kFlowRejected = "flow-rejected";
inline constexpr std::string_view kFlowInvalid = "flow-invalid";
inline constexpr std::string_view kMeterRejected = "meter-rejected";
inline constexpr std::string_view kRowRejected = "row-rejected";
inline constexpr std::string_view kAclMatchInvalid = "acl-match-invalid";
inline constexpr std::string_view kAclTooLarge = "acl-too-large";
inline constexpr std::string_view kAclNameUnknown = "acl-name-unknown";
inline constexpr std::string_view kUnsupported = "unsupported";
inline constexpr std::string_view kSchemaMismatch = "schema-mismatch";
}  // namespace code

}  // namespace mooring::model
