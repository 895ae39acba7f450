// What a client asks a database to change, all or nothing (RFC 7047 sections 4.1.3 and 5.2).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ovsdb/codec.h"
#include "ovsdb/column_info.h"
#include "ovsdb/condition.h"
#include "ovsdb/row.h"

namespace mooring::ovsdb {

// Whether to leave out a column, or with an empty name a whole table, because the server lacks it.
using ColumnFilter = std::function<bool(std::string_view table, std::string_view column)>;

// A list of operations; a value that knows no connection. Sets and maps are changed element by
// element, so that two writers don't undo each other's work; only scalars and optionals are written
// whole. What concerns one row is merged into as few operations as the order allows.
//
//   using PB = sb::PortBinding;
//   ovsdb::Transaction txn;
//   auto dp = txn.insert(sb::DatapathBinding{.tunnel_key = 7});      // a Ref, at once usable:
//   auto pb = txn.insert(PB{.logical_port = "vm1", .datapath = dp});  // as value and as row
//   txn.update(row.uuid, PB::Columns::up, true);
//   txn.insert_into(ls.uuid, LS::Columns::ports, pb);
//   txn.remove_from(ls.uuid, LS::Columns::ports, old_ref);
//   txn.put(row.uuid, PB::Columns::options, "requested-chassis", "hv1");
//   txn.erase_key(row.uuid, PB::Columns::options, "qdisc");
//   txn.diff(row.uuid, PB::Columns::mac, before, after);              // whatever the column is
//   txn.remove<PB>(other.uuid);
//   txn.assert_lock("ovn_northd");
//   client.transact(std::move(txn), [pb](const TransactionOutcome& outcome) {
//     if (outcome) use(outcome->uuid_of(pb));
//   });
//
// Rows are named by their UUID or by a Ref.
class Transaction {
 public:
  template <class T>
  static constexpr bool is_whole = !IsSet<T>::value && !IsMap<T>::value;

  // --- Rows ---

  // Inserts a row with the columns of `row` that aren't at their default; its uuid is ignored. The
  // Ref is a placeholder until the transaction is committed: TransactionResult::uuid_of.
  template <class Row>
  store::Ref<Row> insert(const Row& row) {
    return {insert_row(Row::kTable, Row::columns(), &row)};
  }
  // The same with a UUID of the client's choice, new to the table (ovsdb-server(7), section 5.2.1);
  // else the transaction fails with "duplicate uuid".
  template <class Row>
  void insert_as(const Uuid& uuid, const Row& row) {
    insert_row_as(uuid, Row::kTable, Row::columns(), &row);
  }
  template <class Row>
  void remove(const Uuid& row) {
    remove_row(Row::kTable, row);
  }
  template <class Row>
  void remove(store::Ref<Row> row) {
    remove_row(Row::kTable, row.uuid);
  }

  // --- Scalars and optionals ---

  template <class Row, class T>
  void update(const Uuid& row, const Column<Row, T>& column, const std::type_identity_t<T>& value) {
    static_assert(is_whole<T>, "sets and maps are changed by element: insert_into, put, diff");
    set_column(Row::kTable, row, column.name, to_json(value));
  }
  // The same, if the row also meets every clause of `where`. An operation of its own:
  // TransactionResult::operations[what this returns].count says whether it did.
  template <class Row, class T>
  std::size_t update_where(const Uuid& row, const Condition& where, const Column<Row, T>& column,
                           const std::type_identity_t<T>& value) {
    static_assert(is_whole<T>, "sets and maps are changed by element: insert_into, put, diff");
    return set_column_where(Row::kTable, row, where, column.name, to_json(value));
  }
  // Adds to an integer; atomically, whatever others write meanwhile.
  template <class Row>
  void increment(const Uuid& row, const Column<Row, std::int64_t>& column, std::int64_t by = 1) {
    mutate(Row::kTable, row, column.name, "+=", to_json(by));
  }

  // --- Sets ---

