// Making Streams of connected sockets; for this directory's own files.
#pragma once

#include <asio/ssl/stream.hpp>
#include <memory>

#include "io/endpoint.h"
#include "io/stream.h"

namespace mooring::io {

using TlsSocket = asio::ssl::stream<Socket>;

std::unique_ptr<Stream> make_stream(std::unique_ptr<Socket> socket);
// The handshake is over.
std::unique_ptr<Stream> make_stream(std::unique_ptr<TlsSocket> socket);

}  // namespace mooring::io
