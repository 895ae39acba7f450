// A client of one OVSDB database: keeps a replica up to date, sends transactions, holds locks.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "io/remote.h"
#include "jsonrpc/json.h"
#include "ovsdb/condition.h"
#include "ovsdb/replica.h"
#include "ovsdb/transaction.h"

namespace mooring::io {
class Loop;
}

namespace mooring::ovsdb {

// kConnecting: from start() on until a server is found that will do.
// kSyncing: the server's schema is known and the contents are asked for; transactions go from here.
// kSynced: the replica has all that the server had.
// kLost: the connection ended; rows stay as they are and another is tried.
enum class ClientState { kConnecting, kSyncing, kSynced, kLost };
std::string_view to_string(ClientState state);

// Connects by itself to one of several remotes until destroyed, and again whenever the connection
// ends; a sync after that continues where the last one ended, or replaces the contents by their
// difference, so that rows which stayed the same make no change. Destroying it from inside a
// callback isn't allowed. All callbacks run on the loop.
class Client {
 public:
  struct Options {
    std::string database;             // "OVN_Southbound"
    std::vector<io::Remote> remotes;  // members of one cluster, or several ways to one server
    io::TlsFiles tls;
    // Of a cluster, use only the leader: for those who write much or need the newest contents.
    bool leader_only = false;
    // Start at a random remote instead of the first, so that clients spread.
    bool shuffle = false;
    std::chrono::milliseconds probe_interval{5000};  // 0: none; unix sockets are never probed
    std::chrono::milliseconds connect_timeout{5000};
    // Pause after every remote failed in turn; doubles up to the maximum until a sync succeeds.
    std::chrono::milliseconds backoff{1000};
    std::chrono::milliseconds max_backoff{8000};
  };

  // The replica's rows live elsewhere (a generated Database, a DynamicReplica), beyond the client.
  // Without a replica (null) nothing is monitored.
  Client(io::Loop& loop, Logger logger, Options options, std::unique_ptr<Replica> replica);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Callbacks, to be set before start().
  // After the messages that arrived together are applied, when the replica may have changed.
  void on_update(std::function<void()> callback);
  void on_state(std::function<void(ClientState)> callback);
  // After every remote failed in turn, the last as last_error() says; the next round will come.
  void on_unreachable(std::function<void()> callback);
  // A row or message that couldn't be read, a schema gap; each is logged as well.
  void on_problem(std::function<void(const Error&)> callback);

  // Begins to connect.
  void start();

  ClientState state() const;
  bool synced() const { return state() == ClientState::kSynced; }
  // The remote in use or being tried; "" before start().
  std::string remote() const;
  // Why there is no connection: the last attempt's error, "" while connected.
  std::string last_error() const;
  // The connected server's schema; null before the first connection.
  const Schema* schema() const;
  const std::vector<SchemaGap>& schema_gaps() const;

  // New settings take effect at once; a connection to a remote that is still listed stays.
  void set_remotes(std::vector<io::Remote> remotes);
  void set_tls(io::TlsFiles tls);
  void set_probe_interval(std::chrono::milliseconds interval);
  void set_leader_only(bool leader_only);
  // Drops the connection and connects again at once.
  void reconnect();

  // --- What is monitored ---

  // Which rows of a table to ask for; all when never called. Callable at any time. Changes made
  // during one turn of the loop travel together.
  void set_condition(std::string_view table, Condition condition);
  template <class Row>
  void set_condition(Condition condition) {
    set_condition(Row::kTable, std::move(condition));
  }
  // Whether the replica holds what the present conditions select: true again by the time of the
  // on_update() that follows the server's confirmation.
  bool conditions_settled() const;

  // --- Writing ---

  // The outcome comes once, never from inside this call; the replica has the transaction's effects
  // by then. Without a connection it fails at once with `lost`. Columns that the server lacks are
  // left out.
  using TransactHandler = std::function<void(const TransactionOutcome&)>;
  void transact(Transaction transaction, TransactHandler done);
  // Transactions sent and not answered.
  std::size_t in_flight() const;

  // --- Locks (RFC 7047 section 4.1.8) ---

  // changed(true) when this client has got the lock, changed(false) when it lost it: stolen, or the
  // connection ended. It is asked for again at every connection.
  void lock(std::string name, std::function<void(bool held)> changed);
  // The same, taking it from whoever holds it, once.
  void steal(std::string name, std::function<void(bool held)> changed);
  void unlock(std::string_view name);
  bool has_lock(std::string_view name) const;

  // Any other request of the protocol; fails (Reply::arrived false) without a connection.
  // params: JSON text of an array.
  void request(std::string_view method, std::string params,
               std::function<void(bool arrived, json::Value result, json::Value error)> done);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mooring::ovsdb
