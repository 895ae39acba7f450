// A JSON-RPC 1.0 session over a stream (RFC 7047 section 4), either side of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "jsonrpc/json.h"

namespace mooring::io {
class Loop;
class Stream;
}  // namespace mooring::io

namespace mooring::jsonrpc {

// What a request came to. Values are valid during the callback only.
struct Reply {
  json::Value result;
  json::Value error;    // the peer's, null when it succeeded
  bool arrived = true;  // false: the session ended first, and both are null
  bool ok() const { return arrived && error.is_null(); }
};

// Callbacks run on the loop; destroying the session from inside one is allowed, and none runs
// afterwards.
class Session {
 public:
  struct Options {
    // Silence after which the peer is asked for an echo; twice that ends the session. 0: never.
    std::chrono::milliseconds probe_interval{0};
    std::size_t max_message_bytes = std::size_t{1} << 30;
    std::size_t max_depth = 64;
  };
  using Params = std::string;  // JSON text of an array
  using ReplyHandler = std::function<void(const Reply&)>;
  struct Handlers {
    std::function<void(std::string_view method, json::Value params)> on_notify;
    // id is JSON text, for respond(). Without a handler such requests are refused.
    std::function<void(std::string_view method, json::Value params, std::string id)> on_request;
    // After the last message of those that arrived together.
    std::function<void()> on_batch;
    // Once, at the end, after every pending request got its Reply; not after close().
    std::function<void(const Error&)> on_closed;
  };

  Session(io::Loop& loop, std::unique_ptr<io::Stream> stream, Options options, Handlers handlers);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Sends a request; on_reply runs exactly once, unless the session is destroyed or closed before.
  void request(std::string_view method, const Params& params, ReplyHandler on_reply);
  void notify(std::string_view method, const Params& params);
  // Answers a request that on_request got; both are JSON text.
  void respond(const std::string& id, std::string_view result, std::string_view error = "null");

  void set_probe_interval(std::chrono::milliseconds interval);
  // Ends it without any further callback.
  void close();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace mooring::jsonrpc
