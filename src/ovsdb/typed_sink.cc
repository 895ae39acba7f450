#include "ovsdb/typed_sink.h"

namespace mooring::ovsdb {
namespace {

std::string describe(const ColumnShape& shape) {
  auto plural = [](AtomType type) { return std::string(to_string(type)) + "s"; };
  if (shape.value) return "map from " + plural(shape.key) + " to " + plural(*shape.value);
  if (shape.many) return "set of " + plural(shape.key);
  return (shape.may_be_empty ? "optional " : "") + std::string(to_string(shape.key));
}

// Whether every value of the server's type fits the member's.
bool fits(const ColumnShape& shape, const ColumnType& type) {
  if (shape.key != type.key.type) return false;
  if (shape.value.has_value() != type.is_map()) return false;
  if (shape.value && *shape.value != type.value->type) return false;
  bool may_be_empty = shape.may_be_empty || shape.many || shape.value;
  return (shape.many || shape.value || type.max == 1) && (may_be_empty || type.min >= 1);
}

}  // namespace

// The ends and the length tell nearly all column names of a table apart.
std::size_t ColumnReader::slot_of(std::string_view name) {
  if (name.empty()) return 0;
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(name[i]); };
  return (byte(0) * 7u + byte(name.size() - 1) * 31u + byte(name.size() / 2) * 3u +
          static_cast<unsigned>(name.size()) * 13u) %
         kSlots;
}

void ColumnReader::bind(std::string_view table, const TableSchema* schema,
                        std::vector<SchemaGap>& gaps) {
  bound_ = difference_ = 0;
  slots_.assign(kSlots, 0);
  if (schema == nullptr) {
    gaps.push_back({std::string(table), "", "is missing"});
    return;
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const ColumnInfo& column = columns_[i];
    const ColumnSchema* there = schema->find(column.name);
    if (there == nullptr) {
      gaps.push_back({std::string(table), std::string(column.name), "is missing"});
    } else if (!fits(column.shape, there->type)) {
      gaps.push_back({std::string(table), std::string(column.name),
                      "is " + there->type.to_string() + " there, not " + describe(column.shape)});
    } else {
      bound_ |= store::ColumnMask{1} << i;
      if (there->type.sends_differences()) difference_ |= store::ColumnMask{1} << i;
      std::size_t slot = slot_of(column.name);
      while (slots_[slot] != 0) slot = (slot + 1) % kSlots;
      slots_[slot] = static_cast<std::uint8_t>(i + 1);
    }
  }
}

std::vector<std::string> ColumnReader::names() const {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (bound_ >> i & 1) out.emplace_back(columns_[i].name);
  }
  return out;
}

std::size_t ColumnReader::find(std::string_view name) const {
  for (std::size_t slot = slot_of(name); slots_[slot] != 0; slot = (slot + 1) % kSlots) {
    std::size_t i = slots_[slot] - 1u;
    if (columns_[i].name == name) return i;
  }
  return columns_.size();
}

Result<store::ColumnMask> ColumnReader::read(json::Value values, void* row,
                                             bool differences) const {
  if (!values.is_object()) return fail("not an object of columns");
  if (slots_.empty()) return fail("a row before the schema");
  store::ColumnMask present = 0;
  for (json::Member cell : values.members()) {
    std::size_t i = find(cell.key);
    if (i == columns_.size()) continue;
    const ColumnInfo& column = columns_[i];
    store::ColumnMask bit = store::ColumnMask{1} << i;
    auto take = differences && (difference_ & bit) ? column.ops->patch : column.ops->decode;
    if (!take(cell.value, column.member(row))) {
      return fail("column " + std::string(column.name) + " isn't " + describe(column.shape) + ": " +
                  cell.value.dump().substr(0, 200));
    }
    present |= bit;
  }
  return present;
}

store::ColumnMask ColumnReader::differing(const void* a, const void* b,
                                          store::ColumnMask candidates) const {
  store::ColumnMask out = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    store::ColumnMask bit = store::ColumnMask{1} << i;
    if (!(candidates & bit)) continue;
    const ColumnInfo& column = columns_[i];
    if (!column.ops->equal(column.get(a), column.get(b))) out |= bit;
  }
  return out;
}

}  // namespace mooring::ovsdb
