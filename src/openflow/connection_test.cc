// Against a peer that says what a switch might, and what it shouldn't.
#include "openflow/connection.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <memory>

#include "io/stream.h"
#include "openflow/message_wire.h"

namespace mooring::openflow {
namespace {

using std::chrono::milliseconds;

// A message as the peer sees it.
struct Seen {
  wire::Type type{};
  std::uint32_t xid = 0;
  std::string body;
};

class ConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "of-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    options_.min_backoff = milliseconds(1);
    options_.max_backoff = milliseconds(4);
    listen();
  }
  void TearDown() override {
    connection_.reset();
    stream_.reset();
    listener_.reset();
    std::filesystem::remove_all(directory_);
  }

  void listen() {
    auto listener = io::listen(loop_, *io::Remote::parse("punix:" + directory_ + "/s", 0), {},
                               [this](std::unique_ptr<io::Stream> s) { accept(std::move(s)); });
    ASSERT_TRUE(listener) << listener.error().message;
    listener_ = std::move(*listener);
  }

  void accept(std::unique_ptr<io::Stream> stream) {
    ++accepted_;
    stream_ = std::move(stream);
    input_.clear();
    stream_->start({[this](std::string_view bytes) { read(bytes); }, [](const Error&) {}});
  }

  void read(std::string_view bytes) {
    input_ += bytes;
    for (std::size_t length = *frame_length(input_); length != 0 && length <= input_.size();
         length = *frame_length(input_)) {
      Reader in(input_);
      in.skip(1);
      Seen seen{static_cast<wire::Type>(in.u8()), 0,
                input_.substr(kHeaderSize, length - kHeaderSize)};
      in.skip(2);
      seen.xid = in.u32();
      input_.erase(0, length);
      seen_.push_back(seen);
      if (peer_) peer_(seen);
    }
  }

  void reply(wire::Type type, std::uint32_t xid, std::string_view body, std::uint8_t version = 6) {
    std::string out;
    Writer<std::string> writer(out);
    writer.u8(version);
    writer.u8(static_cast<std::uint8_t>(type));
    writer.u16(static_cast<std::uint16_t>(kHeaderSize + body.size()));
    writer.u32(xid);
    writer.raw(body);
    stream_->send(std::move(out));
  }

  void reply(std::uint32_t xid, const Message& message) {
    std::string out;
    ASSERT_TRUE(encode(out, xid, message));
    stream_->send(std::move(out));
  }

  void error(std::uint32_t xid, std::uint16_t type, std::uint16_t code) {
    std::string body;
    Writer<std::string> writer(body);
    writer.u16(type);
    writer.u16(code);
    reply(wire::Type::kError, xid, body);
  }

  // What a good switch answers to a handshake; the rest goes to then.
  std::function<void(const Seen&)> greet(std::function<void(const Seen&)> then = {}) {
    return [this, then = std::move(then)](const Seen& seen) {
      if (seen.type == wire::Type::kHello) return reply(seen.xid, Hello{});
      if (seen.type == wire::Type::kFeaturesRequest) {
        return reply(wire::Type::kFeaturesReply, seen.xid, std::string(24, '\0'));
      }
      if (then) then(seen);
    };
  }

  void connect() {
    Connection::Callbacks callbacks;
    callbacks.on_connected = [this](const Features&) { ++connected_; };
    callbacks.on_disconnected = [this](const Error& e) { disconnected_.push_back(e.message); };
    callbacks.on_error = [this](const ErrorReply& e) { errors_.push_back(e); };
    connection_ = std::make_unique<Connection>(loop_, options_, std::move(callbacks), Logger());
    connection_->start(*io::Remote::parse("unix:" + directory_ + "/s", 6653));
  }

  void connect_and_wait() {
    connect();
    ASSERT_TRUE(wait([this] { return connected_ > 0; }));
  }

  bool wait(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      loop_.run_for(milliseconds(50));
    }
    return true;
  }

  io::Loop loop_;
  std::string directory_;
  Connection::Options options_;
  std::unique_ptr<io::Listener> listener_;
  std::unique_ptr<io::Stream> stream_;
  std::string input_;
  std::function<void(const Seen&)> peer_;
  std::vector<Seen> seen_;
  std::unique_ptr<Connection> connection_;
  int accepted_ = 0;
  int connected_ = 0;
  std::vector<std::string> disconnected_;
  std::vector<ErrorReply> errors_;
};

TEST_F(ConnectionTest, GreetsAndSendsItsWishes) {
  peer_ = greet();
  connect_and_wait();
  EXPECT_EQ(connection_->status(), "connected");
  ASSERT_TRUE(wait([this] { return seen_.size() >= 4; }));
  EXPECT_EQ(seen_[0].type, wire::Type::kHello);
  EXPECT_EQ(seen_[1].type, wire::Type::kFeaturesRequest);
  EXPECT_EQ(seen_[2].type, wire::Type::kSetConfig);
  EXPECT_EQ(seen_[3].type, wire::Type::kExperimenter);
}

