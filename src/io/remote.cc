#include "io/remote.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <optional>

namespace mooring::io {
namespace {

struct Scheme {
  std::string_view prefix;
  Remote::Kind kind;
};

constexpr std::array<Scheme, 6> kSchemes = {{{"unix:", Remote::Kind::kUnix},
                                             {"tcp:", Remote::Kind::kTcp},
                                             {"ssl:", Remote::Kind::kSsl},
                                             {"punix:", Remote::Kind::kPunix},
                                             {"ptcp:", Remote::Kind::kPtcp},
                                             {"pssl:", Remote::Kind::kPssl}}};

constexpr std::string_view kForms =
    "known forms are unix:FILE, tcp:HOST[:PORT], ssl:HOST[:PORT], punix:FILE, "
    "ptcp:[PORT][:HOST] and pssl:[PORT][:HOST], an IPv6 HOST in brackets";

tl::unexpected<Error> bad(std::string_view text, std::string_view why) {
  return fail(fmt::format("\"{}\" is not a connection method: {}; {}", text, why, kForms));
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stop != end) return std::nullopt;
  return port;
}

// The host of text, without brackets; nullopt when it isn't one.
std::optional<std::string> parse_host(std::string_view text) {
  if (text.starts_with('[')) {
    if (text.size() < 4 || !text.ends_with(']')) return std::nullopt;
    text = text.substr(1, text.size() - 2);
    if (text.find(':') == text.npos) return std::nullopt;
  } else if (text.find(':') != text.npos) {
    return std::nullopt;
  }
  if (text.empty() || text.find_first_of("[] \t/") != text.npos) return std::nullopt;
  return std::string(text);
}

// HOST[:PORT]
Result<Remote> parse_active(std::string_view text, Remote remote, std::string_view rest) {
  std::size_t bracket = rest.rfind(']');
  std::size_t colon = rest.find(':', bracket == rest.npos ? 0 : bracket);
  auto host = parse_host(rest.substr(0, colon));
  if (!host) return bad(text, "no host name or address in it");
  remote.address = *host;
  if (colon == rest.npos) return remote;
  auto port = parse_port(rest.substr(colon + 1));
  if (!port || *port == 0) return bad(text, "its port is not a number from 1 to 65535");
  remote.port = *port;
  return remote;
}

// [PORT][:HOST]
Result<Remote> parse_passive(std::string_view text, Remote remote, std::string_view rest) {
  std::size_t colon = rest.find(':');
  if (std::string_view number = rest.substr(0, colon); !number.empty()) {
    auto port = parse_port(number);
    if (!port) return bad(text, "its port is not a number from 0 to 65535");
    remote.port = *port;
  }
  if (colon == rest.npos) return remote;
  auto host = parse_host(rest.substr(colon + 1));
  if (!host) return bad(text, "no local address after its port");
  remote.address = *host;
  return remote;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  std::size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string bracketed(const std::string& host) {
  return host.find(':') == host.npos ? host : "[" + host + "]";
}

}  // namespace

Result<Remote> Remote::parse(std::string_view text, std::uint16_t default_port) {
  if (text.find('\0') != text.npos) return bad("", "there is a NUL byte in it");
  for (const Scheme& scheme : kSchemes) {
    if (!text.starts_with(scheme.prefix)) continue;
    std::string_view rest = text.substr(scheme.prefix.size());
    Remote remote;
    remote.kind = scheme.kind;
    if (scheme.kind == Kind::kUnix || scheme.kind == Kind::kPunix) {
      if (rest.empty()) return bad(text, "no file name in it");
      remote.address = std::string(rest);
      return remote;
    }
    remote.port = default_port;
    return remote.is_passive() ? parse_passive(text, std::move(remote), rest)
                               : parse_active(text, std::move(remote), rest);
  }
  return bad(text, "its first word is not known");
}

Result<std::vector<Remote>> Remote::parse_list(std::string_view text, std::uint16_t default_port) {
  std::vector<Remote> out;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::size_t comma = rest.find(',');
    std::string_view word = trim(rest.substr(0, comma));
    rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
    if (word.empty()) continue;
    auto remote = parse(word, default_port);
    if (!remote) return tl::unexpected(remote.error());
    out.push_back(std::move(*remote));
  }
  if (out.empty()) return bad(text, "nothing is in it");
  return out;
}

std::string Remote::to_string() const {
  std::string_view prefix;
  for (const Scheme& scheme : kSchemes) {
    if (scheme.kind == kind) prefix = scheme.prefix;
  }
  if (kind == Kind::kUnix || kind == Kind::kPunix) return fmt::format("{}{}", prefix, address);
  if (!is_passive()) return fmt::format("{}{}:{}", prefix, bracketed(address), port);
  if (address.empty()) return fmt::format("{}{}", prefix, port);
  return fmt::format("{}{}:{}", prefix, port, bracketed(address));
}

}  // namespace mooring::io
