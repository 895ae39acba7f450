#include "io/tls.h"

#include <fmt/core.h>
#include <openssl/err.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

namespace mooring::io {
namespace {

struct Protocol {
  std::string_view name;
  int version;
  std::uint64_t disable;
};

constexpr std::array<Protocol, 4> kProtocols = {{
    {"TLSv1", TLS1_VERSION, SSL_OP_NO_TLSv1},
    {"TLSv1.1", TLS1_1_VERSION, SSL_OP_NO_TLSv1_1},
    {"TLSv1.2", TLS1_2_VERSION, SSL_OP_NO_TLSv1_2},
    {"TLSv1.3", TLS1_3_VERSION, SSL_OP_NO_TLSv1_3},
}};

// OpenSSL's oldest queued reason; the queue is empty afterwards.
std::string openssl_reason() {
  unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return reason == nullptr ? fmt::format("OpenSSL error {:#x}", code) : reason;
}

std::optional<std::size_t> protocol_index(std::string_view name) {
  if (name == "TLSv1.0") name = "TLSv1";
  for (std::size_t i = 0; i < kProtocols.size(); ++i) {
    if (kProtocols[i].name == name) return i;
  }
  return std::nullopt;
}

using Enabled = std::array<bool, kProtocols.size()>;

// One word of the list: "TLSv1.2", "TLSv1.2+" (and later) or "TLSv1.1-TLSv1.3".
bool enable(std::string_view word, Enabled& enabled) {
  std::size_t hyphen = word.find('-');
  bool open_ended = word.ends_with('+');
  if (open_ended) word.remove_suffix(1);
  auto first = protocol_index(word.substr(0, hyphen));
  auto last = open_ended            ? std::optional(kProtocols.size() - 1)
              : hyphen == word.npos ? first
                                    : protocol_index(word.substr(hyphen + 1));
  if (!first || !last || *first > *last) return false;
  for (std::size_t i = *first; i <= *last; ++i) enabled[i] = true;
  return true;
}

// --ssl-protocols of ovsdb-server(1): names separated by commas or spaces.
Result<void> set_protocols(SSL_CTX& context, std::string_view list) {
  if (list.empty()) list = "TLSv1.2+";
  Enabled enabled{};
  constexpr std::string_view kSeparators = ", \t";
  for (std::size_t start = 0; start < list.size();) {
    std::size_t end = std::min(list.find_first_of(kSeparators, start), list.size());
    std::string_view word = list.substr(start, end - start);
    start = end + 1;
    if (!word.empty() && !enable(word, enabled)) {
      return fail(
          fmt::format("\"{}\" is not a TLS protocol; known are TLSv1, TLSv1.1, TLSv1.2, "
                      "TLSv1.3, TLSv1.2+ and TLSv1.1-TLSv1.3",
                      word));
    }
  }
  int lowest = 0;
  for (std::size_t i = 0; i < enabled.size(); ++i) {
    if (!enabled[i]) SSL_CTX_set_options(&context, kProtocols[i].disable);
    if (enabled[i] && lowest == 0) lowest = kProtocols[i].version;
  }
  if (lowest == 0) return fail("the list of TLS protocols is empty");
  SSL_CTX_set_min_proto_version(&context, lowest);
  return {};
}

Result<void> check_file(std::string_view what, std::string_view option, const std::string& path) {
  if (path.empty()) return fail(fmt::format("TLS needs a {} ({})", what, option));
  if (::access(path.c_str(), R_OK) == 0) return {};
  return fail(fmt::format("{} {}: {}", what, path, std::strerror(errno)));
}

tl::unexpected<Error> unusable(std::string_view what, const std::string& path) {
  return fail(fmt::format("{} {}: {}", what, path, openssl_reason()));
}

Result<void> use_own_certificate(SSL_CTX& context, const TlsFiles& files) {
  if (auto ok = check_file("private key", "--private-key", files.private_key); !ok) return ok;
  if (auto ok = check_file("certificate", "--certificate", files.certificate); !ok) return ok;
  if (SSL_CTX_use_certificate_chain_file(&context, files.certificate.c_str()) != 1) {
    return unusable("certificate", files.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(&context, files.private_key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return unusable("private key", files.private_key);
  }
  if (SSL_CTX_check_private_key(&context) != 1) {
    return fail(fmt::format("private key {} doesn't belong to certificate {}", files.private_key,
                            files.certificate));
  }
  return {};
}

Result<void> use_authority(SSL_CTX& context, const std::string& path) {
  if (path == "none") {
    SSL_CTX_set_verify(&context, SSL_VERIFY_NONE, nullptr);
    return {};
  }
  if (auto ok = check_file("CA certificate", "--ca-cert", path); !ok) return ok;
  if (SSL_CTX_load_verify_locations(&context, path.c_str(), nullptr) != 1) {
    return unusable("CA certificate", path);
  }
  SSL_CTX_set_client_CA_list(&context, SSL_load_client_CA_file(path.c_str()));
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  ERR_clear_error();
  return {};
}

}  // namespace

Result<TlsContext> make_tls_context(const TlsFiles& files) {
  ERR_clear_error();
  TlsContext context(SSL_CTX_new(TLS_method()));
  if (!context) return fail(fmt::format("can't make a TLS context: {}", openssl_reason()));
  // A key with a pass phrase is an error, not a question on the terminal.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return -1; });
  // Sessions are long: resumption gains nothing, and with client certificates it needs care.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  if (auto ok = set_protocols(*context, files.protocols); !ok) return tl::unexpected(ok.error());
  if (!files.ciphers.empty() &&
      SSL_CTX_set_cipher_list(context.get(), files.ciphers.c_str()) != 1) {
    return unusable("cipher list", files.ciphers);
  }
  if (auto ok = use_own_certificate(*context, files); !ok) return tl::unexpected(ok.error());
  if (auto ok = use_authority(*context, files.ca_certificate); !ok) {
    return tl::unexpected(ok.error());
  }
  return context;
}

Result<TlsSession> make_tls_session(SSL_CTX& context, const std::string& host) {
  TlsSession session(SSL_new(&context));
  if (!session) return fail(fmt::format("can't make a TLS session: {}", openssl_reason()));
  if (!host.empty()) {
    // What the macro SSL_set_tlsext_host_name does, without its C cast.
    SSL_ctrl(session.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(host.c_str()));
  }
  return session;
}

std::string handshake_error(SSL* ssl, const std::string& fallback) {
  long verdict = SSL_get_verify_result(ssl);
  if (verdict == X509_V_OK) return fallback;
  return fmt::format("the peer's certificate is refused: {}",
                     X509_verify_cert_error_string(verdict));
}

}  // namespace mooring::io
