#include <fmt/core.h>

#include <asio/ssl/error.hpp>
#include <asio/steady_timer.hpp>

#include "io/loop_impl.h"
#include "io/stream_impl.h"
#include "io/tls.h"

namespace mooring::io {
namespace {

using Clock = std::chrono::steady_clock;
using Done = std::function<void(Result<std::unique_ptr<Stream>>)>;

// One call of connect(): resolves, tries the addresses in turn, shakes hands.
class Attempt : public std::enable_shared_from_this<Attempt> {
 public:
  Attempt(Loop& loop, const Remote& remote, const TlsFiles& tls, Done done)
      : loop_(loop),
        remote_(remote),
        tls_(tls),
        done_(std::move(done)),
        deadline_(loop.impl().context),
        turn_(loop.impl().context) {}

  void begin(std::chrono::milliseconds timeout) {
    end_ = Clock::now() + timeout;
    deadline_.expires_at(end_);
    deadline_.async_wait([self = shared_from_this(), timeout](const asio::error_code& error) {
      if (!error) self->fail_with(fmt::format("timed out after {} ms", timeout.count()));
    });
    if (auto ok = find_endpoints(); !ok) {
      loop_.post(
          [self = shared_from_this(), error = ok.error()] { self->fail_with(error.message); });
    }
  }

  void abandon() {
    done_ = nullptr;
    deadline_.cancel();
    turn_.cancel();
    asio::error_code ignored;
    if (socket_) socket_->close(ignored);
    if (tls_socket_) tls_socket_->lowest_layer().close(ignored);
  }

 private:
  Result<void> find_endpoints() {
    if (remote_.is_passive()) return fail("this remote is listened on, not connected to");
    if (remote_.kind == Remote::Kind::kUnix) {
      auto address = unix_endpoint(remote_.address);
      if (!address) return tl::unexpected(address.error());
      directory_ = std::move(address->directory);
      use({address->endpoint});
      return {};
    }
    if (remote_.kind == Remote::Kind::kSsl) {
      auto context = make_tls_context(tls_);
      if (!context) return tl::unexpected(context.error());
      context_ = std::move(*context);
    }
    if (auto numeric = numeric_endpoint(remote_.address, remote_.port)) {
      use({*numeric});
      return {};
    }
    host_ = remote_.address;
    resolve(loop_, host_, remote_.port,
            [weak = weak_from_this()](Result<std::vector<Endpoint>> found) {
              auto self = weak.lock();
              if (!self || !self->done_) return;
              if (!found) return self->fail_with(found.error().message);
              self->use(std::move(*found));
            });
    return {};
  }

  void use(std::vector<Endpoint> endpoints) {
    endpoints_ = std::move(endpoints);
    last_error_ = "no address found";
    try_next();
  }

  // An address that doesn't answer must not use up the time of those after it.
  void limit_turn() {
    turn_.cancel();
    std::size_t left = endpoints_.size() - next_;
    if (left < 2) return;
    turn_.expires_after((end_ - Clock::now()) / static_cast<Clock::rep>(left));
    turn_.async_wait([self = shared_from_this(), own = next_ + 1](const asio::error_code& error) {
      if (error || !self->done_ || own != self->next_) return;
      self->last_error_ = "no answer";
      self->try_next();
    });
  }

  void try_next() {
    for (; next_ < endpoints_.size(); ++next_) {
      socket_ = std::make_unique<Socket>(loop_.impl().context);
      asio::error_code error;
      socket_->open(endpoints_[next_].protocol(), error);
      if (error) {
        last_error_ = error.message();
        continue;
      }
      limit_turn();
      ++next_;
      socket_->async_connect(endpoints_[next_ - 1], [self = shared_from_this(),
                                                     own = next_](const asio::error_code& result) {
        if (self->done_ && own == self->next_) self->on_connected(result);
      });
      return;
    }
    // Later, since this may still run inside connect().
    loop_.post([self = shared_from_this()] { self->fail_with(self->last_error_); });
  }

  void on_connected(const asio::error_code& error) {
    turn_.cancel();
    if (error) {
      last_error_ = error.message();
      return try_next();
    }
    if (remote_.kind != Remote::Kind::kUnix) {
      asio::error_code ignored;
      socket_->set_option(asio::ip::tcp::no_delay(true), ignored);
    }
    if (remote_.kind == Remote::Kind::kSsl) return shake_hands();
    finish(make_stream(std::move(socket_)));
  }

  void shake_hands() {
    auto session = make_tls_session(*context_, host_);
    if (!session) return fail_with(session.error().message);
    tls_socket_ = std::make_unique<TlsSocket>(std::move(*socket_), session->release());
    tls_socket_->async_handshake(
        asio::ssl::stream_base::client, [self = shared_from_this()](const asio::error_code& error) {
          if (!self->done_) return;
          if (error) {
            self->last_error_ =
                handshake_error(self->tls_socket_->native_handle(), error.message());
            return self->fail_with("TLS: " + self->last_error_);
          }
          self->finish(make_stream(std::move(self->tls_socket_)));
        });
  }

  void fail_with(const std::string& why) {
    finish(fail(fmt::format("{}: {}", remote_.to_string(), why)));
  }

  void finish(Result<std::unique_ptr<Stream>> result) {
    if (!done_) return;
    Done done = std::move(done_);
    abandon();
    done(std::move(result));
  }

  Loop& loop_;
  Remote remote_;
  TlsFiles tls_;
  Done done_;  // empty once it was called or the attempt was abandoned
  asio::steady_timer deadline_;
  asio::steady_timer turn_;
  Clock::time_point end_;
  std::string host_;  // the name that was resolved, if it is one
  std::vector<Endpoint> endpoints_;
  std::size_t next_ = 0;
  Descriptor directory_;
  TlsContext context_;
  std::unique_ptr<Socket> socket_;
  std::unique_ptr<TlsSocket> tls_socket_;
  std::string last_error_;
};

class AttemptConnector final : public Connector {
 public:
  explicit AttemptConnector(std::shared_ptr<Attempt> attempt) : attempt_(std::move(attempt)) {}
  ~AttemptConnector() override { attempt_->abandon(); }

 private:
  std::shared_ptr<Attempt> attempt_;
};

}  // namespace

std::unique_ptr<Connector> connect(Loop& loop, const Remote& remote, const TlsFiles& tls,
                                   std::chrono::milliseconds timeout,
                                   std::function<void(Result<std::unique_ptr<Stream>>)> done) {
  auto attempt = std::make_shared<Attempt>(loop, remote, tls, std::move(done));
  attempt->begin(timeout);
  return std::make_unique<AttemptConnector>(std::move(attempt));
}

}  // namespace mooring::io
