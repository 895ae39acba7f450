// TLS contexts from key files; for this directory's own files.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "io/remote.h"

namespace mooring::io {

struct TlsDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using TlsContext = std::unique_ptr<SSL_CTX, TlsDeleter>;
using TlsSession = std::unique_ptr<SSL, TlsDeleter>;

// Reads the files. Peers on either side must show a certificate that the CA certificate signed,
// unless the CA certificate is "none" as ovs's --ca-cert allows. Error: the file and the reason.
Result<TlsContext> make_tls_context(const TlsFiles& files);
// A connection's state within the context; host, when not empty, is announced to the server (SNI).
Result<TlsSession> make_tls_session(SSL_CTX& context, const std::string& host);
// Why a handshake failed, more exact than the error code when the peer's certificate was refused.
std::string handshake_error(SSL* ssl, const std::string& fallback);

}  // namespace mooring::io
