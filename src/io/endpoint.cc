#include "io/endpoint.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <netdb.h>
#include <sys/un.h>
#include <unistd.h>

#include <asio/ip/address.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>

#include "io/loop_impl.h"

namespace mooring::io {
namespace {

constexpr std::size_t kMaxUnixPath = sizeof(sockaddr_un::sun_path) - 1;

Endpoint unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return Endpoint(&address, offsetof(sockaddr_un, sun_path) + path.size() + 1, 0);
}

Result<std::vector<Endpoint>> look_up(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) return fail(fmt::format("can't resolve {}: {}", host, gai_strerror(error)));
  std::vector<Endpoint> out;
  for (addrinfo* info = found; info != nullptr; info = info->ai_next) {
    out.emplace_back(info->ai_addr, info->ai_addrlen, IPPROTO_TCP);
  }
  freeaddrinfo(found);
  return out;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

int Descriptor::release() { return std::exchange(fd_, -1); }

Result<UnixEndpoint> unix_endpoint(const std::string& path) {
  if (path.size() <= kMaxUnixPath) return UnixEndpoint{unix_address(path), Descriptor()};
  std::size_t slash = path.rfind('/');
  std::string directory = slash == path.npos ? "." : path.substr(0, slash + 1);
  Descriptor fd(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return fail(fmt::format("{}: {}", directory, std::strerror(errno)));
  std::string brief = fmt::format("/proc/self/fd/{}/{}", fd.get(),
                                  slash == path.npos ? path : path.substr(slash + 1));
  if (brief.size() > kMaxUnixPath) return fail("its file name is too long for a socket");
  return UnixEndpoint{unix_address(brief), std::move(fd)};
}

std::optional<Endpoint> numeric_endpoint(const std::string& host, std::uint16_t port) {
  if (host.empty()) return Endpoint(asio::ip::tcp::endpoint(asio::ip::tcp::v4(), port));
  asio::error_code error;
  asio::ip::address address = asio::ip::make_address(host, error);
  if (error) return std::nullopt;
  return Endpoint(asio::ip::tcp::endpoint(address, port));
}

void resolve(Loop& loop, const std::string& host, std::uint16_t port,
             std::function<void(Result<std::vector<Endpoint>>)> done) {
  auto work = [mailbox = loop.impl().mailbox, host, port, done] {
    auto answer = look_up(host, port);
    std::lock_guard lock(mailbox->mutex);
    if (mailbox->context == nullptr) return;
    asio::post(*mailbox->context, [done, answer = std::move(answer)] { done(answer); });
  };
  try {
    std::thread(std::move(work)).detach();
  } catch (const std::system_error& error) {
    loop.post([done = std::move(done), text = std::string(error.what())] {
      done(fail(fmt::format("can't start a thread to resolve a name: {}", text)));
    });
  }
}

}  // namespace mooring::io
