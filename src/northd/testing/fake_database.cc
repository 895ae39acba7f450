#include "northd/testing/fake_database.h"

#include <fmt/core.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "jsonrpc/json.h"
#include "jsonrpc/writer.h"

namespace mooring::northd::testing {
namespace {

using ovsdb::Atom;
using ovsdb::BaseType;
using ovsdb::ColumnSchema;
using ovsdb::ColumnType;
using ovsdb::Datum;
using ovsdb::DynamicRow;
using ovsdb::DynamicTable;

std::string read_source(std::string_view path) {
  const char* root = std::getenv("MOORING_SOURCE_DIR");
  std::ifstream in(std::string(root != nullptr ? root : ".") + "/" + std::string(path));
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

struct Refusal {
  std::string tag;
  std::string message;
};

template <class T>
T expect(Result<T> result, std::string_view what) {
  if (!result)
    throw Refusal{"constraint violation", fmt::format("{}: {}", what, result.error().message)};
  return std::move(*result);
}

// Types of columns that every row has.
const ColumnType& uuid_type() {
  static const ColumnType kType = [] {
    ColumnType type;
    type.key.type = ovsdb::AtomType::kUuid;
    return type;
  }();
  return kType;
}

}  // namespace

// One transaction on a copy of the tables.
class FakeDatabase::Run {
 public:
  Run(const ovsdb::Schema& schema, Tables tables, std::uint64_t& next_uuid)
      : schema_(schema), tables_(std::move(tables)), next_uuid_(next_uuid) {}

  void operate(json::Value operation) {
    std::string op(operation["op"].string().value_or(""));
    if (op == "comment" || op == "assert") return;
    const auto* table = schema_.find(operation["table"].string().value_or(""));
    if (table == nullptr) throw Refusal{"unknown table", operation.dump()};
    if (op == "insert") return insert(*table, operation);
    for (const Uuid& uuid : select(*table, operation["where"])) {
      DynamicRow& row = tables_[table->name].at(uuid);
      if (op == "delete") {
        tables_[table->name].erase(uuid);
      } else if (op == "update") {
        set(*table, row, operation["row"]);
      } else if (op == "mutate") {
        for (json::Value m : operation["mutations"].elements()) mutate(*table, row, m);
      } else {
        throw Refusal{"not supported", op};
      }
    }
  }
  Tables commit() {
    while (collect_garbage() || drop_weak_references()) {
    }
    check_references();
    for (const auto& [name, table] : schema_.tables) check_indexes(table);
    return std::move(tables_);
  }

  // ["named-uuid", NAME] as the ["uuid", ...] that the row has got or will get.
  std::string resolve_names(std::string text) {
    constexpr std::string_view kNamed = "[\"named-uuid\",\"";
    for (std::size_t at = text.find(kNamed); at != text.npos; at = text.find(kNamed, at)) {
      std::size_t start = at + kNamed.size();
      std::string name = text.substr(start, text.find('"', start) - start);
      text.replace(at, start + name.size() - at, "[\"uuid\",\"" + uuid_of(name).to_string());
    }
    return text;
  }
  // The rows that were inserted, in their order.
  const std::vector<Uuid>& inserted() const { return inserted_; }