  template <class Row, class T>
  void insert_into(const Uuid& row, const Column<Row, Set<T>>& column,
                   const std::type_identity_t<T>& element) {
    mutate(Row::kTable, row, column.name, "insert", to_json(element));
  }
  template <class Row, class T>
  void remove_from(const Uuid& row, const Column<Row, Set<T>>& column,
                   const std::type_identity_t<T>& element) {
    mutate(Row::kTable, row, column.name, "delete", to_json(element));
  }
  template <class Row, class T>
  void diff(const Uuid& row, const Column<Row, Set<T>>& column,
            const std::type_identity_t<Set<T>>& before, const std::type_identity_t<Set<T>>& after) {
    Set<T> gone, fresh;
    for (const T& element : before) {
      if (!after.contains(element)) gone.insert(gone.end(), element);
    }
    for (const T& element : after) {
      if (!before.contains(element)) fresh.insert(fresh.end(), element);
    }
    // In this order: the server counts a set's elements after each mutation, and may want one.
    if (!fresh.empty()) mutate(Row::kTable, row, column.name, "insert", to_json(fresh));
    if (!gone.empty()) mutate(Row::kTable, row, column.name, "delete", to_json(gone));
  }

  // --- Maps ---

  // Sets key to value whether or not the key is there.
  template <class Row, class K, class V>
  void put(const Uuid& row, const Column<Row, Map<K, V>>& column,
           const std::type_identity_t<K>& key, const std::type_identity_t<V>& value) {
    erase_key(row, column, key);
    mutate(Row::kTable, row, column.name, "insert", to_json(Map<K, V>{{key, value}}));
  }
  template <class Row, class K, class V>
  void erase_key(const Uuid& row, const Column<Row, Map<K, V>>& column,
                 const std::type_identity_t<K>& key) {
    mutate(Row::kTable, row, column.name, "delete", keys_json(Set<K>{key}));
  }
  template <class Row, class K, class V>
  void diff(const Uuid& row, const Column<Row, Map<K, V>>& column,
            const std::type_identity_t<Map<K, V>>& before,
            const std::type_identity_t<Map<K, V>>& after) {
    Set<K> gone;
    Map<K, V> fresh;
    for (const auto& [key, value] : before) {
      auto it = after.find(key);
      if (it == after.end() || it->second != value) gone.insert(gone.end(), key);
    }
    for (const auto& [key, value] : after) {
      auto it = before.find(key);
      if (it == before.end() || it->second != value) fresh.emplace_hint(fresh.end(), key, value);
    }
    if (!gone.empty()) mutate(Row::kTable, row, column.name, "delete", keys_json(gone));
    if (!fresh.empty()) mutate(Row::kTable, row, column.name, "insert", to_json(fresh));
  }

  // --- Any column: emits what is needed to lead from before to after, nothing when equal ---

  template <class Row, class T>
  requires(is_whole<T>) void diff(const Uuid& row, const Column<Row, T>& column,
                                  const std::type_identity_t<T>& before,
                                  const std::type_identity_t<T>& after) {
    if (!(before == after)) update(row, column, after);
  }

  // --- Conditions and remarks ---

  // Refuses the transaction ("timed out") unless the column has that value when it is executed.
  template <class Row, class T>
  void wait(const Uuid& row, const Column<Row, T>& column, const std::type_identity_t<T>& value) {
    wait_column(Row::kTable, row, column.name, to_json(value));
  }
  // Refuses the transaction unless the row is there.
  template <class Row>
  void wait_exists(const Uuid& row) {
    wait_row(Row::kTable, row);
  }
  // Words for the server's log.
  void comment(std::string_view text);
  // Refuses the transaction ("not owner") unless this client holds the lock.
  void assert_lock(std::string_view name);
  // Makes the server undo it all ("aborted"), for trying out.
  void abort();

  // --- Untyped, for tools; values and operations are JSON text ---

