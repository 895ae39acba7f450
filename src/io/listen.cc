#include <fcntl.h>
#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <asio/basic_socket_acceptor.hpp>
#include <asio/ssl/error.hpp>
#include <asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <list>

#include "io/loop_impl.h"
#include "io/stream_impl.h"
#include "io/tls.h"

namespace mooring::io {
namespace {

using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;
using Accepted = std::function<void(std::unique_ptr<Stream>)>;

// A client that connects and then says nothing holds a place no longer than this, and all such
// clients together hold no more than this many.
constexpr std::chrono::seconds kHandshakeTime{15};
constexpr std::size_t kMaxHandshakes = 1024;
// When the process is out of descriptors, accepting again at once would spin.
constexpr std::chrono::milliseconds kAcceptPause{200};

// Everyone who may read the directory needs the file's own permission, too: owner and group have
// it.
constexpr mode_t kSocketMode = 0770;

tl::unexpected<Error> system_error(const Remote& remote, int error) {
  return fail(fmt::format("{}: {}", remote.to_string(), std::strerror(error)));
}

Descriptor open_socket(const Endpoint& endpoint) {
  return Descriptor(::socket(endpoint.protocol().family(),
                             SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                             endpoint.protocol().protocol()));
}

int bind_to(int fd, const Endpoint& endpoint) {
  const void* address = endpoint.data();
  return ::bind(fd, static_cast<const sockaddr*>(address), static_cast<socklen_t>(endpoint.size()));
}

// True when path is a socket file that nobody listens on.
bool is_stale(const std::string& path, const Endpoint& endpoint) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return false;
  Descriptor probe = open_socket(endpoint);
  const void* address = endpoint.data();
  return ::connect(probe.get(), static_cast<const sockaddr*>(address),
                   static_cast<socklen_t>(endpoint.size())) != 0 &&
         errno == ECONNREFUSED;
}

Result<Descriptor> bind_unix(const Remote& remote) {
  auto address = unix_endpoint(remote.address);
  if (!address) return fail(fmt::format("{}: {}", remote.to_string(), address.error().message));
  Descriptor fd = open_socket(address->endpoint);
  if (fd.get() < 0) return system_error(remote, errno);
  // On Linux, bind gives the file the mode that the socket has, less the umask.
  ::fchmod(fd.get(), kSocketMode);
  if (bind_to(fd.get(), address->endpoint) == 0) return fd;
  if (errno != EADDRINUSE) return system_error(remote, errno);
  if (!is_stale(remote.address, address->endpoint)) {
    return fail(
        fmt::format("{}: in use by a running process, or not a socket", remote.to_string()));
  }
  ::unlink(remote.address.c_str());
  if (bind_to(fd.get(), address->endpoint) != 0) return system_error(remote, errno);
  return fd;
}

Result<Descriptor> bind_tcp(const Remote& remote) {
  auto endpoint = numeric_endpoint(remote.address, remote.port);
  if (!endpoint) {
    return fail(
        fmt::format("{}: \"{}\" is not a numeric IP address", remote.to_string(), remote.address));
  }
  Descriptor fd = open_socket(*endpoint);
  if (fd.get() < 0) return system_error(remote, errno);
  int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind_to(fd.get(), *endpoint) != 0) return system_error(remote, errno);
  return fd;
}

// A TLS client until its handshake is over.
struct Handshake {
  explicit Handshake(std::unique_ptr<TlsSocket> tls)
      : socket(std::move(tls)), timer(socket->get_executor()) {}
  std::unique_ptr<TlsSocket> socket;
  asio::steady_timer timer;
};

// The part of a listener that pending operations share.
class Accepting : public std::enable_shared_from_this<Accepting> {
 public:
  Accepting(Loop& loop, Remote::Kind kind, const TlsFiles& tls, Accepted accepted)
      : context_(loop.impl().context),
        kind_(kind),
        tls_(tls),
        accepted_(std::make_shared<Accepted>(std::move(accepted))),
        acceptor_(context_),
        pause_(context_) {}

  // Takes fd over; returns its own address's port, 0 for a unix socket.
  Result<std::uint16_t> begin(Descriptor fd, int family) {
    if (::listen(fd.get(), SOMAXCONN) != 0) return fail(std::strerror(errno));
    asio::error_code error;
    acceptor_.assign(asio::generic::stream_protocol(family, 0), fd.get(), error);
    if (error) return fail(error.message());
    fd.release();
    Endpoint local = acceptor_.local_endpoint(error);
    accept();
    if (error || family == AF_UNIX) return std::uint16_t{0};
    sockaddr_storage address{};
    std::memcpy(&address, local.data(), std::min(local.size(), sizeof address));
    in_port_t port = 0;  // at the same place in sockaddr_in and sockaddr_in6
    std::memcpy(&port, reinterpret_cast<const char*>(&address) + offsetof(sockaddr_in, sin_port),
                sizeof port);
    return ntohs(port);
  }

  void stop() {
    stopped_ = true;
    asio::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    for (auto& handshake : handshakes_) {
      handshake->timer.cancel();
      handshake->socket->lowest_layer().close(ignored);
    }
    handshakes_.clear();
    accepted_.reset();
  }

 private:
  void accept() {
    auto socket = std::make_shared<Socket>(context_);
    acceptor_.async_accept(*socket,
                           [self = shared_from_this(), socket](const asio::error_code& error) {
                             if (self->stopped_) return;
                             if (error && error != asio::error::connection_aborted)
                               return self->accept_later();
                             if (!error)
                               self->on_accepted(std::make_unique<Socket>(std::move(*socket)));
                             if (!self->stopped_) self->accept();
                           });
  }

