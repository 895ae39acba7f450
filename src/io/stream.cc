#include "io/stream.h"

#include <fmt/core.h>

#include <array>
#include <asio/ssl/error.hpp>
#include <asio/steady_timer.hpp>
#include <deque>

#include "io/stream_impl.h"

namespace mooring::io {
namespace {

constexpr std::size_t kReadSize = std::size_t{64} * 1024;
// Small sends are gathered into chunks up to this size while an earlier write is under way; larger
// ones are queued as they are, never copied.
constexpr std::size_t kChunkSize = std::size_t{64} * 1024;
constexpr std::size_t kGather = 16;
// How long what the peer sent last (say, why it hangs up) may still be read after a write failed.
constexpr std::chrono::milliseconds kLinger{1000};

asio::const_buffer buffer_at(const std::string& chunk, std::size_t offset) {
  return asio::const_buffer(chunk.data() + offset, chunk.size() - offset);
}

bool is_end(const asio::error_code& error) {
  return error == asio::error::eof || error == asio::ssl::error::stream_truncated;
}

// The part of a stream that pending operations share; it outlives the Stream until they are over.
template <class Transport>
class Core : public std::enable_shared_from_this<Core<Transport>> {
 public:
  explicit Core(std::unique_ptr<Transport> transport)
      : transport_(std::move(transport)), linger_(transport_->get_executor()) {}

  void start(Stream::Handlers handlers) {
    if (closed_) return;
    handlers_ = std::make_shared<Stream::Handlers>(std::move(handlers));
    if (write_failed_) linger();
    read();
  }

  void send(std::string bytes) {
    if (closed_ || write_failed_ || bytes.empty()) return;
    backlog_ += bytes.size();
    // Chunks that a write under way points into must stay as they are.
    if (queue_.size() > in_flight_ && queue_.back().size() + bytes.size() <= kChunkSize) {
      queue_.back() += bytes;
    } else {
      queue_.push_back(std::move(bytes));
    }
    write();
  }

  std::size_t backlog() const { return closed_ ? 0 : backlog_; }

  void close() {
    if (closed_) return;
    closed_ = true;
    handlers_.reset();
    linger_.cancel();
    say_goodbye();
    asio::error_code ignored;
    transport_->lowest_layer().close(ignored);
  }

 private:
  // Tells a TLS peer that nothing was cut off, if that can be said without waiting.
  void say_goodbye() {
    if constexpr (requires { transport_->async_shutdown([](const asio::error_code&) {}); }) {
      if (!write_failed_ && !writing_) {
        transport_->async_shutdown([self = this->shared_from_this()](const asio::error_code&) {});
      }
    }
  }

  void read() {
    transport_->async_read_some(
        asio::buffer(in_),
        [self = this->shared_from_this()](const asio::error_code& error, std::size_t size) {
          self->on_read(error, size);
        });
  }

  void on_read(const asio::error_code& error, std::size_t size) {
    if (closed_) return;
    // Held here, since a handler may close the stream or destroy it.
    auto handlers = handlers_;
    if (size > 0 && handlers->on_data) handlers->on_data(std::string_view(in_.data(), size));
    if (closed_) return;
    if (!error) return read();
    fail_with(is_end(error) ? "connection closed by peer" : error.message());
  }

  void write() {
    if (writing_ || queue_.empty() || write_failed_) return;
    writing_ = true;
    in_flight_ = std::min(queue_.size(), kGather);
    std::array<asio::const_buffer, kGather> buffers;
    for (std::size_t i = 0; i < in_flight_; ++i)
      buffers[i] = buffer_at(queue_[i], i == 0 ? sent_ : 0);
    transport_->async_write_some(buffers, [self = this->shared_from_this()](
                                              const asio::error_code& error, std::size_t size) {
      self->on_written(error, size);
    });
  }

  void on_written(const asio::error_code& error, std::size_t size) {
    writing_ = false;
    in_flight_ = 0;
    if (closed_) return;
    if (error) return on_write_failed(error);
    backlog_ -= size;
    sent_ += size;
    while (!queue_.empty() && sent_ >= queue_.front().size()) {
      sent_ -= queue_.front().size();
      queue_.pop_front();
    }
    write();
  }

  void on_write_failed(const asio::error_code& error) {
    write_failed_ = error;
    queue_.clear();
    backlog_ = sent_ = 0;
    if (handlers_) linger();
  }

  // The reader usually finds the end at once, and before it what the peer said last.
  void linger() {
    linger_.expires_after(kLinger);
    linger_.async_wait([self = this->shared_from_this()](const asio::error_code& cancelled) {
      if (!cancelled && !self->closed_) self->fail_with(self->write_failed_.message());
    });
  }

  void fail_with(std::string message) {
    auto handlers = handlers_;
    close();
    if (handlers->on_close) handlers->on_close(Error{std::move(message)});
  }

  std::unique_ptr<Transport> transport_;
  asio::steady_timer linger_;
  std::shared_ptr<Stream::Handlers> handlers_;
  std::array<char, kReadSize> in_;
  std::deque<std::string> queue_;
  std::size_t in_flight_ = 0;  // chunks at the head that the write under way points into
  std::size_t sent_ = 0;       // bytes of the first chunk that are gone
  std::size_t backlog_ = 0;
  bool writing_ = false;
  asio::error_code write_failed_;
  bool closed_ = false;
};

template <class Transport>
class TransportStream final : public Stream {
 public:
  explicit TransportStream(std::unique_ptr<Transport> transport)
      : core_(std::make_shared<Core<Transport>>(std::move(transport))) {}
  ~TransportStream() override { core_->close(); }

  void start(Handlers handlers) override { core_->start(std::move(handlers)); }
  void send(std::string bytes) override { core_->send(std::move(bytes)); }
  std::size_t backlog() const override { return core_->backlog(); }
  void close() override { core_->close(); }

 private:
  std::shared_ptr<Core<Transport>> core_;
};

}  // namespace

std::unique_ptr<Stream> make_stream(std::unique_ptr<Socket> socket) {
  return std::make_unique<TransportStream<Socket>>(std::move(socket));
}

std::unique_ptr<Stream> make_stream(std::unique_ptr<TlsSocket> socket) {
  return std::make_unique<TransportStream<TlsSocket>>(std::move(socket));
}

}  // namespace mooring::io
