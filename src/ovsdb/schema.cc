#include "ovsdb/schema.h"

#include "ovsdb/codec.h"

namespace mooring::ovsdb {
namespace {

Result<AtomType> parse_atom_type(json::Value value) {
  for (auto type : {AtomType::kInteger, AtomType::kReal, AtomType::kBoolean, AtomType::kString,
                    AtomType::kUuid}) {
    if (value.string() == to_string(type)) return type;
  }
  return fail("type " + value.dump() + " is none of integer, real, boolean, string, uuid");
}

Result<std::vector<Atom>> parse_enum(AtomType type, json::Value value) {
  std::vector<Atom> out;
  auto set = set_view(value);
  if (!set) return fail("bad enum " + value.dump());
  auto add = [&](json::Value element) -> Result<void> {
    auto atom = Atom::from_json(type, element);
    if (!atom) return tl::unexpected(atom.error());
    out.push_back(std::move(*atom));
    return {};
  };
  if (set->single) {
    if (auto added = add(set->value); !added) return tl::unexpected(added.error());
  } else {
    for (json::Value element : set->value.elements()) {
      if (auto added = add(element); !added) return tl::unexpected(added.error());
    }
  }
  return out;
}

Result<BaseType> parse_base(json::Value value) {
  BaseType out;
  auto type = parse_atom_type(value.is_object() ? value["type"] : value);
  if (!type) return tl::unexpected(type.error());
  out.type = *type;
  if (!value.is_object()) return out;
  if (json::Value allowed = value["enum"]; !allowed.is_null()) {
    auto atoms = parse_enum(out.type, allowed);
    if (!atoms) return tl::unexpected(atoms.error());
    out.allowed = std::move(*atoms);
  }
  out.min_integer = value["minInteger"].integer();
  out.max_integer = value["maxInteger"].integer();
  out.min_real = value["minReal"].real();
  out.max_real = value["maxReal"].real();
  out.min_length = value["minLength"].integer();
  out.max_length = value["maxLength"].integer();
  out.ref_table = value["refTable"].string().value_or("");
  out.weak = value["refType"].string() == "weak";
  return out;
}

Result<unsigned> parse_limit(json::Value value) {
  if (value.is_null()) return 1U;
  if (value.string() == "unlimited") return ColumnType::kUnlimited;
  auto number = value.integer();
  if (!number || *number < 0 || *number >= ColumnType::kUnlimited) {
    return fail("bad limit " + value.dump());
  }
  return static_cast<unsigned>(*number);
}

Result<ColumnType> parse_type(json::Value value) {
  ColumnType out;
  auto key = parse_base(value.is_object() ? value["key"] : value);
  if (!key) return tl::unexpected(key.error());
  out.key = std::move(*key);
  if (!value.is_object()) return out;
  if (json::Value mapped = value["value"]; !mapped.is_null()) {
    auto base = parse_base(mapped);
    if (!base) return tl::unexpected(base.error());
    out.value = std::move(*base);
  }
  auto min = parse_limit(value["min"]);
  auto max = parse_limit(value["max"]);
  if (!min) return tl::unexpected(min.error());
  if (!max) return tl::unexpected(max.error());
  if (*min > 1 || *max < 1) return fail("min must be 0 or 1, and max at least 1");
  out.min = *min;
  out.max = *max;
  return out;
}

// A missing or null member is the default.
bool flag(json::Value value, bool fallback) { return value.boolean().value_or(fallback); }

Result<TableSchema> parse_table(std::string_view name, json::Value value) {
  TableSchema out;
  out.name = name;
  out.is_root = flag(value["isRoot"], false);
  if (auto rows = value["maxRows"].integer(); rows && *rows > 0) {
    out.max_rows = static_cast<unsigned>(*rows);
  }
  for (json::Member member : value["columns"].members()) {
    auto type = parse_type(member.value["type"]);
    if (!type) {
      return fail("column " + std::string(member.key) + ": " + type.error().message);
    }
    ColumnSchema column{std::string(member.key), std::move(*type),
                        flag(member.value["mutable"], true),
                        flag(member.value["ephemeral"], false)};
    out.columns.insert_or_assign(column.name, std::move(column));
  }
  for (json::Value index : value["indexes"].elements()) {
    auto& columns = out.indexes.emplace_back();
    for (json::Value column : index.elements()) columns.emplace_back(column.string().value_or(""));
  }
  return out;
}

std::string plural(const BaseType& base) { return std::string(to_string(base.type)) + "s"; }

}  // namespace

std::string ColumnType::to_string() const {
  if (is_scalar()) return std::string(ovsdb::to_string(key.type));
  if (is_optional()) return "optional " + std::string(ovsdb::to_string(key.type));
  std::string out = is_map() ? "map" : "set";
  if (max != kUnlimited) out += " of up to " + std::to_string(max);
  if (!is_map()) return out + (max == kUnlimited ? " of " : " ") + plural(key);
  return out + (max == kUnlimited ? " from " : " pairs from ") + plural(key) + " to " +
         plural(*value);
}

Result<Schema> Schema::parse(json::Value value) {
  Schema out;
  auto name = value["name"].string();
  if (!name || !value["tables"].is_object()) {
    return fail("not a database schema: name and tables are needed");
  }
  out.name = *name;
  out.version = value["version"].string().value_or("");
  out.checksum = value["cksum"].string().value_or("");
  for (json::Member member : value["tables"].members()) {
    auto table = parse_table(member.key, member.value);
    if (!table) {
      return fail("schema of " + out.name + ", table " + std::string(member.key) + ": " +
                  table.error().message);
    }
    out.tables.insert_or_assign(table->name, std::move(*table));
  }
  return out;
}

Result<Schema> Schema::parse_text(std::string_view text) {
  json::Parser parser;
  auto value = parser.parse(text);
  if (!value) return tl::unexpected(value.error());
  return parse(*value);
}

}  // namespace mooring::ovsdb