TEST_F(ConnectionTest, SaysThatTheBridgeLacksTheVersion) {
  peer_ = [this](const Seen& seen) {
    if (seen.type == wire::Type::kHello) reply(wire::Type::kHello, 1, "", 4);
  };
  connect();
  ASSERT_TRUE(wait([this] { return accepted_ >= 2; }));
  EXPECT_EQ(connected_, 0);
  EXPECT_TRUE(disconnected_.empty());
  ASSERT_TRUE(wait([this] {
    return connection_->status().find("OpenFlow15") != std::string::npos;
  })) << connection_->status();
}

TEST_F(ConnectionTest, ComesBackAfterTheSwitchWent) {
  peer_ = greet();
  connect_and_wait();
  std::optional<Result<void>> answer;
  peer_ = {};
  std::size_t told_before = 0;
  connection_->barrier([&](Result<void> r) {
    answer = r;
    told_before = disconnected_.size();
  });
  EXPECT_FALSE(answer.has_value());
  ASSERT_TRUE(wait([this] { return seen_.back().type == wire::Type::kBarrierRequest; }));
  peer_ = greet();
  stream_.reset();
  ASSERT_TRUE(wait([this] { return connected_ == 2; }));
  EXPECT_EQ(disconnected_.size(), 1U);
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(*answer);
  EXPECT_EQ(told_before, 1U);
  EXPECT_EQ(connection_->counters().connects, 2U);
}

TEST_F(ConnectionTest, WithoutAConnectionEveryRequestFailsLater) {
  connection_ = std::make_unique<Connection>(loop_, options_, Connection::Callbacks{}, Logger());
  EXPECT_EQ(connection_->status(), "stopped");
  EXPECT_EQ(connection_->send(BarrierRequest{}), 0U);
  int failures = 0;
  connection_->barrier([&](Result<void> r) { failures += !r; });
  connection_->dump_ports([&](Result<std::vector<Port>> r) { failures += !r; });
  connection_->commit_bundle({FlowMod{}},
                             [&](tl::expected<void, BundleFailure> r) { failures += !r; });
  EXPECT_EQ(failures, 0);
  EXPECT_TRUE(wait([&] { return failures == 3; }));
}

TEST_F(ConnectionTest, GathersThePartsOfADump) {
  peer_ = greet([this](const Seen& seen) {
    if (seen.type != wire::Type::kMultipartRequest) return;
    for (const int more : {1, 1, 0}) {
      std::string body;
      Writer<std::string> out(body);
      out.u16(static_cast<std::uint16_t>(wire::Multipart::kPortDesc));
      out.u16(static_cast<std::uint16_t>(more));
      out.zeros(4);
      out.u32(static_cast<std::uint32_t>(5 + more));
      out.u16(40);
      out.zeros(34);
      reply(wire::Type::kMultipartReply, seen.xid, body);
    }
  });
  connect_and_wait();
  std::optional<Result<std::vector<Port>>> ports;
  connection_->dump_ports([&](Result<std::vector<Port>> r) { ports = std::move(r); });
  ASSERT_TRUE(wait([&] { return ports.has_value(); }));
  ASSERT_TRUE(*ports) << ports->error().message;
  ASSERT_EQ((*ports)->size(), 3U);
  EXPECT_EQ((**ports)[2].number, 5U);
}

TEST_F(ConnectionTest, ABrokenAnswerFailsItsRequestOnly) {
  peer_ = greet([this](const Seen& seen) {
    if (seen.type == wire::Type::kMultipartRequest) {
      reply(wire::Type::kMultipartReply, seen.xid, "\0");
    }
    if (seen.type == wire::Type::kBarrierRequest) reply(wire::Type::kBarrierReply, seen.xid, "");
  });
  connect_and_wait();
  std::optional<bool> dumped;
  std::optional<bool> passed;
  connection_->dump_flows([&](auto r) { dumped = r.has_value(); });
  connection_->barrier([&](Result<void> r) { passed = r.has_value(); });
  ASSERT_TRUE(wait([&] { return dumped && passed; }));
  EXPECT_FALSE(*dumped);
  EXPECT_TRUE(*passed);
  EXPECT_TRUE(connection_->connected());
}

TEST_F(ConnectionTest, BrokenFramesEndTheSession) {
  peer_ = greet();
  connect_and_wait();
  stream_->send(std::string("\6\2\0\3\0\0\0\0", 8));
  ASSERT_TRUE(wait([this] { return connected_ == 2; }));
  EXPECT_EQ(disconnected_.size(), 1U);
}

