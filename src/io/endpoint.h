// Socket addresses of remotes; for this directory's own files.
#pragma once

#include <asio/generic/stream_protocol.hpp>
#include <asio/ip/tcp.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/loop.h"
#include "io/remote.h"

namespace mooring::io {

using Socket = asio::generic::stream_protocol::socket;
using Endpoint = asio::generic::stream_protocol::endpoint;

// A descriptor that is closed with its owner; -1 is none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }
  int release();

 private:
  int fd_ = -1;
};

// A unix socket's address. A path longer than sun_path (108 bytes) is reached through
// /proc/self/fd/N, so the address is valid while `directory` is open.
struct UnixEndpoint {
  Endpoint endpoint;
  Descriptor directory;
};
Result<UnixEndpoint> unix_endpoint(const std::string& path);

// The address of a numeric host; nullopt when it is a name. "" is the IPv4 wildcard.
std::optional<Endpoint> numeric_endpoint(const std::string& host, std::uint16_t port);

// Looks a host name up, in a thread of its own since the system's resolver blocks. done runs on the
// loop, or never when the loop is gone by then.
void resolve(Loop& loop, const std::string& host, std::uint16_t port,
             std::function<void(Result<std::vector<Endpoint>>)> done);

}  // namespace mooring::io
