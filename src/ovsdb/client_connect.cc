// From nothing to a synced replica, and back: the client's connection.
#include <algorithm>
#include <iterator>
#include <random>
#include <utility>

#include "ovsdb/client_impl.h"

namespace mooring::ovsdb {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void Client::Impl::start() {
  if (std::exchange(started_, true)) return;
  restart_cycle();
  connect();
}

void Client::Impl::restart_cycle() {
  std::size_t start = options.shuffle ? std::random_device{}() : 0;
  cycle.set(options.remotes, start);
}

void Client::Impl::set_remotes(std::vector<io::Remote> remotes) {
  if (remotes == options.remotes) return;
  options.remotes = std::move(remotes);
  if (!started_) return;
  if (session_ == nullptr) return reconnect("the remotes changed");
  auto place = std::find(options.remotes.begin(), options.remotes.end(), cycle.current());
  if (place == options.remotes.end()) return reconnect("the remotes changed");
  cycle.set(options.remotes, static_cast<std::size_t>(place - options.remotes.begin()));
}

void Client::Impl::set_tls(io::TlsFiles tls) {
  if (tls == options.tls) return;
  options.tls = std::move(tls);
  bool concerned = !cycle.empty() && cycle.current().kind == io::Remote::Kind::kSsl;
  if (started_ && concerned) reconnect("the TLS files changed");
}

void Client::Impl::set_leader_only(bool leader_only) {
  options.leader_only = leader_only;
  if (watching_) later([this] { check_server(); });
}

void Client::Impl::reconnect(std::string why) {
  later([this, why = std::move(why)] {
    if (!started_) return;
    log_.info("{}: reconnecting: {}", options.database, why);
    end_session();
    restart_cycle();
    connect();
  });
}

void Client::Impl::connect() {
  retry_.cancel();
  connector_.reset();
  if (cycle.empty()) {
    last_error = "no remote is configured";
    return;
  }
  connector_ = io::connect(loop_, cycle.current(), options.tls, options.connect_timeout,
                           [this](Result<std::unique_ptr<io::Stream>> stream) {
                             if (!stream) return lost(stream.error());
                             connected(std::move(*stream));
                           });
}

void Client::Impl::connected(std::unique_ptr<io::Stream> stream) {
  jsonrpc::Session::Handlers handlers;
  handlers.on_notify = [this](std::string_view method, json::Value params) {
    take_notification(method, params);
  };
  handlers.on_batch = [this] { batch_ended(); };
  handlers.on_closed = [this](const Error& why) { lost(why); };
  jsonrpc::Session::Options session_options;
  bool probed = cycle.current().kind != io::Remote::Kind::kUnix;
  session_options.probe_interval = probed ? options.probe_interval : milliseconds(0);
  session_ = std::make_unique<jsonrpc::Session>(loop_, std::move(stream), session_options,
                                                std::move(handlers));
  session_->request("set_db_change_aware", "[true]", nullptr);
  session_->request("monitor", ServerWatch::monitor_params(),
                    [this](const jsonrpc::Reply& reply) { take_server(reply); });
}

// A server older than the _Server database has one copy of what it has, so anything will do.
void Client::Impl::take_server(const jsonrpc::Reply& reply) {
  if (!reply.arrived) return;
  watching_ = reply.ok();
  if (watching_) {
    watch_.apply(reply.result);
    if (!check_server()) return;
  }
  ask_schema();
}

bool Client::Impl::check_server() {
  auto unfit = watch_.unfit(options.database, options.leader_only);
  if (!unfit || session_ == nullptr) return true;
  lost(*unfit);
  return false;
}

void Client::Impl::ask_schema() {
  session_->request("get_schema", "[" + json::quoted(options.database) + "]",
                    [this](const jsonrpc::Reply& reply) { take_schema(reply); });
}

void Client::Impl::take_schema(const jsonrpc::Reply& reply) {
  if (!reply.arrived) return;
  if (!reply.ok()) return lost(Error{"no schema: " + reply.error.dump()});
  auto parsed = Schema::parse(reply.result);
  if (!parsed) return lost(parsed.error());
  schema = std::move(*parsed);
  auto gaps = monitor.gaps();
  monitor.bind(*schema);
  report_gaps(gaps);
  begin_sync();
}

void Client::Impl::report_gaps(const std::vector<SchemaGap>& before) {
  for (const SchemaGap& gap : monitor.gaps()) {
    if (std::binary_search(before.begin(), before.end(), gap)) continue;
    std::string what = gap.column.empty() ? "table " + gap.table
                                          : "column " + gap.column + " of table " + gap.table;
    problem(Error{"the server's schema, version " + schema->version + ", doesn't fit: " + what +
                  " " + gap.reason});
  }
}

void Client::Impl::begin_sync() {
  last_error.clear();
  for (const std::string& name : locks.names()) ask_lock(name);
  jsonrpc::Session* session = session_.get();
  enter(ClientState::kSyncing);
  if (session_.get() == session) ask_contents();
}

void Client::Impl::ask_contents() {
  if (monitor.empty()) return synced();
  session_->request(Monitor::name(monitor.method()), monitor.request_params(options.database),
                    [this](const jsonrpc::Reply& reply) { take_contents(reply); });
}

void Client::Impl::take_contents(const jsonrpc::Reply& reply) {
  if (!reply.arrived) return;
  if (!reply.ok()) {
    std::string error = reply.error.dump();
    bool unknown = error.find("unknown method") != error.npos;
    if (unknown && monitor.fall_back()) return ask_contents();
    return lost(Error{std::string(Monitor::name(monitor.method())) + " was refused: " + error});
  }
  if (auto taken = monitor.take_reply(reply.result); !taken) return lost(taken.error());
  synced();
}

void Client::Impl::synced() {
  synced_at_ = steady_clock::now();
  changed_ = true;
  log_.info("{}: synced with {}", options.database, cycle.current().to_string());
  enter(ClientState::kSynced);
  flush_conditions();
}

// Ends the connection or the attempt, and plans the next.
void Client::Impl::lost(const Error& why) {
  bool worked = state == ClientState::kSynced && steady_clock::now() - synced_at_ > options.backoff;
  const std::string remote = cycle.current().to_string();
  std::string text = why.message.starts_with(remote) ? why.message : remote + ": " + why.message;
  if (text != last_error) log_.info("{}: {}", options.database, text);
  last_error = std::move(text);
  end_session();
  if (worked) {
    cycle.ended();
    return retry_after(milliseconds(0));
  }
  const milliseconds pause = cycle.failed();
  retry_after(pause);
  if (pause > milliseconds(0) && on_unreachable) on_unreachable();
}

void Client::Impl::retry_after(milliseconds pause) {
  retry_.start(pause, [this] { connect(); });
}

void Client::Impl::end_session() {
  connector_.reset();
  session_.reset();
  watch_.clear();
  watching_ = false;
  monitor.lose();
  if (usable()) enter(ClientState::kLost);
  locks.lose();
  for (auto& [id, pending] : std::exchange(pending_, {})) {
    pending.done(jsonrpc::Reply{{}, {}, false});
  }
}

void Client::Impl::enter(ClientState fresh) {
  if (std::exchange(state, fresh) != fresh && on_state) on_state(fresh);
}

}  // namespace mooring::ovsdb
