// Switches: ls-add, ls-del, ls-list, ps-add, ps-del, ps-list.
#include <fmt/format.h>

#include <charconv>

#include "cli/command.h"
#include "cli/networks.h"

namespace mooring::cli {
namespace {

// Refuses a second switch of a name, whichever of the two kinds, unless the options allow it. The
// switch that is there already when --may-exist accepts it.
Result<std::optional<RowId>> before_adding(Context& context, const Invocation& invocation,
                                           std::string_view table) {
  if (invocation.has("may-exist") && invocation.has("add-duplicate")) {
    return fail("--may-exist and --add-duplicate exclude each other");
  }
  const std::string& name = invocation.arguments[0];
  for (const std::string_view kind : {kLogicalSwitch, kPhysicalSwitch}) {
    const auto rows = context.nb.with_text(kind, "name", name);
    if (rows.empty() || invocation.has("add-duplicate")) continue;
    if (kind == table && invocation.has("may-exist")) return std::optional(rows.front());
    return fail(fmt::format("a {} \"{}\" exists already{}", kind_of(rows.front()), name,
                            kind == table ? " (--may-exist would accept it)" : ""));
  }
  if (!invocation.has("add-duplicate")) context.nb.expect_none(table, "name", name);
  return std::optional<RowId>();
}

Result<void> ls_add(Context& context, const Invocation& invocation, Output&) {
  if (invocation.arguments.empty()) {
    if (!invocation.options.empty()) return fail("a switch without a name takes no options");
    context.nb.insert(kLogicalSwitch);
    return {};
  }
  auto present = before_adding(context, invocation, kLogicalSwitch);
  if (!present) return tl::unexpected(present.error());
  if (*present) return {};
  const RowId row = context.nb.insert(kLogicalSwitch);
  return context.nb.set(row, "name", invocation.arguments[0]);
}

Result<void> remove_switch(Context& context, const Invocation& invocation, std::string_view table) {
  const std::string& word = invocation.arguments[0];
  auto row = find_switch(context.nb, word, context.symbols, {table});
  if (!row) return tl::unexpected(row.error());
  if (*row) {
    context.nb.erase(**row);
    return {};
  }
  if (invocation.has("if-exists")) return {};
  return tl::unexpected(need_switch(context.nb, word, context.symbols, {table}).error());
}

Result<void> ls_del(Context& context, const Invocation& invocation, Output&) {
  return remove_switch(context, invocation, kLogicalSwitch);
}

Result<void> ps_del(Context& context, const Invocation& invocation, Output&) {
  return remove_switch(context, invocation, kPhysicalSwitch);
}

void list_switches(const Context& context, std::string_view table, Output& output) {
  for (const RowId& row : sorted_switches(context.nb, {table})) {
    output.text += fmt::format("{} ({})\n", row.uuid.to_string(), context.nb.text(row, "name"));
  }
}

Result<void> ls_list(Context& context, const Invocation&, Output& output) {
  list_switches(context, kLogicalSwitch, output);
  return {};
}

Result<void> ps_list(Context& context, const Invocation&, Output& output) {
  list_switches(context, kPhysicalSwitch, output);
  return {};
}

Result<std::int64_t> parse_tag(const std::string& word) {
  std::int64_t tag = 0;
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, tag);
  if (error != std::errc() || stop != end || tag < 1 || tag > 4094) {
    return fail(
        fmt::format("tag \"{}\": a VLAN's tag is 1 to 4094; leave it out for a flat "
                    "network",
                    word));
  }
  return tag;
}

// The network a switch stands for: its name serves where no physical network is given.
struct Segment {
  std::string physical_network;
  std::optional<std::int64_t> tag;

