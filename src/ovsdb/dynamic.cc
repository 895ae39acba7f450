#include "ovsdb/dynamic.h"

#include <set>
#include <utility>
#include <vector>

namespace mooring::ovsdb {
namespace {

// The differences of update2 (ovsdb-server(7), 4.1.14), applied to a set or map.
void apply_difference(Datum& value, const Datum& difference) {
  for (std::size_t i = 0; i < difference.size(); ++i) {
    const Atom& key = difference.keys[i];
    std::size_t place = value.find(key);
    if (difference.values.empty()) {
      place == Datum::npos ? value.put(key) : value.erase(key);
    } else if (place != Datum::npos && value.values[place] == difference.values[i]) {
      value.erase(key);
    } else {
      value.put(key, difference.values[i]);
    }
  }
}

class DynamicSink final : public TableSink {
 public:
  DynamicSink(std::string name, DynamicTable& rows) : name_(std::move(name)), rows_(rows) {}

  std::string_view name() const override { return name_; }

  void bind(const TableSchema* schema, std::vector<SchemaGap>& gaps) override {
    schema_ = schema != nullptr ? *schema : TableSchema{};
    if (schema == nullptr) gaps.push_back({name_, "", "is missing"});
    for (auto& [uuid, row] : rows_) shape(row);
  }
  std::vector<std::string> columns() const override {
    std::vector<std::string> out;
    for (const auto& [name, column] : schema_.columns) out.push_back(name);
    return out;
  }

  void begin_snapshot() override {
    stale_.clear();
    for (const auto& [uuid, row] : rows_) stale_.insert(uuid);
  }
  void end_snapshot() override {
    for (const Uuid& uuid : std::exchange(stale_, {})) rows_.erase(uuid);
  }

  Result<void> put(const Uuid& uuid, json::Value values) override {
    stale_.erase(uuid);
    DynamicRow row;
    shape(row);
    return take(uuid, std::move(row), values, false);
  }
  Result<void> modify(const Uuid& uuid, json::Value differences) override {
    auto it = rows_.find(uuid);
    if (it == rows_.end()) return fail("a change of a row that isn't there");
    return take(uuid, it->second, differences, true);
  }
  void erase(const Uuid& uuid) override { rows_.erase(uuid); }

 private:
  // Exactly the schema's columns, new ones at their default.
  void shape(DynamicRow& row) const {
    std::erase_if(row, [this](const auto& cell) { return schema_.find(cell.first) == nullptr; });
    for (const auto& [name, column] : schema_.columns) {
      row.try_emplace(name, Datum::initial(column.type));
    }
  }

  Result<void> take(const Uuid& uuid, DynamicRow row, json::Value values, bool differences) {
    if (!values.is_object()) return fail("not an object of columns");
    for (json::Member cell : values.members()) {
      const ColumnSchema* column = schema_.find(cell.key);
      if (column == nullptr) continue;
      bool difference = differences && column->type.sends_differences();
      ColumnType type = column->type;
      if (difference) type.min = 0;
      auto value = Datum::from_json(type, cell.value);
      if (!value) {
        rows_.erase(uuid);
        return fail("column " + column->name + ": " + value.error().message);
      }
      Datum& slot = row.find(cell.key)->second;
      if (difference) {
        apply_difference(slot, *value);
      } else {
        slot = std::move(*value);
      }
    }
    rows_.insert_or_assign(uuid, std::move(row));
    return {};
  }

  std::string name_;
  DynamicTable& rows_;
  TableSchema schema_;
  std::set<Uuid> stale_;
};

}  // namespace

struct DynamicReplica::Impl {
  std::set<std::string, std::less<>> wanted;
  Schema schema;
  std::map<std::string, DynamicTable, std::less<>> tables;
};

namespace {

class DynamicFeed final : public Replica {
 public:
  explicit DynamicFeed(std::shared_ptr<DynamicReplica::Impl> impl) : impl_(std::move(impl)) {}

  std::span<TableSink* const> tables(const Schema& schema) override {
    impl_->schema = schema;
    auto add = [this](const std::string& name) {
      if (sinks_.contains(name)) return;
      sinks_.emplace(name, std::make_unique<DynamicSink>(name, impl_->tables[name]));
    };
    for (const std::string& name : impl_->wanted) add(name);
    if (impl_->wanted.empty()) {
      for (const auto& [name, table] : schema.tables) add(name);
    }
    pointers_.clear();
    for (auto& [name, sink] : sinks_) pointers_.push_back(sink.get());
    return pointers_;
  }

 private:
  std::shared_ptr<DynamicReplica::Impl> impl_;
  std::map<std::string, std::unique_ptr<DynamicSink>> sinks_;
  std::vector<TableSink*> pointers_;
};

}  // namespace

DynamicReplica::DynamicReplica(std::set<std::string, std::less<>> tables)
    : impl_(std::make_shared<Impl>()) {
  impl_->wanted = std::move(tables);
}

DynamicReplica::~DynamicReplica() = default;

void DynamicReplica::add_table(std::string name) { impl_->wanted.insert(std::move(name)); }

std::unique_ptr<Replica> DynamicReplica::feed() { return std::make_unique<DynamicFeed>(impl_); }

const Schema& DynamicReplica::schema() const { return impl_->schema; }

const DynamicTable& DynamicReplica::table(std::string_view name) const {
  static const DynamicTable kNone;
  auto it = impl_->tables.find(name);
  return it == impl_->tables.end() ? kNone : it->second;
}

const DynamicRow* DynamicReplica::find(std::string_view table_name, const Uuid& uuid) const {
  const DynamicTable& rows = table(table_name);
  auto it = rows.find(uuid);
  return it == rows.end() ? nullptr : &it->second;
}

const Datum* DynamicReplica::find(std::string_view table_name, const Uuid& uuid,
                                  std::string_view column) const {
  const DynamicRow* row = find(table_name, uuid);
  if (row == nullptr) return nullptr;
  auto it = row->find(column);
  return it == row->end() ? nullptr : &it->second;
}

}  // namespace mooring::ovsdb
