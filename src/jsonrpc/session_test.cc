#include "jsonrpc/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/loop.h"
#include "io/stream.h"

namespace mooring::jsonrpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What the session did with its stream, and the peer's side of it.
struct Wire {
  io::Stream::Handlers handlers;
  std::vector<std::string> sent;
  bool closed = false;
  void receive(std::string_view bytes) { handlers.on_data(bytes); }
};

class FakeStream final : public io::Stream {
 public:
  explicit FakeStream(Wire& wire) : wire_(wire) {}
  void start(Handlers handlers) override { wire_.handlers = std::move(handlers); }
  void send(std::string bytes) override { wire_.sent.push_back(std::move(bytes)); }
  std::size_t backlog() const override { return 0; }
  void close() override { wire_.closed = true; }

 private:
  Wire& wire_;
};

class SessionTest : public ::testing::Test {
 protected:
  std::unique_ptr<Session> make(Session::Options options = {}) {
    Session::Handlers handlers;
    handlers.on_notify = [this](std::string_view method, json::Value params) {
      log.push_back("notify " + std::string(method) + " " + params.dump());
      if (method == "destroy") session.reset();
    };
    handlers.on_request = [this](std::string_view method, json::Value params, std::string id) {
      log.push_back("request " + std::string(method) + " " + params.dump() + " " + id);
      session->respond(id, "[1]");
    };
    handlers.on_batch = [this] { log.push_back("batch"); };
    handlers.on_closed = [this](const Error& why) { log.push_back("closed " + why.message); };
    return std::make_unique<Session>(loop, std::make_unique<FakeStream>(wire), options, handlers);
  }
  Session::ReplyHandler note(std::string name) {
    return [this, name](const Reply& reply) {
      log.push_back(name +
                    (reply.arrived ? " " + reply.result.dump() + reply.error.dump() : " lost"));
    };
  }

  io::Loop loop;
  Wire wire;
  std::vector<std::string> log;
  std::unique_ptr<Session> session = make();
};

TEST_F(SessionTest, RequestsGetTheirReplies) {
  session->request("a", "[1]", note("a"));
  session->request("b", "[]", note("b"));
  session->notify("n", "[2]");
  EXPECT_THAT(wire.sent, ElementsAre(R"({"id":0,"method":"a","params":[1]})",
                                     R"({"id":1,"method":"b","params":[]})",
                                     R"({"id":null,"method":"n","params":[2]})"));
  wire.receive(R"({"id":1,"result":{"x":1},"error":null}{"id":0,"result":null,"error":"no"}{"id)");
  wire.receive(R"(":7,"result":1,"error":null})");
  EXPECT_THAT(log, ElementsAre(R"(b {"x":1}null)", R"(a null"no")", "batch", "batch"));
}

TEST_F(SessionTest, AnswersEchoAndRequests) {
  wire.receive(R"({"id":"e","method":"echo","params":[1,"x"]})");
  wire.receive(R"({"id":[5],"method":"ask","params":[]})");
  EXPECT_THAT(wire.sent, ElementsAre(R"({"id":"e","result":[1,"x"],"error":null})",
                                     R"({"id":[5],"result":[1],"error":null})"));
  EXPECT_THAT(log, ElementsAre("batch", "request ask [] [5]", "batch"));
}

TEST_F(SessionTest, HostileMessagesEndIt) {
  for (const char* text :
       {"{]", "hello", "{}", R"({"id":null,"result":1})", R"({"method":1,"params":[]})",
        R"({"method":"m","params":{},"id":null})", "{\"method\":\"\xff\"}", R"({"a":1e999})"}) {
    wire = {};
    log.clear();
    session = make();
    session->request("a", "[]", note("a"));
    wire.receive(text);
    ASSERT_EQ(log.size(), 2u) << text;
    EXPECT_EQ(log[0], "a lost");
    EXPECT_THAT(log[1], HasSubstr("closed "));
    EXPECT_TRUE(wire.closed);
    wire.receive(R"({"id":0,"result":1,"error":null})");
    session->request("late", "[]", note("late"));
    EXPECT_EQ(log.size(), 2u);
  }
}

TEST_F(SessionTest, TheStreamsEndFailsWhatIsPendingInOrder) {
  for (const char* name : {"a", "b", "c"}) session->request(name, "[]", note(name));
  wire.handlers.on_close(Error{"gone"});
  EXPECT_THAT(log, ElementsAre("a lost", "b lost", "c lost", "closed gone"));
}

TEST_F(SessionTest, MayBeDestroyedInsideItsCallbacks) {
  session->request("a", "[]", note("a"));
  wire.receive(R"({"id":null,"method":"destroy","params":[]}{"id":0,"result":1,"error":null})");
  EXPECT_EQ(session, nullptr);
  EXPECT_THAT(log, ElementsAre("notify destroy []"));
  EXPECT_TRUE(wire.closed);

  session = make();
  session->request("a", "[]", [this](const Reply&) { session.reset(); });
  session->request("b", "[]", note("b"));
  wire.handlers.on_close(Error{"gone"});
  EXPECT_THAT(log, ElementsAre("notify destroy []"));
}

TEST_F(SessionTest, ASilentPeerIsProbedAndThenLeft) {
  Session::Options options;
  options.probe_interval = std::chrono::milliseconds(100);
  session = make(options);
  auto wait = [this](std::size_t count) {
    while (wire.sent.size() < count && log.empty()) loop.run_for(std::chrono::seconds(1));
  };
  wait(1);
  EXPECT_EQ(wire.sent.back(), R"({"id":0,"method":"echo","params":[]})");
  wire.receive(R"({"id":0,"result":[],"error":null})");
  EXPECT_THAT(log, ElementsAre("batch"));
  log.clear();
  wait(2);
  EXPECT_EQ(wire.sent.back(), R"({"id":1,"method":"echo","params":[]})");
  wait(99);
  EXPECT_THAT(log, ElementsAre("closed no answer to an inactivity probe within 100 ms"));
  EXPECT_EQ(wire.sent.size(), 2u);
}

}  // namespace
}  // namespace mooring::jsonrpc
