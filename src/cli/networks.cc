#include "cli/networks.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "cli/naming.h"
#include "cli/suggest.h"

namespace mooring::cli {
namespace {

std::vector<RowId> by_name(const Draft& draft, std::vector<RowId> rows) {
  std::vector<std::tuple<std::string, Uuid, RowId>> keyed;
  for (RowId& row : rows) keyed.emplace_back(draft.text(row, "name"), row.uuid, std::move(row));
  std::sort(keyed.begin(), keyed.end());
  std::vector<RowId> out;
  for (auto& [name, uuid, row] : keyed) out.push_back(std::move(row));
  return out;
}

std::string names_of(const std::vector<std::string_view>& tables) {
  if (tables.size() > 1) return "switch";
  return tables.front() == kLogicalSwitch ? "logical switch" : "physical switch";
}

}  // namespace

std::string_view kind_of(const RowId& network) {
  return network.table == kPhysicalSwitch ? "physical switch" : "logical switch";
}

std::vector<RowId> sorted_switches(const Draft& draft,
                                   const std::vector<std::string_view>& tables) {
  std::vector<RowId> rows;
  for (const std::string_view table : tables) {
    for (RowId& row : draft.rows(table)) rows.push_back(std::move(row));
  }
  return by_name(draft, std::move(rows));
}

Result<std::optional<RowId>> find_switch(const Draft& draft, std::string_view word,
                                         const ovsdb::Symbols& symbols,
                                         const std::vector<std::string_view>& tables) {
  std::optional<RowId> found;
  for (const std::string_view name : tables) {
    const ovsdb::TableSchema* table = draft.schema().find(name);
    if (table == nullptr) continue;
    auto row = find_row(draft, *table, word, symbols);
    if (!row) return row;
    if (*row && found) {
      return fail(fmt::format(
          "\"{}\" is the name of a {} and of a {}; name one by its UUID: {}, {}", word,
          kind_of(*found), kind_of(**row), found->uuid.to_string(), (*row)->uuid.to_string()));
    }
    if (*row) found = std::move(*row);
  }
  return found;
}

Result<RowId> need_switch(const Draft& draft, std::string_view word, const ovsdb::Symbols& symbols,
                          const std::vector<std::string_view>& tables) {
  auto row = find_switch(draft, word, symbols, tables);
  if (!row) return tl::unexpected(row.error());
  if (*row) return **row;
  std::vector<std::string> names;
  for (const RowId& other : sorted_switches(draft, tables)) {
    names.push_back(draft.text(other, "name"));
  }
  return fail(
      fmt::format("there is no {} \"{}\"{}", names_of(tables), word, did_you_mean(word, names)));
}

std::vector<RowId> sorted_ports(const Draft& draft, const RowId& network) {
  return by_name(draft, draft.references(network, "ports", kPort));
}

std::optional<RowId> switch_of(const Draft& draft, const RowId& port) {
  const ovsdb::Atom wanted{port.uuid};
  for (const std::string_view table : {kLogicalSwitch, kPhysicalSwitch}) {
    for (RowId& row : draft.rows(table)) {
      if (draft.get(row, "ports").contains(wanted)) return std::move(row);
    }
  }
  return std::nullopt;
}

Result<std::optional<RowId>> find_port(const Draft& draft, std::string_view word,
                                       const ovsdb::Symbols& symbols) {
  const ovsdb::TableSchema* table = draft.schema().find(kPort);
  if (table == nullptr) return fail("the database has no table Logical_Switch_Port");
  // Rows may be left by a command before that took their switch away.
  std::vector<RowId> named;
  for (RowId& row : draft.with_text(kPort, "name", word)) {
    if (switch_of(draft, row)) named.push_back(std::move(row));
  }
  if (named.size() == 1) return std::optional(std::move(named.front()));
  auto row = find_row(draft, *table, word, symbols);
  if (row && *row && !switch_of(draft, **row)) return std::optional<RowId>();
  return row;
}

Result<RowId> need_port(const Draft& draft, std::string_view word, const ovsdb::Symbols& symbols) {
  auto row = find_port(draft, word, symbols);
  if (!row) return tl::unexpected(row.error());
  if (*row) return **row;
  std::vector<std::string> names;
  for (const RowId& other : draft.rows(kPort)) names.push_back(draft.text(other, "name"));
  return fail(fmt::format("there is no port \"{}\"{}", word, did_you_mean(word, names)));
}

}  // namespace mooring::cli
