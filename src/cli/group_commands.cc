// Port groups: pg-add, pg-set-ports, pg-get-ports, pg-del.
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/match_check.h"
#include "cli/naming.h"
#include "cli/networks.h"
#include "cli/remarks.h"
#include "cli/suggest.h"

namespace mooring::cli {
namespace {

const std::vector<std::string_view> kGroupTables{kLogicalSwitch, kPhysicalSwitch, kPort,
                                                 kPortGroup};

Result<std::optional<RowId>> find_group(const Context& context, const std::string& word) {
  const ovsdb::TableSchema* table = context.nb.schema().find(kPortGroup);
  if (table == nullptr) return fail("the database has no table Port_Group");
  return find_row(context.nb, *table, word, context.symbols);
}

Result<RowId> need_group(const Context& context, const std::string& word) {
  auto row = find_group(context, word);
  if (!row) return tl::unexpected(row.error());
  if (*row) return **row;
  std::vector<std::string> names;
  for (const RowId& other : context.nb.rows(kPortGroup)) {
    names.push_back(context.nb.text(other, "name"));
  }
  return fail(fmt::format("there is no port group \"{}\"{}", word, did_you_mean(word, names)));
}

Result<void> set_members(Context& context, const RowId& group, const Invocation& invocation) {
  ovsdb::Datum members;
  for (std::size_t i = 1; i < invocation.arguments.size(); ++i) {
    auto port = need_port(context.nb, invocation.arguments[i], context.symbols);
    if (!port) return tl::unexpected(port.error());
    members.put(ovsdb::Atom{port->uuid});
  }
  return context.nb.set(group, "ports", std::move(members));
}

Result<void> pg_add(Context& context, const Invocation& invocation, Output& output) {
  const std::string& name = invocation.arguments[0];
  if (name.empty()) return fail("a port group needs a name");
  if (!context.nb.with_text(kPortGroup, "name", name).empty()) {
    return fail(
        fmt::format("a port group \"{}\" exists already (pg-set-ports changes its ports)", name));
  }
  context.nb.expect_none(kPortGroup, "name", name);
  const RowId group = context.nb.insert(kPortGroup);
  if (auto done = context.nb.set(group, "name", name); !done) return done;
  output.warnings = remarks_on(context.nb, group);
  return set_members(context, group, invocation);
}

Result<void> pg_set_ports(Context& context, const Invocation& invocation, Output&) {
  auto group = need_group(context, invocation.arguments[0]);
  if (!group) return tl::unexpected(group.error());
  return set_members(context, *group, invocation);
}

Result<void> pg_get_ports(Context& context, const Invocation& invocation, Output& output) {
  auto group = need_group(context, invocation.arguments[0]);
  if (!group) return tl::unexpected(group.error());
  for (const RowId& port : sorted_ports(context.nb, *group)) {
    if (!context.nb.exists(port)) continue;  // a command before has deleted it
    output.text += fmt::format("{} ({})\n", port.uuid.to_string(), context.nb.text(port, "name"));
  }
  return {};
}

Result<void> pg_del(Context& context, const Invocation& invocation, Output&) {
  const std::string& word = invocation.arguments[0];
  auto group = find_group(context, word);
  if (!group) return tl::unexpected(group.error());
  if (!*group && invocation.has("if-exists")) return {};
  if (!*group) return tl::unexpected(need_group(context, word).error());
  context.nb.erase(**group);
  return {};
}

}  // namespace

std::vector<Command> group_commands() {
  return {
      {.name = "pg-add",
       .arguments = "GROUP [PORT]...",
       .min_arguments = 1,
       .max_arguments = Command::kAny,
       .tables = kGroupTables,
       .summary = "create a port group",
       .run = pg_add},
      {.name = "pg-set-ports",
       .arguments = "GROUP PORT...",
       .min_arguments = 2,
       .max_arguments = Command::kAny,
       .tables = kGroupTables,
       .summary = "set the ports of a port group, replacing those it had",
       .run = pg_set_ports},
      {.name = "pg-get-ports",
       .arguments = "GROUP",
       .min_arguments = 1,
       .max_arguments = 1,
       .tables = kGroupTables,
       .summary = "print the ports of a port group",
       .run = pg_get_ports},
      {.name = "pg-del",
       .arguments = "GROUP",
       .min_arguments = 1,
       .max_arguments = 1,
       .options = {"if-exists"},
       .tables = kGroupTables,
       .summary = "delete a port group and its rules",
       .run = pg_del},
  };
}

}  // namespace mooring::cli
