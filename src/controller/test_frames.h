// Frames for tests of what the controller does with packets.
#pragma once

#include <tins/ethernetII.h>
#include <tins/icmp.h>
#include <tins/ip.h>
#include <tins/rawpdu.h>
#include <tins/tcp.h>
#include <tins/udp.h>

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

namespace mooring::controller {

inline constexpr char kSenderMac[] = "02:00:00:00:00:01";
inline constexpr char kTargetMac[] = "02:00:00:00:00:02";

inline std::string bytes_of_frame(Tins::PDU& pdu) {
  auto bytes = pdu.serialize();
  return std::string(bytes.begin(), bytes.end());
}

template <class Inner>
std::string ip4_frame(const Inner& inner, const char* from = "10.0.0.1",
                      const char* to = "10.0.0.2") {
  auto frame = Tins::EthernetII(kTargetMac, kSenderMac) / Tins::IP(to, from) / inner;
  return bytes_of_frame(frame);
}

inline std::string from_hex(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    out += static_cast<char>(std::strtol(std::string(text.substr(i, 2)).c_str(), nullptr, 16));
  }
  return out;
}

// Packets of all kinds that something is done for: sound ones, with lengths that are right, but of
// any protocol, fragment, option and size.
class PacketGenerator {
 public:
  explicit PacketGenerator(unsigned seed) : random_(seed) {}

  std::string next() {
    switch (below(8)) {
      case 0:
        return link(0x0806, from_hex("0001080006040001") + any(20));
      case 1:
        return link(static_cast<std::uint16_t>(0x600 + below(0xf000)), any(below(60)));
      case 2:
      case 3:
      case 4:
        return link(0x0800, ip4());
      default:
        return link(0x86dd, ip6());
    }
  }
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_()) % limit; }
  std::string any(std::size_t count) {
    std::string out;
    while (out.size() < count) out += static_cast<char>(random_());
    return out;
  }

 private:
  static std::string be(std::uint64_t value, int bytes) {
    std::string out;
    while (bytes-- > 0) out += static_cast<char>(value >> (8 * bytes));
    return out;
  }
  std::string link(std::uint16_t type, const std::string& body) {
    std::string out = from_hex("020000000002020000000001");
    if (below(4) == 0) out += from_hex("8100") + any(2);
    return out + be(type, 2) + body;
  }
  std::uint8_t protocol(std::uint8_t icmp) {
    const std::uint8_t usual[] = {icmp, 6, 17, 132, 47, icmp, 6, 17};
    return below(8) == 0 ? static_cast<std::uint8_t>(200 + below(50)) : usual[below(8)];
  }
  std::string payload(std::uint8_t protocol) {
    std::string out = any(below(6) == 0 ? below(24) : 20 + below(80));
    // Header of 20 bytes; type and code that mean something.
    if (protocol == 6 && out.size() > 12) out[12] = static_cast<char>(0x50 | (out[12] & 0xf));
    if ((protocol == 1 || protocol == 58) && !out.empty() && below(2) == 0) {
      out[0] = static_cast<char>(protocol == 1 ? below(19) : 125 + below(20));
      if (out.size() > 1 && below(2) == 0) out[1] = 0;
    }
    return out;
  }
  std::string ip4() {
    const std::uint8_t kind = protocol(1);
    const std::string options = any(below(4) == 0 ? 4 * below(11) : 0);
    const std::string body = payload(kind);
    const std::uint16_t fragment =
        below(4) == 0 ? static_cast<std::uint16_t>(random_()) & 0x3fff : 0;
    return be(0x45 + options.size() / 4, 1) + any(1) + be(20 + options.size() + body.size(), 2) +
           any(2) + be(fragment, 2) + any(1) + be(kind, 1) + any(2) + be(0x0a000001, 4) +
           be(0x0a000002, 4) + options + body;
  }
  std::string ip6() {
    std::uint8_t kind = protocol(58);
    std::string body = payload(kind);
    for (std::uint32_t n = below(3); n > 0; --n) {
      constexpr std::uint8_t kExtensions[] = {0, 43, 44, 60};
      const std::uint8_t extension = kExtensions[below(4)];
      const std::uint32_t units = extension == 44 ? 0 : below(3);
      body = be(kind, 1) + be(units, 1) + any(6 + 8 * units) + body;
      kind = extension;
    }
    return be(0x60000000U | below(0x10000000), 4) + be(body.size(), 2) + be(kind, 1) + any(1) +
           from_hex("fd000000000000000000000000000001fd000000000000000000000000000002") + body;
  }

  std::mt19937 random_;
};

}  // namespace mooring::controller