  void accept_later() {
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([self = shared_from_this()](const asio::error_code& error) {
      if (!error && !self->stopped_) self->accept();
    });
  }

  void on_accepted(std::unique_ptr<Socket> socket) {
    asio::error_code ignored;
    if (kind_ != Remote::Kind::kPunix) socket->set_option(asio::ip::tcp::no_delay(true), ignored);
    if (kind_ == Remote::Kind::kPssl) return shake_hands(std::move(socket));
    hand_over(make_stream(std::move(socket)));
  }

  void shake_hands(std::unique_ptr<Socket> socket) {
    if (handshakes_.size() >= kMaxHandshakes) return;
    // Key files that became unusable meanwhile: the client is turned away and will come again.
    auto context = make_tls_context(tls_);
    if (!context) return;
    auto session = make_tls_session(**context, "");
    if (!session) return;
    auto handshake = std::make_shared<Handshake>(
        std::make_unique<TlsSocket>(std::move(*socket), session->release()));
    auto place = handshakes_.insert(handshakes_.end(), handshake);
    handshake->timer.expires_after(kHandshakeTime);
    handshake->timer.async_wait([handshake](const asio::error_code& error) {
      asio::error_code ignored_too;
      if (!error && handshake->socket) handshake->socket->lowest_layer().close(ignored_too);
    });
    handshake->socket->async_handshake(
        asio::ssl::stream_base::server,
        [self = shared_from_this(), handshake, place](const asio::error_code& error) {
          if (self->stopped_) return;
          self->handshakes_.erase(place);
          handshake->timer.cancel();
          if (!error) self->hand_over(make_stream(std::move(handshake->socket)));
        });
  }

  // The callback may destroy the listener, and with it this function object, if nobody held it.
  void hand_over(std::unique_ptr<Stream> stream) {
    auto accepted = accepted_;
    (*accepted)(std::move(stream));
  }

  asio::io_context& context_;
  Remote::Kind kind_;
  TlsFiles tls_;
  std::shared_ptr<Accepted> accepted_;
  Acceptor acceptor_;
  asio::steady_timer pause_;
  std::list<std::shared_ptr<Handshake>> handshakes_;
  bool stopped_ = false;
};

class AcceptingListener final : public Listener {
 public:
  AcceptingListener(std::shared_ptr<Accepting> accepting, Remote remote)
      : accepting_(std::move(accepting)), remote_(std::move(remote)) {
    if (remote_.kind == Remote::Kind::kUnix) ::lstat(remote_.address.c_str(), &file_);
  }
  ~AcceptingListener() override {
    accepting_->stop();
    remove_file();
  }
  Remote remote() const override { return remote_; }

 private:
  // Unless somebody put another file in its place.
  void remove_file() {
    struct stat now {};
    if (remote_.kind != Remote::Kind::kUnix || ::lstat(remote_.address.c_str(), &now) != 0) return;
    if (now.st_dev == file_.st_dev && now.st_ino == file_.st_ino) ::unlink(remote_.address.c_str());
  }

  std::shared_ptr<Accepting> accepting_;
  Remote remote_;
  struct stat file_ {};
};

Remote active_form(const Remote& passive, std::uint16_t port) {
  Remote out = passive;
  out.port = port;
  switch (passive.kind) {
    case Remote::Kind::kPunix:
      out.kind = Remote::Kind::kUnix;
      break;
    case Remote::Kind::kPssl:
      out.kind = Remote::Kind::kSsl;
      break;
    default:
      out.kind = Remote::Kind::kTcp;
      break;
  }
  if (out.kind == Remote::Kind::kUnix) return out;
  if (out.address.empty() || out.address == "0.0.0.0") out.address = "127.0.0.1";
  if (out.address == "::") out.address = "::1";
  return out;
}

// The working folder may change while the socket is open.
std::string absolute(const std::string& path) {
  std::error_code error;
  std::filesystem::path out = std::filesystem::absolute(path, error);
  return error ? path : out.string();
}

}  // namespace

Result<std::unique_ptr<Listener>> listen(Loop& loop, const Remote& remote, const TlsFiles& tls,
                                         std::function<void(std::unique_ptr<Stream>)> accepted) {
  if (!remote.is_passive()) {
    return fail(
        fmt::format("{}: this remote is connected to, not listened on", remote.to_string()));
  }
  Remote local = remote;
  bool is_unix = remote.kind == Remote::Kind::kPunix;
  if (is_unix) local.address = absolute(remote.address);
  if (remote.kind == Remote::Kind::kPssl) {
    if (auto context = make_tls_context(tls); !context) {
      return fail(fmt::format("{}: {}", remote.to_string(), context.error().message));
    }
  }
  auto fd = is_unix ? bind_unix(local) : bind_tcp(local);
  if (!fd) return tl::unexpected(fd.error());
  int family = is_unix ? AF_UNIX : numeric_endpoint(local.address, local.port)->protocol().family();
  auto accepting = std::make_shared<Accepting>(loop, remote.kind, tls, std::move(accepted));
  auto port = accepting->begin(std::move(*fd), family);
  if (!port) return fail(fmt::format("{}: {}", remote.to_string(), port.error().message));
  return std::make_unique<AcceptingListener>(std::move(accepting), active_form(local, *port));
}

}  // namespace mooring::io
