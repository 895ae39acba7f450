#include "ovsdb/client.h"

#include <algorithm>
#include <utility>

#include "jsonrpc/writer.h"
#include "ovsdb/client_impl.h"
#include "ovsdb/outcome.h"

namespace mooring::ovsdb {

std::string_view to_string(ClientState state) {
  switch (state) {
    case ClientState::kConnecting:
      return "connecting";
    case ClientState::kSyncing:
      return "syncing";
    case ClientState::kSynced:
      return "synced";
    case ClientState::kLost:
      return "lost";
  }
  return "";
}

Client::Impl::Impl(io::Loop& loop, Logger logger, Options given, std::unique_ptr<Replica> replica)
    : monitor(std::move(replica), [this](const Error& error) { problem(error); }),
      cycle({given.backoff, given.max_backoff}),
      options(std::move(given)),
      loop_(loop),
      log_(std::move(logger)),
      retry_(loop) {}

void Client::Impl::later(std::function<void()> action) {
  loop_.post([alive = std::weak_ptr<const bool>(alive_), action = std::move(action)] {
    if (alive.lock()) action();
  });
}

void Client::Impl::problem(const Error& error) {
  log_.warn("{}: {}", options.database, error.message);
  if (on_problem) on_problem(error);
}

void Client::Impl::set_probe_interval(std::chrono::milliseconds interval) {
  options.probe_interval = interval;
  if (session_ && cycle.current().kind != io::Remote::Kind::kUnix) {
    session_->set_probe_interval(interval);
  }
}

void Client::Impl::take_notification(std::string_view method, json::Value params) {
  if (method == "locked" || method == "stolen") return take_lock_notification(method, params);
  if (method == "update" && params.at(0).string() == ServerWatch::kMonitorId) {
    watch_.apply(params.at(1));
    check_server();
    return;
  }
  if (method == "monitor_canceled") {
    // The database was removed or converted; a new session finds out what it is now.
    return lost(Error{"the server cancelled the monitor"});
  }
  if (state != ClientState::kSynced) return;
  auto taken = monitor.take_update(method, params);
  if (!taken) return lost(taken.error());
  changed_ = changed_ || *taken;
}

void Client::Impl::take_lock_notification(std::string_view method, json::Value params) {
  auto name = params.at(0).string();
  if (!name || !locks.contains(*name)) return;
  std::string lock_name(*name);
  if (method == "stolen") {
    // One that was stolen itself isn't queued again by the server, so queue in any case.
    session_->request("unlock", "[" + json::quoted(lock_name) + "]", nullptr);
    ask_lock(lock_name);
  }
  locks.set(lock_name, method == "locked");
}

void Client::Impl::batch_ended() {
  if (std::exchange(changed_, false) && on_update) on_update();
}

void Client::Impl::track(std::string_view method, const std::string& params, bool is_transaction,
                         ReplyHandler done) {
  std::uint64_t id = next_pending_++;
  pending_.emplace(id, Pending{is_transaction, std::move(done)});
  session_->request(method, params, [this, id](const jsonrpc::Reply& reply) {
    auto node = pending_.extract(id);
    if (!node.empty()) node.mapped().done(reply);
  });
}

void Client::Impl::transact(Transaction transaction, TransactHandler done) {
  if (!done) done = [](const TransactionOutcome&) {};
  if (!usable()) {
    std::string why = "not connected to " + options.database;
    if (!last_error.empty()) why += ": " + last_error;
    return later([why, done = std::move(done)] { done(lost_outcome(why)); });
  }
  auto filter = [this](std::string_view table, std::string_view column) {
    return monitor.lacks(table, column);
  };
  std::vector<std::size_t> kept;
  std::string params = transaction.to_params(options.database, filter, &kept);
  track("transact", params, true,
        [transaction = std::move(transaction), kept = std::move(kept),
         done = std::move(done)](const jsonrpc::Reply& reply) {
          done(reply.arrived ? read_outcome(transaction, kept, reply.result, reply.error)
                             : lost_outcome("the connection ended before the answer"));
        });
}

std::size_t Client::Impl::in_flight() const {
  return static_cast<std::size_t>(
      std::count_if(pending_.begin(), pending_.end(),
                    [](const auto& item) { return item.second.is_transaction; }));
}

void Client::Impl::request(std::string_view method, std::string params, ReplyHandler done) {
  if (usable()) return track(method, params, false, std::move(done));
  later([done = std::move(done)] { done(jsonrpc::Reply{{}, {}, false}); });
}

void Client::Impl::set_condition(std::string_view table, Condition condition) {
  monitor.conditions().set(table, std::move(condition));
  if (std::exchange(flushing_, true)) return;
  later([this] {
    flushing_ = false;
    flush_conditions();
  });
}

bool Client::Impl::conditions_settled() const {
  if (state != ClientState::kSynced) return false;
  const ConditionSet& conditions = monitor.conditions();
  return !monitor.has_conditions() || (!conditions.differs() && !conditions.in_flight());
}

void Client::Impl::flush_conditions() {
  ConditionSet& conditions = monitor.conditions();
  if (state != ClientState::kSynced || !monitor.has_conditions()) return;
  if (conditions.in_flight() || !conditions.differs()) return;
  std::string id = json::quoted(Monitor::kId);
  std::string params = "[" + id + "," + id + "," + conditions.begin_change() + "]";
  session_->request("monitor_cond_change", params, [this](const jsonrpc::Reply& reply) {
    if (!reply.arrived) return;
    if (!reply.ok()) problem(Error{"conditions were refused: " + reply.error.dump()});
    monitor.conditions().confirm();
    changed_ = true;
    flush_conditions();
  });
}

void Client::Impl::lock(std::string name, LockSet::Changed changed, bool steal) {
  bool asked = locks.contains(name);
  steal = steal && !locks.held(name);
  locks.add(name, std::move(changed));
  if (steal) stealing_.insert(name);
  if (!usable() || (asked && !steal)) return;
  // The server refuses a second request for a lock before the first is taken back.
  if (asked) session_->request("unlock", "[" + json::quoted(name) + "]", nullptr);
  ask_lock(name);
}

void Client::Impl::ask_lock(const std::string& name) {
  bool steal = stealing_.erase(name) > 0;
  session_->request(steal ? "steal" : "lock", "[" + json::quoted(name) + "]",
                    [this, name](const jsonrpc::Reply& reply) {
                      if (!reply.arrived) return;
                      if (!reply.ok()) {
                        return problem(Error{"lock " + name + ": " + reply.error.dump()});
                      }
                      // "locked" may have come before; false says only that there is a queue.
                      if (reply.result["locked"].boolean() == true) locks.set(name, true);
                    });
}

void Client::Impl::unlock(std::string_view name) {
  if (!locks.contains(name)) return;
  stealing_.erase(std::string(name));
  if (usable()) session_->request("unlock", "[" + json::quoted(name) + "]", nullptr);
  locks.remove(name);
}

Client::Client(io::Loop& loop, Logger logger, Options options, std::unique_ptr<Replica> replica)
    : impl_(std::make_unique<Impl>(loop, std::move(logger), std::move(options),
                                   std::move(replica))) {}
Client::~Client() = default;

void Client::on_update(std::function<void()> callback) { impl_->on_update = std::move(callback); }
void Client::on_state(std::function<void(ClientState)> callback) {
  impl_->on_state = std::move(callback);
}
void Client::on_unreachable(std::function<void()> callback) {
  impl_->on_unreachable = std::move(callback);
}
void Client::on_problem(std::function<void(const Error&)> callback) {
  impl_->on_problem = std::move(callback);
}
void Client::start() { impl_->start(); }

ClientState Client::state() const { return impl_->state; }
std::string Client::remote() const {
  return impl_->cycle.empty() ? std::string() : impl_->cycle.current().to_string();
}
std::string Client::last_error() const { return impl_->last_error; }
const Schema* Client::schema() const { return impl_->schema ? &*impl_->schema : nullptr; }
const std::vector<SchemaGap>& Client::schema_gaps() const { return impl_->monitor.gaps(); }

void Client::set_remotes(std::vector<io::Remote> remotes) {
  impl_->set_remotes(std::move(remotes));
}
void Client::set_tls(io::TlsFiles tls) { impl_->set_tls(std::move(tls)); }
void Client::set_probe_interval(std::chrono::milliseconds interval) {
  impl_->set_probe_interval(interval);
}
void Client::set_leader_only(bool leader_only) { impl_->set_leader_only(leader_only); }
void Client::reconnect() { impl_->reconnect("on request"); }

void Client::set_condition(std::string_view table, Condition condition) {
  impl_->set_condition(table, std::move(condition));
}
bool Client::conditions_settled() const { return impl_->conditions_settled(); }

void Client::transact(Transaction transaction, TransactHandler done) {
  impl_->transact(std::move(transaction), std::move(done));
}
std::size_t Client::in_flight() const { return impl_->in_flight(); }

void Client::lock(std::string name, std::function<void(bool)> changed) {
  impl_->lock(std::move(name), std::move(changed), false);
}
void Client::steal(std::string name, std::function<void(bool)> changed) {
  impl_->lock(std::move(name), std::move(changed), true);
}
void Client::unlock(std::string_view name) { impl_->unlock(name); }
bool Client::has_lock(std::string_view name) const { return impl_->locks.held(name); }

void Client::request(std::string_view method, std::string params,
                     std::function<void(bool, json::Value, json::Value)> done) {
  impl_->request(method, std::move(params), [done = std::move(done)](const jsonrpc::Reply& reply) {
    if (done) done(reply.arrived, reply.result, reply.error);
  });
}

}  // namespace mooring::ovsdb
