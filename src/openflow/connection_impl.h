// What stands behind Connection; for this directory's own files.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "io/stream.h"
#include "openflow/connection.h"
#include "openflow/requests.h"

namespace mooring::openflow {

class Connection::Impl {
 public:
  Impl(io::Loop& loop, Options options, Callbacks callbacks, Logger log);

  void start(const io::Remote& remote);
  void stop();
  bool connected() const { return state_ == State::kUp; }
  std::string status() const;
  const Counters& counters() const { return counters_; }

  std::uint32_t send(const Message& message);
  // Sends a request whose answers go to handler, at the latest as an error.
  void request(const Message& message, Requests::Handler handler);
  void commit(const std::vector<BundleItem>& items, BundleDone done);

 private:
  enum class State { kStopped, kBackoff, kConnecting, kHello, kFeatures, kUp };

  void connect();
  void on_stream(Result<std::unique_ptr<io::Stream>> stream);
  void on_data(std::string_view bytes);
  // One whole message; false when the session it came from is over.
  bool on_message(std::string_view message);
  void handshake(Incoming& incoming);
  void on_features(const Features& features);
  void dispatch(Incoming& incoming);
  bool give_to_bundle(Incoming& incoming);
  void step_bundle(std::uint32_t first_xid, BundleJob::Next next);
  void deliver(Incoming& incoming);
  // Gives the present session up, answers what waits, and tries again after the back-off.
  void lose(const Error& error);
  void close_session(const Error& error);
  void arm_probe();
  void probe();
  void write(std::string bytes, std::uint64_t messages);
  std::uint32_t take_xids(std::uint32_t count);
  // Runs callback on the loop, unless the connection is gone by then.
  void post(std::function<void()> callback);

  io::Loop& loop_;
  Options options_;
  Callbacks callbacks_;
  Logger log_;
  State state_ = State::kStopped;
  std::optional<io::Remote> remote_;
  std::unique_ptr<io::Connector> connector_;
  std::unique_ptr<io::Stream> stream_;
  io::Timer retry_timer_;
  io::Timer probe_timer_;
  std::chrono::milliseconds backoff_;
  std::string last_error_;
  std::string received_;
  std::uint64_t session_ = 0;  // counts streams, so that a callback can tell its own is over
  bool heard_ = false;         // since the probe timer was armed
  bool probing_ = false;
  std::uint32_t next_xid_ = 1;
  std::uint32_t next_bundle_ = 1;
  Requests requests_;
  std::map<std::uint32_t, std::unique_ptr<BundleJob>> bundles_;  // by first xid
  Counters counters_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace mooring::openflow