  Uuid insert_row(std::string_view table);
  void set_column(std::string_view table, const Uuid& row, std::string_view column,
                  std::string value);
  void mutate(std::string_view table, const Uuid& row, std::string_view column,
              std::string_view mutator, std::string value);
  void remove_row(std::string_view table, const Uuid& row);
  void wait_column(std::string_view table, const Uuid& row, std::string_view column,
                   std::string value);
  void wait_row(std::string_view table, const Uuid& row);
  // Any operation object. Its result is at TransactionResult::operations[what this returns].
  std::size_t raw(std::string operation);

  bool empty() const { return operations_.empty(); }
  std::size_t size() const { return operations_.size(); }
  // The params of "transact". kept, when given, gets the places in this builder of the operations
  // that were written: those on tables that filter refuses are left out.
  std::string to_params(std::string_view database, const ColumnFilter& filter = {},
                        std::vector<std::size_t>* kept = nullptr) const;
  // In words, for logs and errors: "update of Port_Binding 1a2b3c4d".
  std::string describe(std::size_t operation) const;

  // The placeholders of inserted rows, with the places of their operations.
  std::vector<std::pair<std::size_t, Uuid>> insertions() const;
  bool is_raw(std::size_t operation) const {
    return operations_.at(operation).kind == Kind::kOther;
  }

 private:
  enum class Kind { kInsert, kUpdate, kMutate, kDelete, kWait, kOther };
  struct Cell {
    std::string column;
    std::string mutator;  // of kMutate
    std::string value;    // JSON text
  };
  struct Operation {
    Kind kind;
    std::string table;
    Uuid row;
    std::vector<Cell> cells;
    std::string text;   // of kOther: the whole operation
    std::string where;  // clauses besides the row's: JSON, each with a comma before it
  };

  template <class K>
  static std::string keys_json(const Set<K>& keys) {
    std::string out;
    json::Writer writer(out);
    encode_elements(writer, keys);
    return out;
  }

  Uuid insert_row(std::string_view table, std::span<const ColumnInfo> columns, const void* row);
  void insert_row_as(const Uuid& uuid, std::string_view table, std::span<const ColumnInfo> columns,
                     const void* row);
  std::size_t set_column_where(std::string_view table, const Uuid& row, const Condition& where,
                               std::string_view column, std::string value);
  std::set<std::string, std::less<>> names_referred_to() const;
  Operation& operation_on(Kind kind, std::string_view table, const Uuid& row);
  static bool write(std::string& out, const Operation& operation, const ColumnFilter& filter,
                    const std::set<std::string, std::less<>>& names);
  static void write_cells(json::Writer& out, Kind kind, const std::vector<const Cell*>& cells);

  std::vector<Operation> operations_;
  std::map<std::pair<Kind, Uuid>, std::size_t> places_;  // of mergeable operations by row
};

// What a committed transaction did.
struct TransactionResult {
  struct Operation {
    std::int64_t count = 0;        // rows touched by update, mutate and delete
    std::optional<Uuid> inserted;  // by insert
    std::string text;              // of raw(): the whole result object, as JSON text
  };
  std::vector<Operation> operations;  // as many as the builder had, in its order
  std::map<Uuid, Uuid> uuids;         // of the inserted rows, by placeholder

  // The UUID of a row that the transaction inserted; any other UUID is given back as it is.
  Uuid uuid_of(const Uuid& row) const {
    auto it = uuids.find(row);
    return it == uuids.end() ? row : it->second;
  }
  template <class Row>
  Uuid uuid_of(const store::Ref<Row>& row) const {
    return uuid_of(row.uuid);
  }
};

// Why one wasn't committed. message is whole: what, where, and the server's details.
struct TransactionError : Error {
  std::string tag;                       // RFC 7047's "error": "constraint violation", "timed out"
  std::optional<std::size_t> operation;  // the place in the builder of the one that failed
  bool lost = false;  // the connection ended before the answer: it may have been committed or not
};

using TransactionOutcome = tl::expected<TransactionResult, TransactionError>;

}  // namespace mooring::ovsdb
