// Where a peer is: the connection methods of ovsdb(7).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mooring::io {

struct Remote {
  enum class Kind { kUnix, kTcp, kSsl, kPunix, kPtcp, kPssl };
  Kind kind = Kind::kUnix;
  std::string address;     // socket path, or host / local address (IPv6 without brackets)
  std::uint16_t port = 0;  // 0 for unix; 0 for ptcp means any free port

  bool is_passive() const { return kind >= Kind::kPunix; }
  // "unix:FILE", "tcp:HOST[:PORT]", "ssl:HOST[:PORT]", "punix:FILE", "ptcp:[PORT][:HOST]",
  // "pssl:[PORT][:HOST]"; IPv6 hosts in brackets. default_port serves where none is given
  // (6640 for OVSDB, 6653 for OpenFlow). Error: names the word and the forms that are known.
  static Result<Remote> parse(std::string_view text, std::uint16_t default_port);
  // Several, separated by commas. Error: on the first that doesn't parse, or when there is none.
  static Result<std::vector<Remote>> parse_list(std::string_view text, std::uint16_t default_port);
  std::string to_string() const;
  friend bool operator==(const Remote&, const Remote&) = default;
};

// Key material for ssl: and pssl:; paths of PEM files. Read again at every connect, so renewed
// files take effect without a restart.
struct TlsFiles {
  std::string private_key;
  std::string certificate;
  std::string ca_certificate;
  std::string protocols;  // "" for the default, TLSv1.2 and later; else as ovs's --ssl-protocols
  std::string ciphers;    // "" for OpenSSL's default; else as --ssl-ciphers
  bool empty() const {
    return private_key.empty() && certificate.empty() && ca_certificate.empty();
  }
  friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

}  // namespace mooring::io