  friend bool operator==(const Segment&, const Segment&) = default;
  std::string text() const {
    return tag ? fmt::format("VLAN {} of \"{}\"", *tag, physical_network)
               : fmt::format("the untagged network \"{}\"", physical_network);
  }
};

Segment segment_of(const Draft& draft, const RowId& row) {
  std::string network = draft.text(row, "physical_network");
  if (network.empty()) network = draft.text(row, "name");
  return {std::move(network), draft.optional_integer(row, "tag")};
}

Result<Segment> parse_segment(const Invocation& invocation) {
  const auto& arguments = invocation.arguments;
  Segment segment{arguments.size() > 1 ? arguments[1] : arguments[0], std::nullopt};
  if (segment.physical_network.empty()) segment.physical_network = arguments[0];
  if (arguments.size() < 3) return segment;
  auto tag = parse_tag(arguments[2]);
  if (!tag) return tl::unexpected(tag.error());
  segment.tag = *tag;
  return segment;
}

// Two switches on one VLAN can't both work; northd lets the older.
void warn_of_clash(const Context& context, const Segment& segment, Output& output) {
  for (const RowId& row : sorted_switches(context.nb, {kPhysicalSwitch})) {
    if (segment_of(context.nb, row) != segment) continue;
    output.warnings.push_back(fmt::format("{} is used by physical switch \"{}\" already",
                                          segment.text(), context.nb.text(row, "name")));
  }
}

Result<void> fill_physical(Context& context, const RowId& row, const Invocation& invocation,
                           const Segment& segment) {
  auto done = context.nb.set(row, "name", invocation.arguments[0]);
  if (!done) return done;
  done = context.nb.set(row, "type", segment.tag ? "vlan" : "flat");
  if (!done) return done;
  if (segment.tag) done = context.nb.set(row, "tag", datum_of(*segment.tag));
  if (!done || invocation.arguments.size() < 2) return done;
  return context.nb.set(row, "physical_network", segment.physical_network);
}

Result<void> ps_add(Context& context, const Invocation& invocation, Output& output) {
  if (invocation.arguments[0].empty()) return fail("a physical switch needs a name");
  auto segment = parse_segment(invocation);
  if (!segment) return tl::unexpected(segment.error());
  auto present = before_adding(context, invocation, kPhysicalSwitch);
  if (!present) return tl::unexpected(present.error());
  if (*present) {
    const Segment found = segment_of(context.nb, **present);
    if (found == *segment) return {};
    return fail(fmt::format("physical switch \"{}\" exists already, but it is {}, not {}",
                            invocation.arguments[0], found.text(), segment->text()));
  }
  warn_of_clash(context, *segment, output);
  return fill_physical(context, context.nb.insert(kPhysicalSwitch), invocation, *segment);
}

}  // namespace

std::vector<Command> switch_commands() {
  return {
      {.name = "ps-add",
       .arguments = "NAME [PHYSICAL_NETWORK [TAG]]",
       .min_arguments = 1,
       .max_arguments = 3,
       .options = {"may-exist", "add-duplicate"},
       .tables = {kLogicalSwitch, kPhysicalSwitch},
       .summary = "create a physical switch: flat, or with TAG that VLAN, on PHYSICAL_NETWORK "
                  "(default NAME)",
       .run = ps_add},
      {.name = "ps-del",
       .arguments = "SWITCH",
       .min_arguments = 1,
       .max_arguments = 1,
       .options = {"if-exists"},
       .tables = {kPhysicalSwitch},
       .summary = "delete a physical switch and its ports",
       .run = ps_del},
      {.name = "ps-list",
       .tables = {kPhysicalSwitch},
       .summary = "print all physical switches",
       .run = ps_list},
      {.name = "ls-add",
       .arguments = "[SWITCH]",
       .max_arguments = 1,
       .options = {"may-exist", "add-duplicate"},
       .tables = {kLogicalSwitch, kPhysicalSwitch},
       .summary = "create a logical switch",
       .run = ls_add},
      {.name = "ls-del",
       .arguments = "SWITCH",
       .min_arguments = 1,
       .max_arguments = 1,
       .options = {"if-exists"},
       .tables = {kLogicalSwitch},
       .summary = "delete a logical switch and its ports",
       .run = ls_del},
      {.name = "ls-list",
       .tables = {kLogicalSwitch},
       .summary = "print all logical switches",
       .run = ls_list},
  };
}

}  // namespace mooring::cli
