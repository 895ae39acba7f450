#include "cli/acls.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/match_check.h"
#include "cli/naming.h"
#include "cli/networks.h"
#include "cli/suggest.h"

namespace mooring::cli {
namespace {

using EntityTables = std::vector<std::string_view>;

Result<EntityTables> tables_of(const std::optional<std::string>& type) {
  if (!type) return EntityTables{kLogicalSwitch, kPhysicalSwitch, kPortGroup};
  if (*type == "switch") return EntityTables{kLogicalSwitch, kPhysicalSwitch};
  if (*type == "logical-switch") return EntityTables{kLogicalSwitch};
  if (*type == "physical-switch") return EntityTables{kPhysicalSwitch};
  if (*type == "port-group") return EntityTables{kPortGroup};
  return fail(fmt::format(
      "--type={}: known are switch, logical-switch, physical-switch and port-group", *type));
}

std::string type_option(const RowId& entity) {
  std::string type(entity_kind(entity));
  std::replace(type.begin(), type.end(), ' ', '-');
  return "--type=" + type;
}

Error missing_entity(const Draft& draft, std::string_view word, const EntityTables& tables) {
  std::vector<std::string> names;
  for (const std::string_view table : tables) {
    for (const RowId& row : draft.rows(table)) names.push_back(draft.text(row, "name"));
  }
  const std::string_view what = tables.size() == 3   ? "switch or port group"
                                : tables.size() == 2 ? "switch"
                                                     : entity_kind({std::string(tables[0]), {}});
  return Error{fmt::format("there is no {} \"{}\"{}", what, word, did_you_mean(word, names))};
}

std::string log_text(const Draft& draft, const RowId& acl) {
  if (!draft.optional_boolean(acl, "log").value_or(false)) return "";
  std::string out;
  const auto put = [&](std::string_view column, std::string_view quote) {
    const std::string value = draft.text(acl, column);
    if (value.empty()) return;
    out += fmt::format("{}{}={}{}{}", out.empty() ? "" : ",", column, quote, value, quote);
  };
  put("name", "");
  put("severity", "");
  put("meter", "\"");
  return " log(" + out + ")";
}

}  // namespace

std::string_view entity_kind(const RowId& entity) {
  return entity.table == kPortGroup ? "port group" : kind_of(entity);
}

Result<RowId> need_entity(const Draft& draft, std::string_view word,
                          const std::optional<std::string>& type, const ovsdb::Symbols& symbols) {
  auto tables = tables_of(type);
  if (!tables) return tl::unexpected(tables.error());
  std::optional<RowId> found;
  for (const std::string_view name : *tables) {
    const ovsdb::TableSchema* table = draft.schema().find(name);
    if (table == nullptr) continue;
    auto row = find_row(draft, *table, word, symbols);
    if (!row) return tl::unexpected(row.error());
    if (*row && found) {
      return fail(fmt::format("\"{}\" is the name of a {} and of a {}; {} or {} chooses", word,
                              entity_kind(*found), entity_kind(**row), type_option(*found),
                              type_option(**row)));
    }
    if (*row) found = std::move(*row);
  }
  if (!found) return tl::unexpected(missing_entity(draft, word, *tables));
  return *found;
}

Result<std::string> parse_direction(std::string_view word) {
  for (const std::string_view direction : {kFromLport, kToLport}) {
    if (!word.empty() && direction.starts_with(word)) return std::string(direction);
  }
  return fail(fmt::format("direction \"{}\": known are {} and {}", word, kFromLport, kToLport));
}

AclPlace place_of(const Draft& draft, const RowId& acl) {
  AclPlace out;
  out.to_lport = draft.text(acl, "direction") == kToLport;
  out.after_lb = !out.to_lport && draft.value_at(acl, "options", "apply-after-lb") == "true";
  out.tier = draft.integer(acl, "tier");
  out.precedence = -draft.integer(acl, "priority");
  out.match = draft.text(acl, "match");
  return out;
}

std::vector<RowId> sorted_acls(const Draft& draft, const RowId& entity) {
  std::vector<std::pair<AclPlace, RowId>> keyed;
  for (RowId& row : draft.references(entity, "acls", kAcl)) {
    keyed.emplace_back(place_of(draft, row), std::move(row));
  }
  std::sort(keyed.begin(), keyed.end());
  std::vector<RowId> out;
  for (auto& [place, row] : keyed) out.push_back(std::move(row));
  return out;
}

std::string acl_text(const Draft& draft, const RowId& acl) {
  const AclPlace place = place_of(draft, acl);
  std::string out =
      fmt::format("{:>10} {:>5} ({}) {}{}", draft.text(acl, "direction"), -place.precedence,
                  place.match, draft.text(acl, "action"), log_text(draft, acl));
  if (const auto label = draft.integer(acl, "label")) out += fmt::format(" label={}", label);
  if (place.after_lb) out += " [after-lb]";
  if (place.tier != 0) out += fmt::format(" [tier {}]", place.tier);
  return out;
}

}  // namespace mooring::cli
