#include "io/stream.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <fstream>

#include "io/test_peer.h"

namespace mooring::io::test {

RawPair::RawPair(Loop& loop, const std::string& path) : server(loop, "punix:" + path) {
  fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_TRUE(run_until(loop, [this] { return server.accepted != nullptr; }));
  stream = std::move(server.accepted);
}

namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class StreamTest : public testing::Test {
 protected:
  StreamTest() {
    std::string form = testing::TempDir() + "/stream_test.XXXXXX";
    folder_ = ::mkdtemp(form.data());
    path_ = folder_ + "/s";
  }
  ~StreamTest() override {
    ::unlink(path_.c_str());
    ::rmdir(folder_.c_str());
  }

  // Connects to what server listens on; both ends are then in client_ and server_.accepted.
  std::unique_ptr<Stream> connect_to(Server& server) {
    EXPECT_TRUE(server.listener) << server.error;
    Outcome outcome;
    outcome.connect(loop_, server.listener->remote(), {});
    EXPECT_TRUE(outcome.wait(loop_));
    EXPECT_TRUE(*outcome.result) << outcome.error();
    EXPECT_TRUE(run_until(loop_, [&] { return server.accepted != nullptr; }));
    return std::move(**outcome.result);
  }

  Loop loop_;
  std::string folder_;
  std::string path_;
};

TEST_F(StreamTest, BytesArriveInOrderBothWays) {
  for (std::string remote :
       {"punix:" + path_, std::string("ptcp:0:127.0.0.1"), std::string("ptcp:0:[::1]")}) {
    Server server(loop_, remote);
    auto client = connect_to(server);
    Record at_client, at_server;
    client->send("sent before start;");
    client->start(at_client.handlers());
    server.accepted->start(at_server.handlers());
    std::string expected = "sent before start;";
    for (int i = 0; i < 1000; ++i) {
      std::string line = std::to_string(i) + ";";
      expected += line;
      client->send(line);
    }
    server.accepted->send("answer");
    EXPECT_TRUE(run_until(loop_, [&] {
      return at_server.data.size() >= expected.size() && at_client.data == "answer";
    })) << remote;
    EXPECT_EQ(at_server.data, expected);
    EXPECT_EQ(client->backlog(), 0U);
    client.reset();
    EXPECT_TRUE(run_until(loop_, [&] { return at_server.closed.has_value(); }));
    EXPECT_EQ(*at_server.closed, "connection closed by peer");
    EXPECT_FALSE(at_client.closed);
  }
}

TEST_F(StreamTest, ALargeSendIsQueuedAndLeavesAsThePeerReads) {
  RawPair pair(loop_, path_);
  std::string big(64 << 20, 'x');
  pair.stream->send(std::move(big));
  pair.stream->send("tail");
  EXPECT_GT(pair.stream->backlog(), std::size_t{60} << 20);
  ASSERT_EQ(::fcntl(pair.fd, F_SETFL, O_NONBLOCK), 0);
  std::string chunk(1 << 20, '\0'), last;
  std::size_t total = 0;
  EXPECT_TRUE(run_until(loop_, [&] {
    for (ssize_t n; (n = ::read(pair.fd, chunk.data(), chunk.size())) > 0;) {
      total += static_cast<std::size_t>(n);
      last = (last + chunk.substr(0, static_cast<std::size_t>(n)));
      last = last.substr(last.size() - std::min<std::size_t>(last.size(), 5));
    }
    return total == (std::size_t{64} << 20) + 4;
  })) << total;
  EXPECT_EQ(last, "xtail");
  EXPECT_EQ(pair.stream->backlog(), 0U);
}

TEST_F(StreamTest, WhatWasSentBeforeAHalfCloseArrivesFirst) {
  RawPair pair(loop_, path_);
  Record record;
  ASSERT_EQ(::write(pair.fd, "bye", 3), 3);
  ASSERT_EQ(::shutdown(pair.fd, SHUT_WR), 0);
  pair.stream->start(record.handlers());
  EXPECT_TRUE(run_until(loop_, [&] { return record.closed.has_value(); }));
  EXPECT_EQ(record.data, "bye");
  EXPECT_EQ(*record.closed, "connection closed by peer");
  pair.stream->send("ignored");
  EXPECT_EQ(pair.stream->backlog(), 0U);
}

TEST_F(StreamTest, APeersLastWordsAreReadThoughWritingFailed) {
  RawPair pair(loop_, path_);
  Record record;
  ASSERT_EQ(::write(pair.fd, "reason", 6), 6);
  pair.hang_up();
  pair.stream->send("too late");
  pair.stream->start(record.handlers());
  EXPECT_TRUE(run_until(loop_, [&] { return record.closed.has_value(); }));
  EXPECT_EQ(record.data, "reason");
}

TEST_F(StreamTest, APeerThatStopsReadingButStaysIsGivenUp) {
  RawPair pair(loop_, path_);
  Record record;
  ASSERT_EQ(::shutdown(pair.fd, SHUT_RD), 0);
  pair.stream->start(record.handlers());
  pair.stream->send("nobody hears this");
  EXPECT_TRUE(run_until(loop_, [&] { return record.closed.has_value(); }));
  EXPECT_EQ(*record.closed, "Broken pipe");
}

TEST_F(StreamTest, MayBeDestroyedInItsOwnCallbacks) {
  {
    RawPair pair(loop_, path_);
    ASSERT_EQ(::write(pair.fd, "x", 1), 1);
    // The string outlives the reset only if the function object itself does.
    std::string captured(100, 'c');
    std::size_t size = 0;
    pair.stream->start({[&pair, &size, captured](std::string_view) {
                          pair.stream.reset();
                          size = captured.size();
                        },
                        [](const Error&) { FAIL(); }});
    EXPECT_TRUE(run_until(loop_, [&] { return !pair.stream; }));
    EXPECT_EQ(size, 100U);
  }
  RawPair pair(loop_, path_);
  std::string captured(100, 'c');
  std::size_t size = 0;
  pair.stream->start({nullptr, [&pair, &size, captured](const Error&) {
                        pair.stream.reset();
                        size = captured.size();
                      }});
  pair.hang_up();
  EXPECT_TRUE(run_until(loop_, [&] { return !pair.stream; }));
  EXPECT_EQ(size, 100U);
}

TEST_F(StreamTest, NoCallbackRunsAfterClose) {
  RawPair pair(loop_, path_);
  Record record;
  pair.stream->start(record.handlers());
  ASSERT_EQ(::write(pair.fd, "x", 1), 1);
  pair.stream->close();
  pair.stream->send("ignored");
  while (loop_.run_for(milliseconds(0)) > 0) {
  }
  EXPECT_EQ(record.data, "");
  EXPECT_FALSE(record.closed);
}

TEST_F(StreamTest, SendingFromACallbackDoesNotRecurse) {
  RawPair pair(loop_, path_);
  int depth = 0, deepest = 0, calls = 0;
  pair.stream->start({[&](std::string_view bytes) {
                        deepest = std::max(deepest, ++depth);
                        ++calls;
                        for (int i = 0; i < 100; ++i) pair.stream->send(std::string(bytes));
                        --depth;
                      },
                      nullptr});
  for (int i = 0; i < 10; ++i) ASSERT_EQ(::write(pair.fd, "ping", 4), 4);
  EXPECT_TRUE(run_until(loop_, [&] { return calls > 0 && pair.stream->backlog() == 0; }));
  EXPECT_EQ(deepest, 1);
}

TEST_F(StreamTest, ConnectSaysWhyItFailed) {
  Outcome missing;
  missing.connect(loop_, {Remote::Kind::kUnix, path_, 0}, {});
  EXPECT_FALSE(missing.result);
  ASSERT_TRUE(missing.wait(loop_));
  EXPECT_EQ(missing.error(), "unix:" + path_ + ": No such file or directory");

  Remote free_port;
  {
    Server server(loop_, "ptcp:0:127.0.0.1");
    free_port = server.listener->remote();
  }
  Outcome refused;
  refused.connect(loop_, free_port, {});
  ASSERT_TRUE(refused.wait(loop_));
  EXPECT_EQ(refused.error(), free_port.to_string() + ": Connection refused");

  Outcome unknown;
  unknown.connect(loop_, {Remote::Kind::kTcp, "no-such-host.invalid", 1}, {});
  ASSERT_TRUE(unknown.wait(loop_));
  EXPECT_THAT(unknown.error(), HasSubstr("can't resolve no-such-host.invalid"));

  Outcome passive;
  passive.connect(loop_, {Remote::Kind::kPtcp, "", 1}, {});
  ASSERT_TRUE(passive.wait(loop_));
  EXPECT_THAT(passive.error(), HasSubstr("listened on"));
}

TEST_F(StreamTest, NamesAreResolved) {
  Server server(loop_, "ptcp:0:127.0.0.1");
  Remote remote = server.listener->remote();
  remote.address = "localhost";
  Outcome outcome;
  outcome.connect(loop_, remote, {});
  ASSERT_TRUE(outcome.wait(loop_));
  EXPECT_TRUE(*outcome.result) << outcome.error();
}

TEST_F(StreamTest, ConnectTimesOut) {
  // A listener whose queue is full answers no more: Linux then drops the SYN.
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(fd, 0), 0);
  ASSERT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  Remote remote{Remote::Kind::kTcp, "127.0.0.1", ntohs(address.sin_port)};
  Outcome first, second;
  first.connect(loop_, remote, {});
  ASSERT_TRUE(first.wait(loop_));
  second.connect(loop_, remote, {}, milliseconds(20));
  ASSERT_TRUE(second.wait(loop_));
  EXPECT_EQ(second.error(), remote.to_string() + ": timed out after 20 ms");
  ::close(fd);
}

