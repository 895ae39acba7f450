// One element of Logical_Switch_Port.addresses (ovn-nb(5)).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/result.h"

namespace mooring::model {

// "MAC [IP[/LEN]]...": what a port owns.
struct LspAddress {
  Mac mac;
  std::vector<Ip4Prefix> ip4;  // in the order given, host bits kept
  std::vector<Ip6Prefix> ip6;

  // Error: which word isn't an address, and what would be one. An empty text is an error, and so
  // is a multicast or all-zero MAC.
  static Result<LspAddress> parse(std::string_view text);
  friend bool operator==(const LspAddress&, const LspAddress&) = default;
};

// An element of the addresses column: an address, or one of the words that stand for something.
struct AddressEntry {
  enum class Kind { kAddress, kUnknown, kDynamic, kRouter };
  Kind kind = Kind::kAddress;
  LspAddress address;  // for kAddress

  static Result<AddressEntry> parse(std::string_view text);
  friend bool operator==(const AddressEntry&, const AddressEntry&) = default;
};

}  // namespace mooring::model