 private:
  Uuid uuid_of(const std::string& name) {
    auto [it, fresh] = named_.try_emplace(name, Uuid());
    if (fresh) it->second = fresh_uuid();
    return it->second;
  }
  Uuid fresh_uuid() { return Uuid(0x1000, next_uuid_++); }
  void insert(const ovsdb::TableSchema& table, json::Value operation) {
    auto name = operation["uuid-name"].string();
    auto given = operation["uuid"].string();
    Uuid uuid = given  ? Uuid::parse(*given).value_or(Uuid())
                : name ? uuid_of(std::string(*name))
                       : fresh_uuid();
    if (tables_[table.name].contains(uuid)) throw Refusal{"duplicate uuid", uuid.to_string()};
    inserted_.push_back(uuid);
    DynamicRow row;
    for (const auto& [column, spec] : table.columns) row[column] = Datum::initial(spec.type);
    set(table, row, operation["row"]);
    tables_[table.name][uuid] = std::move(row);
  }
  static const ColumnType& type_of(const ovsdb::TableSchema& table, std::string_view column) {
    if (column == "_uuid") return uuid_type();
    const ColumnSchema* spec = table.find(column);
    if (spec == nullptr) throw Refusal{"unknown column", std::string(column)};
    return spec->type;
  }
  static void set(const ovsdb::TableSchema& table, DynamicRow& row, json::Value values) {
    for (const auto& [column, value] : values.members()) {
      const ColumnType& type = type_of(table, column);
      Datum datum = expect(Datum::from_json(type, value), column);
      expect(check(type, datum).map([] { return 0; }), column);
      row[std::string(column)] = std::move(datum);
    }
  }
  static void mutate(const ovsdb::TableSchema& table, DynamicRow& row, json::Value mutation) {
    std::string column(mutation.at(0).string().value_or(""));
    ColumnType type = type_of(table, column);
    Datum& datum = row[column];
    std::string mutator(mutation.at(1).string().value_or(""));
    type.min = 0;
    type.max = ColumnType::kUnlimited;
    bool keys_only = type.is_map() && mutation.at(2).at(0).string() != "map";
    if (mutator == "delete" && keys_only) type.value.reset();
    Datum argument = expect(Datum::from_json(type, mutation.at(2)), column);
    for (std::size_t i = 0; i < argument.size(); ++i) {
      const Atom& key = argument.keys[i];
      if (mutator == "delete") {
        datum.erase(key);
      } else if (!datum.contains(key)) {
        argument.values.empty() ? datum.put(key) : datum.put(key, argument.values[i]);
      }
    }
    const ColumnType& limits = type_of(table, column);
    expect(check(limits, datum).map([] { return 0; }), column);
  }
  std::set<Uuid> select(const ovsdb::TableSchema& table, json::Value where) {
    std::set<Uuid> out;
    for (const auto& [uuid, row] : tables_[table.name]) {
      bool match = true;
      for (json::Value clause : where.elements()) {
        std::string column(clause.at(0).string().value_or(""));
        Datum wanted = expect(Datum::from_json(type_of(table, column), clause.at(2)), column);
        match = match && (column == "_uuid" ? Datum::of(Atom{uuid}) : row.at(column)) == wanted;
      }
      if (match) out.insert(uuid);
    }
    return out;
  }

  template <class Visit>
  void for_each_reference(Visit visit) {
    for (auto& [name, rows] : tables_) {
      for (const auto& [column, spec] : schema_.find(name)->columns) {
        const ColumnType& type = spec.type;
        for (auto& [uuid, row] : rows) {
          if (!type.key.ref_table.empty()) visit(uuid, row[column], type.key, false);
          if (type.value && !type.value->ref_table.empty())
            visit(uuid, row[column], *type.value, true);
        }
      }
    }
  }
  bool exists(const std::string& table, const Atom& atom) {
    return tables_[table].contains(std::get<Uuid>(atom.value));
  }
  bool collect_garbage() {
    std::map<std::string, std::set<Uuid>> used;
    for_each_reference([&](const Uuid&, Datum& datum, const BaseType& base, bool of_value) {
      if (base.weak) return;
      for (const Atom& atom : of_value ? datum.values : datum.keys) {
        used[base.ref_table].insert(std::get<Uuid>(atom.value));
      }
    });
    bool any = false;
    for (auto& [name, rows] : tables_) {
      if (schema_.find(name)->is_root) continue;
      const std::set<Uuid>& kept = used[name];
      any = std::erase_if(rows, [&](const auto& row) { return !kept.contains(row.first); }) > 0 ||
            any;
    }
    return any;
  }
  bool drop_weak_references() {
    bool any = false;
    for_each_reference([&](const Uuid&, Datum& datum, const BaseType& base, bool of_value) {
      if (!base.weak) return;
      for (std::size_t i = datum.size(); i-- > 0;) {
        if (exists(base.ref_table, of_value ? datum.values[i] : datum.keys[i])) continue;
        datum.erase(Atom(datum.keys[i]));
        any = true;
      }
    });
    return any;
  }
  void check_references() {
    for_each_reference([&](const Uuid& uuid, Datum& datum, const BaseType& base, bool of_value) {
      for (const Atom& atom : of_value ? datum.values : datum.keys) {
        if (exists(base.ref_table, atom)) continue;
        throw Refusal{
            "referential integrity violation",
            fmt::format("{} refers to a {} that isn't there", uuid.to_string(), base.ref_table)};
      }
    });
  }
  void check_indexes(const ovsdb::TableSchema& table) {
    for (const auto& index : table.indexes) {
      std::set<std::vector<Datum>> seen;
      for (const auto& [uuid, row] : tables_[table.name]) {
        std::vector<Datum> key;
        for (const std::string& column : index) key.push_back(row.at(column));
        if (!seen.insert(std::move(key)).second) {
          throw Refusal{"constraint violation", "two rows of " + table.name + " clash"};
        }
      }
    }
  }

