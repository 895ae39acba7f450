#include "model/port_security.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <map>
#include <optional>

#include "model/words.h"

namespace mooring::model {
namespace {

constexpr std::string_view kVrrp = "VRRPv3";
// The first five bytes of a virtual router's MAC; the sixth is its number (RFC 5798 section 7.3).
constexpr MacPrefix kVirtual4{Mac(0x00005e000100), 40};
constexpr MacPrefix kVirtual6{Mac(0x00005e000200), 40};

std::vector<std::string_view> split_element(std::string_view element) {
  std::vector<std::string_view> words;
  for (std::string_view part : split(element, ',')) {
    auto more = split_words(part);
    words.insert(words.end(), more.begin(), more.end());
  }
  return words;
}

std::optional<std::string_view> mask_of(std::string_view word) {
  std::size_t slash = word.find('/');
  if (slash == word.npos) return std::nullopt;
  return word.substr(slash + 1);
}

// The length of a mask of ones followed by zeros.
template <class Bits>
std::optional<int> mask_length(Bits bits) {
  int ones = std::countl_one(bits);
  if (ones < static_cast<int>(sizeof bits * 8) && Bits(bits << ones) != 0) return std::nullopt;
  return ones;
}

std::optional<Ip4Prefix> parse_ip4(std::string_view word) {
  if (auto prefix = Ip4Prefix::parse(word)) return prefix;
  auto mask = Ip4::parse(mask_of(word).value_or(""));
  auto address = Ip4::parse(word.substr(0, word.find('/')));
  if (!mask || !address) return std::nullopt;
  auto length = mask_length(mask->bits());
  if (!length) return std::nullopt;
  return Ip4Prefix{*address, static_cast<std::uint8_t>(*length)};
}

std::optional<Ip6Prefix> parse_ip6(std::string_view word) {
  if (auto prefix = Ip6Prefix::parse(word)) return prefix;
  auto mask = Ip6::parse(mask_of(word).value_or(""));
  auto address = Ip6::parse(word.substr(0, word.find('/')));
  if (!mask || !address) return std::nullopt;
  auto high = mask_length(mask->high()), low = mask_length(mask->low());
  if (!high || !low || (*high < 64 && *low > 0)) return std::nullopt;
  return Ip6Prefix{*address, static_cast<std::uint8_t>(*high + *low)};
}

std::optional<MacPrefix> parse_mac_prefix(std::string_view word) {
  auto mac = Mac::parse(word.substr(0, word.find('/')));
  if (!mac) return std::nullopt;
  MacPrefix out{*mac, 48};
  if (auto mask = mask_of(word)) {
    const char* end = mask->data() + mask->size();
    auto [stop, error] = std::from_chars(mask->data(), end, out.length);
    if (error != std::errc() || stop != end || out.length > 48) return std::nullopt;
  }
  out.mac = Mac(out.mac.bits() & out.mask().bits());
  return out;
}

bool covers(const MacPrefix& whole, const MacPrefix& part) {
  return part.length >= whole.length && (part.mac.bits() & whole.mask().bits()) == whole.mac.bits();
}

Result<void> add_virtual_mac(std::string_view word, const MacPrefix& prefix, SecurityEntry& out) {
  if (covers(kVirtual4, prefix)) {
    out.virtual4.push_back(prefix);
  } else if (covers(kVirtual6, prefix)) {
    out.virtual6.push_back(prefix);
  } else {
    return fail(
        fmt::format("\"{}\" is not a virtual router's MAC: those are in 00:00:5e:00:01:00/40 "
                    "for IPv4 and 00:00:5e:00:02:00/40 for IPv6",
                    shown(word)));
  }
  return {};
}

Result<void> add_word(std::string_view word, bool vrrp, SecurityEntry& out) {
  if (auto ip4 = parse_ip4(word)) {
    out.ip4.push_back(*ip4);
    return {};
  }
  if (auto ip6 = parse_ip6(word)) {
    out.ip6.push_back(*ip6);
    return {};
  }
  auto mac = parse_mac_prefix(word);
  if (mac && vrrp) return add_virtual_mac(word, *mac, out);
  if (mac) {
    return fail(fmt::format("\"{}\" is a second Ethernet address: give it an element of its own",
                            shown(word)));
  }
  return fail(
      fmt::format("\"{}\" is not an IPv4 or IPv6 address, with or without /LEN", shown(word)));
}

template <class T>
void sort_unique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

void sort_addresses(SecurityEntry& entry) {
  sort_unique(entry.virtual4);
  sort_unique(entry.virtual6);
  sort_unique(entry.ip4);
  sort_unique(entry.ip6);
}

// Adds what `more` allows; both are of one MAC.
void widen(SecurityEntry& entry, const SecurityEntry& more) {
  if (entry.any_address()) return;
  if (more.any_address()) {
    entry = more;
    return;
  }
  entry.ip4.insert(entry.ip4.end(), more.ip4.begin(), more.ip4.end());
  entry.ip6.insert(entry.ip6.end(), more.ip6.begin(), more.ip6.end());
}

}  // namespace

Result<SecurityEntry> SecurityEntry::parse(std::string_view element) {
  auto words = split_element(element);
  bool vrrp = !words.empty() && words[0] == kVrrp;
  if (vrrp) words.erase(words.begin());
  if (words.empty()) {
    return fail(vrrp ? "no Ethernet address after VRRPv3: expected \"VRRPv3 MAC [VMAC]... [IP]...\""
                     : "empty: expected \"MAC [IP]...\"");
  }
  auto mac = Mac::parse(words[0]);
  if (!mac) {
    return fail(fmt::format("\"{}\" is not an Ethernet address such as 02:00:00:00:00:01",
                            shown(words[0])));
  }
  if (mac->is_multicast() || mac->is_zero()) {
    return fail(fmt::format("{} is not the address of one host", mac->to_string()));
  }
  SecurityEntry out;
  out.mac = *mac;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (auto added = add_word(words[i], vrrp, out); !added) return tl::unexpected(added.error());
  }
  if (vrrp && !out.is_virtual()) {
    out.virtual4 = {kVirtual4};
    out.virtual6 = {kVirtual6};
  }
  return out;
}

std::vector<SecurityEntry> merged(std::vector<SecurityEntry> entries) {
  std::map<Mac, SecurityEntry> by_mac;
  std::vector<SecurityEntry> routers;
  for (SecurityEntry& entry : entries) {
    if (entry.is_virtual()) {
      routers.push_back(std::move(entry));
      continue;
    }
    auto [it, fresh] = by_mac.try_emplace(entry.mac, entry);
    if (!fresh) widen(it->second, entry);
  }
  std::vector<SecurityEntry> out;
  for (auto& [mac, entry] : by_mac) out.push_back(std::move(entry));
  out.insert(out.end(), routers.begin(), routers.end());
  for (SecurityEntry& entry : out) sort_addresses(entry);
  return out;
}

bool is_subnet(const Ip4Prefix& prefix) {
  return prefix.length < 32 && prefix.address == prefix.network();
}

bool is_subnet(const Ip6Prefix& prefix) {
  return prefix.length < 128 && prefix.address == prefix.network();
}

}  // namespace mooring::model
