// Byte streams to peers: unix sockets, TCP and TLS, active and passive.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/loop.h"
#include "io/remote.h"

namespace mooring::io {

// A connected stream. Callbacks run on the loop; after close() or destruction none runs any more.
// Destroying the stream from inside one of its own callbacks is allowed.
class Stream {
 public:
  struct Handlers {
    // Bytes in arrival order, of any cut; valid during the call only.
    std::function<void(std::string_view)> on_data;
    // Once, when the peer closed or the stream failed; the error says which.
    std::function<void(const Error&)> on_close;
  };

  virtual ~Stream() = default;
  // Starts reading. Call once.
  virtual void start(Handlers handlers) = 0;
  // Queues bytes; they leave in order.
  virtual void send(std::string bytes) = 0;
  // Bytes queued and not yet handed to the system.
  virtual std::size_t backlog() const = 0;
  virtual void close() = 0;
};

// A connection attempt; destroying it abandons the attempt.
class Connector {
 public:
  virtual ~Connector() = default;
};

// Connects to an active remote. done runs once, on the loop, never from inside this call. Error:
// the reason, a timeout among them, with the remote's name in it.
std::unique_ptr<Connector> connect(Loop& loop, const Remote& remote, const TlsFiles& tls,
                                   std::chrono::milliseconds timeout,
                                   std::function<void(Result<std::unique_ptr<Stream>>)> done);

// A bound socket that accepts until destroyed; a unix socket's file is removed then.
class Listener {
 public:
  virtual ~Listener() = default;
  // What a client would connect to; the port that was chosen for ptcp:0 is in it.
  virtual Remote remote() const = 0;
};

// Listens on a passive remote. A unix socket file that nobody listens on is replaced. Error: the
// system's reason with the remote's name.
Result<std::unique_ptr<Listener>> listen(Loop& loop, const Remote& remote, const TlsFiles& tls,
                                         std::function<void(std::unique_ptr<Stream>)> accepted);

}  // namespace mooring::io
