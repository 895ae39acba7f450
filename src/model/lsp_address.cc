#include "model/lsp_address.h"

#include <fmt/core.h>

#include "model/words.h"

namespace mooring::model {

Result<LspAddress> LspAddress::parse(std::string_view text) {
  auto words = split_words(text);
  if (words.empty()) return fail("empty: expected \"MAC [IP]...\"");
  auto mac = Mac::parse(words[0]);
  if (!mac) {
    return fail(fmt::format("\"{}\" is not an Ethernet address such as 02:00:00:00:00:01",
                            shown(words[0])));
  }
  if (mac->is_multicast() || mac->is_zero()) {
    return fail(fmt::format("{} is not the address of one host", mac->to_string()));
  }
  LspAddress out;
  out.mac = *mac;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (auto ip4 = Ip4Prefix::parse(words[i])) {
      out.ip4.push_back(*ip4);
    } else if (auto ip6 = Ip6Prefix::parse(words[i])) {
      out.ip6.push_back(*ip6);
    } else {
      return fail(fmt::format("\"{}\" is not an IPv4 or IPv6 address, with or without /LEN",
                              shown(words[i])));
    }
  }
  return out;
}

Result<AddressEntry> AddressEntry::parse(std::string_view text) {
  auto words = split_words(text);
  std::string_view first = words.empty() ? std::string_view() : words[0];
  if (words.size() == 1 && first == "unknown") return AddressEntry{Kind::kUnknown, {}};
  if (words.size() == 1 && first == "router") return AddressEntry{Kind::kRouter, {}};
  for (std::string_view word : words) {
    if (word == "dynamic") return AddressEntry{Kind::kDynamic, {}};
  }
  auto address = LspAddress::parse(text);
  if (!address) return tl::unexpected(address.error());
  return AddressEntry{Kind::kAddress, std::move(*address)};
}

}  // namespace mooring::model