TEST_F(StreamTest, AnAbandonedAttemptSaysNothing) {
  Server server(loop_, "punix:" + path_);
  Outcome outcome;
  outcome.connect(loop_, server.listener->remote(), {});
  outcome.connector.reset();
  Outcome resolving;
  resolving.connect(loop_, {Remote::Kind::kTcp, "localhost", 1}, {});
  resolving.connector.reset();
  while (loop_.run_for(milliseconds(0)) > 0) {
  }
  EXPECT_FALSE(outcome.result);
  EXPECT_FALSE(resolving.result);
}

TEST_F(StreamTest, TheSocketFileGoesWithItsListener) {
  {
    Server server(loop_, "punix:" + path_);
    struct stat info {};
    ASSERT_EQ(::stat(path_.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0007, 0U);
  }
  EXPECT_NE(::access(path_.c_str(), F_OK), 0);
}

TEST_F(StreamTest, AStaleSocketFileIsReplacedALiveOneIsNot) {
  int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(fd);
  Server first(loop_, "punix:" + path_);
  EXPECT_TRUE(first.listener) << first.error;
  Server second(loop_, "punix:" + path_);
  EXPECT_FALSE(second.listener);
  EXPECT_THAT(second.error, HasSubstr("in use by a running process"));
  EXPECT_EQ(::access(path_.c_str(), F_OK), 0);
}

TEST_F(StreamTest, AFileThatIsNotASocketIsLeftAlone) {
  std::ofstream(path_) << "precious";
  Server server(loop_, "punix:" + path_);
  EXPECT_FALSE(server.listener);
  EXPECT_EQ(::access(path_.c_str(), F_OK), 0);
}

TEST_F(StreamTest, PathsLongerThanASocketAddress) {
  std::string folder = folder_ + "/" + std::string(120, 'd');
  ASSERT_EQ(::mkdir(folder.c_str(), 0700), 0);
  {
    Server server(loop_, "punix:" + folder + "/s");
    auto client = connect_to(server);
    EXPECT_TRUE(client);
  }
  EXPECT_EQ(::rmdir(folder.c_str()), 0);
}

TEST_F(StreamTest, ListenSaysWhyItFailed) {
  Server server(loop_, "ptcp:0:127.0.0.1");
  std::string port = std::to_string(server.listener->remote().port);
  EXPECT_EQ(Server(loop_, "ptcp:" + port + ":127.0.0.1").error,
            "ptcp:" + port + ":127.0.0.1: Address already in use");
  EXPECT_THAT(Server(loop_, "ptcp:0:localhost").error, HasSubstr("not a numeric IP address"));
  EXPECT_THAT(Server(loop_, "tcp:127.0.0.1:1").error, HasSubstr("not listened on"));
  EXPECT_THAT(Server(loop_, "punix:" + folder_ + "/no/s").error, HasSubstr("No such file"));
}

TEST_F(StreamTest, AListenerMayBeDestroyedWhileItAccepts) {
  std::unique_ptr<Listener> listener;
  bool accepted = false;
  auto result = listen(loop_, *Remote::parse("punix:" + path_, 0), {}, [&](auto) {
    listener.reset();
    accepted = true;
  });
  ASSERT_TRUE(result);
  listener = std::move(*result);
  Outcome outcome;
  outcome.connect(loop_, listener->remote(), {});
  EXPECT_TRUE(run_until(loop_, [&] { return accepted; }));
}

}  // namespace
}  // namespace mooring::io::test