TEST_F(ConnectionTest, ErrorsOfPlainMessagesAreHandedOn) {
  peer_ = greet([this](const Seen& seen) {
    if (seen.type == wire::Type::kFlowMod) error(seen.xid, 4, 9);
  });
  connect_and_wait();
  const std::uint32_t xid = connection_->send(FlowMod{});
  ASSERT_TRUE(wait([this] { return !errors_.empty(); }));
  EXPECT_EQ(errors_[0].xid, xid);
  EXPECT_EQ(errors_[0].name(), "OFPBMC_BAD_PREREQ");
}

TEST_F(ConnectionTest, AnswersProbesAndProbesItself) {
  options_.probe_interval = milliseconds(20);
  bool silent = false;
  peer_ = greet([&](const Seen& seen) {
    if (seen.type == wire::Type::kEchoRequest && !silent) {
      reply(wire::Type::kEchoReply, seen.xid, seen.body);
    }
  });
  connect_and_wait();
  reply(99, EchoRequest{"are you there"});
  const auto count = [&](wire::Type type) {
    return std::count_if(seen_.begin(), seen_.end(), [&](const Seen& s) { return s.type == type; });
  };
  ASSERT_TRUE(wait([&] { return count(wire::Type::kEchoReply) == 1; }));
  ASSERT_TRUE(wait([&] { return count(wire::Type::kEchoRequest) >= 3; }));
  EXPECT_TRUE(connection_->connected());
  silent = true;
  ASSERT_TRUE(wait([&] { return !disconnected_.empty(); }));
  EXPECT_NE(disconnected_[0].find("probe"), std::string::npos);
}

// A bundle whose second item is refused must not be committed.
TEST_F(ConnectionTest, ARefusedItemDiscardsTheBundle) {
  std::vector<BundleControl::Type> controls;
  int adds = 0;
  peer_ = greet([&](const Seen& seen) {
    if (seen.type == wire::Type::kBundleAdd && ++adds == 2) error(seen.xid, 2, 4);
    if (seen.type != wire::Type::kBundleControl) return;
    Reader in(seen.body);
    in.skip(4);
    const auto type = static_cast<BundleControl::Type>(in.u16());
    controls.push_back(type);
    const auto answer = static_cast<BundleControl::Type>(static_cast<unsigned>(type) + 1);
    reply(seen.xid, BundleControl{1, answer, 3});
  });
  connect_and_wait();
  std::optional<tl::expected<void, BundleFailure>> result;
  connection_->commit_bundle({FlowMod{}, FlowMod{}, FlowMod{}},
                             [&](tl::expected<void, BundleFailure> r) { result = std::move(r); });
  ASSERT_TRUE(wait([&] { return result.has_value(); }));
  using T = BundleControl::Type;
  EXPECT_EQ(controls, (std::vector<T>{T::kOpenRequest, T::kCloseRequest, T::kDiscardRequest}));
  ASSERT_FALSE(*result);
  ASSERT_EQ(result->error().rejected.size(), 1U);
  EXPECT_EQ(result->error().rejected[0].index, 1U);
  EXPECT_EQ(result->error().rejected[0].error.name(), "OFPBAC_BAD_OUT_PORT");
}

TEST_F(ConnectionTest, ABundleTooLongForTheProtocolIsNeverSent) {
  peer_ = greet();
  connect_and_wait();
  FlowMod huge;
  for (int i = 0; i < 5000; ++i) huge.flow.actions.output(1);
  const auto sent = connection_->counters().messages_sent;
  std::optional<tl::expected<void, BundleFailure>> result;
  connection_->commit_bundle({FlowMod{}, huge},
                             [&](tl::expected<void, BundleFailure> r) { result = std::move(r); });
  ASSERT_TRUE(wait([&] { return result.has_value(); }));
  ASSERT_FALSE(*result);
  ASSERT_EQ(result->error().rejected.size(), 1U);
  EXPECT_EQ(result->error().rejected[0].index, 1U);
  EXPECT_EQ(connection_->counters().messages_sent, sent);
}

TEST_F(ConnectionTest, MayBeStoppedInItsOwnCallbacks) {
  peer_ = greet([this](const Seen& seen) {
    if (seen.type == wire::Type::kBarrierRequest) {
      reply(wire::Type::kBarrierReply, seen.xid, "");
      reply(wire::Type::kEchoRequest, 5, "");
    }
  });
  connect_and_wait();
  bool answered = false;
  connection_->barrier([&](Result<void>) {
    answered = true;
    connection_->stop();
    connection_->start(*io::Remote::parse("unix:" + directory_ + "/s", 6653));
  });
  ASSERT_TRUE(wait([&] { return answered && connected_ == 2; }));
  EXPECT_EQ(disconnected_.size(), 1U);
}

}  // namespace
}  // namespace mooring::openflow
