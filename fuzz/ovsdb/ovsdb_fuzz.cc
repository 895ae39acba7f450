// What a hostile OVSDB server could send: bytes into a session that feeds replicas.
//
// The first byte chooses how the rest is cut into reads; the rest is the stream of messages, among
// them replies to the monitor request (id 0) and to a transaction (id 1).
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "io/loop.h"
#include "io/stream.h"
#include "jsonrpc/session.h"
#include "ovsdb/dynamic.h"
#include "ovsdb/monitor.h"
#include "ovsdb/outcome.h"
#include "ovsdb/schema.h"
#include "ovsdb/server_watch.h"
#include "ovsdb/testdb.h"

namespace mooring::ovsdb {
namespace {

class Wire final : public io::Stream {
 public:
  explicit Wire(Handlers& handlers) : handlers_(handlers) {}
  void start(Handlers handlers) override { handlers_ = std::move(handlers); }
  void send(std::string) override {}
  std::size_t backlog() const override { return 0; }
  void close() override {}

 private:
  Handlers& handlers_;
};

const Schema& schema() {
  static const Schema kSchema = [] {
    std::stringstream text;
    text << std::ifstream(MOORING_FUZZ_SCHEMA).rdbuf();
    auto parsed = Schema::parse_text(text.str());
    if (!parsed) std::abort();
    return std::move(*parsed);
  }();
  return kSchema;
}

Transaction transaction() {
  Transaction txn;
  txn.insert(testdb::Port{.name = "p"});
  txn.comment("c");
  return txn;
}

// One connection: a monitor of typed tables, another of dynamic ones, and a transaction.
class Connection {
 public:
  Connection() {
    typed_.bind(schema());
    dynamic_.bind(schema());
    typed_.request_params("Test");
    dynamic_.request_params("Test");
    jsonrpc::Session::Handlers handlers;
    handlers.on_notify = [this](std::string_view method, json::Value params) {
      watch_.apply(params.at(1));
      (void)watch_.unfit("Test", true);
      (void)typed_.take_update(method, params);
      (void)dynamic_.take_update(method, params);
      (void)Schema::parse(params.at(0));
    };
    jsonrpc::Session::Options options;
    options.max_message_bytes = 1 << 16;
    session_ = std::make_unique<jsonrpc::Session>(loop_, std::make_unique<Wire>(wire_), options,
                                                  std::move(handlers));
    session_->request("monitor", "[]", [this](const jsonrpc::Reply& reply) {
      (void)typed_.take_reply(reply.result);
      (void)dynamic_.take_reply(reply.result);
    });
    session_->request("transact", "[]", [](const jsonrpc::Reply& reply) {
      (void)read_outcome(transaction(), {0, 1}, reply.result, reply.error);
    });
  }
  void receive(std::string_view bytes) { wire_.on_data(bytes); }

 private:
  io::Loop loop_;
  testdb::Database db_;
  DynamicReplica replica_;
  Monitor typed_{db_.replica(), [](const Error&) {}};
  Monitor dynamic_{replica_.feed(), [](const Error&) {}};
  ServerWatch watch_;
  io::Stream::Handlers wire_;
  std::unique_ptr<jsonrpc::Session> session_;
};

}  // namespace
}  // namespace mooring::ovsdb

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::size_t step = data[0] == 0 ? size : data[0];
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  mooring::ovsdb::Connection connection;
  for (std::size_t at = 0; at < text.size(); at += step) connection.receive(text.substr(at, step));
  return 0;
}
