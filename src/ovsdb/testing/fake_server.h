// A server that says what a test tells it to, on a unix socket in the same loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/stream.h"
#include "jsonrpc/framer.h"
#include "jsonrpc/json.h"
#include "ovsdb/testing/server.h"

namespace mooring::ovsdb::testing {

class FakeServer {
 public:
  FakeServer(io::Loop& loop, const TempDir& dir);

  io::Remote remote() const { return {io::Remote::Kind::kUnix, path_, 0}; }

  // Answers by method: the JSON text of the result. Methods without one get "unknown method"; an
  // answer "" is none at all.
  std::map<std::string, std::function<std::string(json::Value params)>> answers;
  // Makes it a plain server of the test's schema: _Server says what `model` says, and the monitor
  // has these contents, JSON of table-updates2.
  void serve(std::string contents);
  std::string server_row = R"({"name":"Test","model":"standalone","connected":true,"leader":true})";

  // Methods of requests so far, but echo.
  std::vector<std::string> asked;
  // How many clients came so far.
  int clients = 0;

  // Bytes to the present client, as they are.
  void send(std::string bytes);
  void hang_up() { stream_.reset(); }
  std::string schema;

 private:
  void take(std::string_view bytes);
  void answer(json::Value message);

  std::string path_;
  std::unique_ptr<io::Listener> listener_;
  std::unique_ptr<io::Stream> stream_;
  json::Framer framer_;
};

}  // namespace mooring::ovsdb::testing
