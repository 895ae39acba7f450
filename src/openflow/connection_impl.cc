#include "openflow/connection_impl.h"

#include <fmt/format.h>

#include <algorithm>

namespace mooring::openflow {
namespace {

const Error kNotConnected{"not connected to the switch"};

}  // namespace

Connection::Impl::Impl(io::Loop& loop, Options options, Callbacks callbacks, Logger log)
    : loop_(loop),
      options_(std::move(options)),
      callbacks_(std::move(callbacks)),
      log_(std::move(log)),
      retry_timer_(loop),
      probe_timer_(loop),
      backoff_(options_.min_backoff) {}

void Connection::Impl::start(const io::Remote& remote) {
  if (remote_ == remote) return;
  stop();
  remote_ = remote;
  backoff_ = options_.min_backoff;
  connect();
}

void Connection::Impl::stop() {
  remote_.reset();
  retry_timer_.cancel();
  close_session(Error{"the connection was stopped"});
}

std::string Connection::Impl::status() const {
  switch (state_) {
    case State::kStopped:
      return "stopped";
    case State::kBackoff:
      return "back-off: " + last_error_;
    case State::kConnecting:
      return "connecting";
    case State::kHello:
    case State::kFeatures:
      return "negotiating";
    case State::kUp:
      return "connected";
  }
  return {};
}

void Connection::Impl::connect() {
  state_ = State::kConnecting;
  connector_ = io::connect(
      loop_, *remote_, io::TlsFiles{}, options_.connect_timeout,
      [this](Result<std::unique_ptr<io::Stream>> stream) { on_stream(std::move(stream)); });
}

void Connection::Impl::on_stream(Result<std::unique_ptr<io::Stream>> stream) {
  connector_.reset();
  if (!stream) return lose(stream.error());
  stream_ = std::move(*stream);
  ++session_;
  received_.clear();
  state_ = State::kHello;
  stream_->start({[this](std::string_view bytes) { on_data(bytes); },
                  [this](const Error& error) { lose(error); }});
  std::string hello;
  static_cast<void>(encode(hello, take_xids(1), Message(Hello{})));
  write(std::move(hello), 1);
  // The handshake has as long as the connection had.
  probe_timer_.start(options_.connect_timeout, [this] { lose(Error{"no OpenFlow handshake"}); });
}

void Connection::Impl::on_data(std::string_view bytes) {
  counters_.bytes_received += bytes.size();
  heard_ = true;
  probing_ = false;
  const std::uint64_t session = session_;
  received_.append(bytes);
  // Taken out while messages are handled: a callback may end the session.
  std::string buffer = std::move(received_);
  received_.clear();
  std::size_t at = 0;
  while (session == session_ && stream_ != nullptr) {
    const std::string_view rest = std::string_view(buffer).substr(at);
    const auto length = frame_length(rest);
    if (!length) return lose(length.error());
    if (*length == 0 || *length > rest.size()) break;
    at += *length;
    if (!on_message(rest.substr(0, *length))) return;
  }
  if (session != session_ || stream_ == nullptr) return;
  buffer.erase(0, at);
  received_ = std::move(buffer);
}

bool Connection::Impl::on_message(std::string_view message) {
  ++counters_.messages_received;
  const std::uint64_t session = session_;
  auto incoming = decode(message);
  if (!incoming) {
    // What it belonged to is answered; the others go on, for the frames are still whole.
    const std::uint32_t xid = Reader(message.substr(4)).u32();
    log_.warn("{}: undecodable message: {}", remote_->to_string(), incoming.error().message);
    if (!requests_.fail(xid, incoming.error()) && state_ != State::kUp) lose(incoming.error());
  } else if (state_ == State::kUp) {
    dispatch(*incoming);
  } else {
    handshake(*incoming);
  }
  return session == session_ && stream_ != nullptr;
}

void Connection::Impl::handshake(Incoming& incoming) {
  if (const auto* error = std::get_if<ErrorReply>(&incoming.message)) {
    return lose(Error{fmt::format("the switch refused the handshake ({}): {}", error->name(),
                                  "is OpenFlow15 among the bridge's protocols?")});
  }
  if (const auto* echo = std::get_if<EchoRequest>(&incoming.message)) {
    std::string reply;
    static_cast<void>(encode(reply, incoming.xid, Message(EchoReply{echo->data})));
    return write(std::move(reply), 1);
  }
  const auto* hello = std::get_if<Hello>(&incoming.message);
  if (hello != nullptr && state_ == State::kHello) {
    if ((hello->versions >> kVersion & 1) == 0) {
      return lose(
          Error{"the switch doesn't speak OpenFlow 1.5: add OpenFlow15 to the bridge's "
                "protocols"});
    }
    state_ = State::kFeatures;
    std::string request;
    static_cast<void>(encode(request, take_xids(1), Message(FeaturesRequest{})));
    return write(std::move(request), 1);
  }
  const auto* features = std::get_if<Features>(&incoming.message);
  if (features != nullptr && state_ == State::kFeatures) on_features(*features);
}

void Connection::Impl::on_features(const Features& features) {
  state_ = State::kUp;
  backoff_ = options_.min_backoff;
  last_error_.clear();
  ++counters_.connects;
  log_.info("{}: connected, datapath {:016x}", remote_->to_string(), features.datapath_id);
  arm_probe();
  for (const Message& message : options_.greeting) send(message);
  if (callbacks_.on_connected) callbacks_.on_connected(features);
}

void Connection::Impl::dispatch(Incoming& incoming) {
  if (const auto* echo = std::get_if<EchoRequest>(&incoming.message)) {
    std::string reply;
    static_cast<void>(encode(reply, incoming.xid, Message(EchoReply{echo->data})));
    return write(std::move(reply), 1);
  }
  if (give_to_bundle(incoming) || requests_.answer(incoming)) return;
  deliver(incoming);
}

bool Connection::Impl::give_to_bundle(Incoming& incoming) {
  auto after = bundles_.upper_bound(incoming.xid);
  if (after == bundles_.begin()) return false;
  BundleJob& job = *std::prev(after)->second;
  if (incoming.xid > job.last_xid()) return false;
  const bool concerns = std::holds_alternative<ErrorReply>(incoming.message) ||
                        std::holds_alternative<BundleControl>(incoming.message);
  if (!concerns) return false;
  step_bundle(job.first_xid(), job.take(incoming));
  return true;
}

void Connection::Impl::step_bundle(std::uint32_t first_xid, BundleJob::Next next) {
  BundleJob& job = *bundles_.at(first_xid);
  switch (next) {
    case BundleJob::Next::kWait:
      return;
    case BundleJob::Next::kCommit:
      return write(job.control(BundleControl::Type::kCommitRequest), 1);
    case BundleJob::Next::kDiscard:
      return write(job.control(BundleControl::Type::kDiscardRequest), 1);
    case BundleJob::Next::kDone: {
      const auto finished = std::move(bundles_.at(first_xid));
      bundles_.erase(first_xid);
      return finished->finish({});
    }
  }
}

void Connection::Impl::deliver(Incoming& incoming) {
  Received& message = incoming.message;
  if (auto* packet = std::get_if<PacketIn>(&message)) {
    if (callbacks_.on_packet_in) callbacks_.on_packet_in(std::move(*packet));
  } else if (const auto* status = std::get_if<PortStatus>(&message)) {
    if (callbacks_.on_port_status) callbacks_.on_port_status(*status);
  } else if (const auto* removed = std::get_if<FlowRemoved>(&message)) {
    if (callbacks_.on_flow_removed) callbacks_.on_flow_removed(*removed);
  } else if (const auto* error = std::get_if<ErrorReply>(&message)) {
    log_.dbg("{}: error {} for xid {}", remote_->to_string(), error->name(), error->xid);
    if (callbacks_.on_error) callbacks_.on_error(*error);
  } else if (const auto* table = std::get_if<TlvTableReply>(&message)) {
    if (callbacks_.on_tlv_table) callbacks_.on_tlv_table(*table);
  }
}

void Connection::Impl::lose(const Error& error) {
  const bool news = error.message != last_error_;
  last_error_ = error.message;
  // The same reason again and again is said once.
  if (news && remote_) log_.info("{}: {}", remote_->to_string(), error.message);
  const std::uint64_t session = session_;
  close_session(error);
  // A callback may have stopped or started it anew.
  if (!remote_ || state_ != State::kStopped || session_ != session + 1) return;
  state_ = State::kBackoff;
  retry_timer_.start(backoff_, [this] { connect(); });
  backoff_ = std::min(backoff_ * 2, options_.max_backoff);
}

void Connection::Impl::close_session(const Error& error) {
  const bool was_up = state_ == State::kUp;
  state_ = State::kStopped;
  ++session_;
  connector_.reset();
  probe_timer_.cancel();
  probing_ = false;
  received_.clear();
  if (stream_) {
    stream_->close();
    stream_.reset();
  }
  if (was_up && callbacks_.on_disconnected) callbacks_.on_disconnected(error);
  requests_.fail_all(error);
  auto bundles = std::move(bundles_);
  bundles_.clear();
  for (auto& [xid, job] : bundles) job->finish(error.message);
}

void Connection::Impl::arm_probe() {
  if (options_.probe_interval.count() == 0) return probe_timer_.cancel();
  heard_ = false;
  probe_timer_.start(options_.probe_interval, [this] { probe(); });
}

void Connection::Impl::probe() {
  // What we still have to say may be what keeps the peer from answering.
  if (heard_ || stream_->backlog() > 0) {
    probing_ = false;
    return arm_probe();
  }
  if (probing_) {
    return lose(
        Error{fmt::format("no answer to a probe for {} ms", options_.probe_interval.count())});
  }
  std::string echo;
  static_cast<void>(encode(echo, take_xids(1), Message(EchoRequest{})));
  write(std::move(echo), 1);
  arm_probe();
  probing_ = true;
}

void Connection::Impl::write(std::string bytes, std::uint64_t messages) {
  counters_.bytes_sent += bytes.size();
  counters_.messages_sent += messages;
  stream_->send(std::move(bytes));
}

std::uint32_t Connection::Impl::take_xids(std::uint32_t count) {
  // Never 0, and a bundle's never wrap.
  if (next_xid_ == 0 || next_xid_ > 0xffffffffU - count) next_xid_ = 1;
  const std::uint32_t first = next_xid_;
  next_xid_ += count;
  return first;
}

void Connection::Impl::post(std::function<void()> callback) {
  loop_.post([alive = std::weak_ptr<bool>(alive_), callback = std::move(callback)] {
    if (alive.lock()) callback();
  });
}

std::uint32_t Connection::Impl::send(const Message& message) {
  if (!connected()) return 0;
  const std::uint32_t xid = take_xids(1);
  std::string bytes;
  if (auto result = encode(bytes, xid, message); !result) {
    log_.err("{}: {}", remote_->to_string(), result.error().message);
    return 0;
  }
  write(std::move(bytes), 1);
  return xid;
}

void Connection::Impl::request(const Message& message, Requests::Handler handler) {
  const std::uint32_t xid = send(message);
  if (xid != 0) return requests_.add(xid, std::move(handler));
  post([handler = std::move(handler)] { handler(tl::unexpected(kNotConnected)); });
}

void Connection::Impl::commit(const std::vector<BundleItem>& items, BundleDone done) {
  if (items.empty() && connected()) {
    return post([done = std::move(done)] { done({}); });
  }
  if (!connected()) {
    return post([done = std::move(done)] {
      done(tl::unexpected(BundleFailure{{}, kNotConnected.message}));
    });
  }
  const std::uint32_t first = take_xids(BundleJob::xids(items.size()));
  auto job = BundleJob::make(next_bundle_++, first, items, done);
  if (!job) {
    return post([done = std::move(done), failure = std::move(job.error())] {
      done(tl::unexpected(failure));
    });
  }
  for (std::string& chunk : (*job)->take_chunks()) write(std::move(chunk), 0);
  counters_.messages_sent += items.size() + 2;
  bundles_[first] = std::move(*job);
}

}  // namespace mooring::openflow