  const ovsdb::Schema& schema_;
  Tables tables_;
  std::uint64_t& next_uuid_;
  std::map<std::string, Uuid> named_;
  std::vector<Uuid> inserted_;
};

FakeDatabase::FakeDatabase(std::string_view schema_file, std::unique_ptr<ovsdb::Replica> replica)
    : replica_(std::move(replica)) {
  auto schema = ovsdb::Schema::parse_text(read_source(schema_file));
  if (!schema) throw std::runtime_error(schema.error().message);
  schema_ = std::move(*schema);
  for (const auto& [name, table] : schema_.tables) tables_[name];
  std::vector<ovsdb::SchemaGap> gaps;
  for (ovsdb::TableSink* sink : replica_->tables(schema_)) {
    sink->bind(schema_.find(sink->name()), gaps);
  }
}

ovsdb::TransactionOutcome FakeDatabase::transact(const ovsdb::Transaction& transaction) {
  auto fail = [](std::string tag, std::string message) {
    ovsdb::TransactionError error;
    error.message = tag + ": " + message;
    error.lost = tag == "lost";
    error.tag = std::move(tag);
    return tl::unexpected<ovsdb::TransactionError>(std::move(error));
  };
  std::string text = transaction.to_params(schema_.name);
  if (refuse) {
    if (auto tag = refuse(text)) return fail(*tag, "refused by the test");
  }
  Run run(schema_, tables_, next_uuid_);
  json::Parser parser;
  std::string resolved = run.resolve_names(std::move(text));
  auto params = parser.parse(resolved);
  if (!params) return fail("syntax error", params.error().message);
  try {
    bool first = true;  // the database's name
    for (json::Value operation : params->elements()) {
      if (!std::exchange(first, false)) run.operate(operation);
    }
    Tables before = std::exchange(tables_, run.commit());
    feed(before);
  } catch (const Refusal& refusal) {
    return fail(refusal.tag, refusal.message);
  }
  ovsdb::TransactionResult result;
  auto inserted = run.inserted().begin();
  for (const auto& [operation, placeholder] : transaction.insertions()) {
    result.uuids[placeholder] = *inserted++;
  }
  return result;
}

void FakeDatabase::feed(const Tables& before) {
  for (ovsdb::TableSink* sink : replica_->tables(schema_)) {
    const DynamicTable& old = before.at(std::string(sink->name()));
    for (const auto& [uuid, row] : table(sink->name())) {
      auto it = old.find(uuid);
      if (it != old.end() && it->second == row) continue;
      std::string text;
      json::Writer out(text);
      out.begin_object();
      for (const std::string& column : sink->columns()) {
        out.key(column);
        row.at(column).to_json(type_of(sink->name(), column), out);
      }
      out.end_object();
      json::Parser parser;
      if (auto good = sink->put(uuid, *parser.parse(text)); !good) {
        throw std::logic_error(good.error().message);
      }
    }
    for (const auto& [uuid, row] : old) {
      if (!table(sink->name()).contains(uuid)) sink->erase(uuid);
    }
  }
}

const DynamicTable& FakeDatabase::table(std::string_view name) const {
  auto it = tables_.find(name);
  if (it == tables_.end())
    throw std::runtime_error(schema_.name + " has no table " + std::string(name));
  return it->second;
}

const ColumnType& FakeDatabase::type_of(std::string_view table, std::string_view column) const {
  if (column == "_uuid") return uuid_type();
  const auto* spec = schema_.find(table);
  const auto* found = spec != nullptr ? spec->find(column) : nullptr;
  if (found == nullptr) {
    throw std::runtime_error(fmt::format("{} has no column {}.{}", schema_.name, table, column));
  }
  return found->type;
}

}  // namespace mooring::northd::testing
