// The client's inside: one connection after another, and what outlives them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "io/loop.h"
#include "io/stream.h"
#include "jsonrpc/session.h"
#include "ovsdb/client.h"
#include "ovsdb/lock_set.h"
#include "ovsdb/monitor.h"
#include "ovsdb/remote_cycle.h"
#include "ovsdb/server_watch.h"

namespace mooring::ovsdb {

class Client::Impl {
 public:
  Impl(io::Loop& loop, Logger logger, Options options, std::unique_ptr<Replica> replica);
  ~Impl() = default;

  void start();
  void set_remotes(std::vector<io::Remote> remotes);
  void set_tls(io::TlsFiles tls);
  void set_probe_interval(std::chrono::milliseconds interval);
  void set_leader_only(bool leader_only);
  void reconnect(std::string why);

  void set_condition(std::string_view table, Condition condition);
  bool conditions_settled() const;

  void transact(Transaction transaction, TransactHandler done);
  std::size_t in_flight() const;
  void request(std::string_view method, std::string params,
               std::function<void(const jsonrpc::Reply&)> done);

  void lock(std::string name, LockSet::Changed changed, bool steal);
  void unlock(std::string_view name);

  std::function<void()> on_update;
  std::function<void(ClientState)> on_state;
  std::function<void()> on_unreachable;
  std::function<void(const Error&)> on_problem;

  ClientState state = ClientState::kConnecting;
  std::string last_error;
  std::optional<Schema> schema;
  LockSet locks;
  Monitor monitor;
  RemoteCycle cycle;
  Options options;

 private:
  using ReplyHandler = std::function<void(const jsonrpc::Reply&)>;
  struct Pending {
    bool is_transaction;
    ReplyHandler done;
  };

  // Connecting (client_connect.cc).
  void restart_cycle();
  void connect();
  void retry_after(std::chrono::milliseconds pause);
  void connected(std::unique_ptr<io::Stream> stream);
  void take_server(const jsonrpc::Reply& reply);
  bool check_server();
  void ask_schema();
  void take_schema(const jsonrpc::Reply& reply);
  void report_gaps(const std::vector<SchemaGap>& before);
  void begin_sync();
  void ask_contents();
  void take_contents(const jsonrpc::Reply& reply);
  void synced();
  void lost(const Error& why);
  void end_session();
  void enter(ClientState fresh);

  // Working (client.cc).
  void take_notification(std::string_view method, json::Value params);
  void take_lock_notification(std::string_view method, json::Value params);
  void batch_ended();
  void track(std::string_view method, const std::string& params, bool is_transaction,
             ReplyHandler done);
  void flush_conditions();
  void ask_lock(const std::string& name);
  void problem(const Error& error);
  // Runs later on the loop, unless the client is gone by then.
  void later(std::function<void()> action);
  bool usable() const { return state == ClientState::kSyncing || state == ClientState::kSynced; }

  io::Loop& loop_;
  Logger log_;
  io::Timer retry_;
  std::unique_ptr<io::Connector> connector_;
  std::unique_ptr<jsonrpc::Session> session_;
  ServerWatch watch_;
  bool watching_ = false;  // the server told us about its databases
  bool started_ = false;
  bool changed_ = false;   // on_update is due
  bool flushing_ = false;  // flush_conditions is posted
  std::set<std::string, std::less<>> stealing_;
  std::map<std::uint64_t, Pending> pending_;
  std::uint64_t next_pending_ = 0;
  std::chrono::steady_clock::time_point synced_at_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace mooring::ovsdb
