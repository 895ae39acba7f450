// A blocking peer made of plain system calls, and streams made in one step; for tests only.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "io/stream.h"

namespace mooring::io::test {

inline constexpr std::chrono::milliseconds kPatience{30000};

// Runs the loop until done, which must happen within kPatience.
inline bool run_until(Loop& loop, const std::function<bool()>& done) {
  auto end = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    loop.run_for(std::chrono::milliseconds(50));
  }
  return true;
}

// What a stream's handlers were told.
struct Record {
  std::string data;
  std::optional<std::string> closed;

  Stream::Handlers handlers() {
    return {[this](std::string_view bytes) { data += bytes; },
            [this](const Error& error) { closed = error.message; }};
  }
};

// The outcome of connect().
struct Outcome {
  std::optional<Result<std::unique_ptr<Stream>>> result;
  std::unique_ptr<Connector> connector;

  void connect(Loop& loop, const Remote& remote, const TlsFiles& tls,
               std::chrono::milliseconds timeout = kPatience) {
    connector = io::connect(loop, remote, tls, timeout,
                            [this](auto outcome) { result = std::move(outcome); });
  }
  bool wait(Loop& loop) {
    return run_until(loop, [this] { return result.has_value(); });
  }
  std::string error() const {
    return result && !*result ? result->error().message : std::string("(no error)");
  }
};

// A listener and what it accepted.
struct Server {
  Server(Loop& loop, const std::string& remote, const TlsFiles& tls = {}) {
    auto result = listen(loop, *Remote::parse(remote, 0), tls,
                         [this](std::unique_ptr<Stream> stream) { accepted = std::move(stream); });
    if (result) {
      listener = std::move(*result);
    } else {
      error = result.error().message;
    }
  }
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Stream> accepted;
  std::string error;
};

// A stream whose other end is a plain descriptor, through a unix socket at path.
struct RawPair {
  RawPair(Loop& loop, const std::string& path);
  ~RawPair() { hang_up(); }
  void hang_up() {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  Server server;
  int fd = -1;
  std::unique_ptr<Stream> stream;
};

}  // namespace mooring::io::test
