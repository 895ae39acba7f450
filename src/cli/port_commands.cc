// Ports of switches: lsp-add, lsp-del, lsp-list, and what a port belongs to.
#include <fmt/format.h>

#include <charconv>

#include "cli/command.h"
#include "cli/networks.h"

namespace mooring::cli {
namespace {

const std::vector<std::string_view> kPortTables{kLogicalSwitch, kPhysicalSwitch, kPort};

// The parent port and VLAN of a container's port; 0 lets northd choose.
struct Nested {
  std::string parent;
  std::int64_t tag = 0;
};

Result<std::optional<Nested>> parse_nested(const Invocation& invocation) {
  const auto& arguments = invocation.arguments;
  if (arguments.size() == 2) return std::optional<Nested>();
  if (arguments.size() == 3) return fail("lsp-add with a parent needs a tag as well");
  Nested nested{arguments[2], 0};
  const std::string& word = arguments[3];
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, nested.tag);
  if (error != std::errc() || stop != end || nested.tag < 0 || nested.tag > 4095) {
    return fail(fmt::format("tag \"{}\": a port's tag is 0 to 4095, 0 to have one chosen", word));
  }
  return std::optional(std::move(nested));
}

// Whether the port that is there already is the one that would have been added.
Result<void> check_present(const Context& context, const RowId& port, const RowId& network,
                           const std::optional<Nested>& nested, bool may_exist) {
  const std::string name = context.nb.text(port, "name");
  if (!may_exist) {
    return fail(fmt::format("a port \"{}\" exists already (--may-exist would accept it)", name));
  }
  const auto owner = switch_of(context.nb, port);
  if (owner && *owner != network) {
    return fail(fmt::format("port \"{}\" exists already, but in {} \"{}\"", name, kind_of(*owner),
                            context.nb.text(*owner, "name")));
  }
  const std::string parent = context.nb.text(port, "parent_name");
  if (!nested && !parent.empty()) {
    return fail(fmt::format("port \"{}\" exists already, but with parent \"{}\"", name, parent));
  }
  if (nested && parent != nested->parent) {
    return fail(fmt::format("port \"{}\" exists already, but with {}", name,
                            parent.empty() ? "no parent" : "parent \"" + parent + "\""));
  }
  const auto tag = context.nb.optional_integer(port, "tag_request");
  if (nested && tag != nested->tag) {
    return fail(fmt::format("port \"{}\" exists already, but with {}", name,
                            tag ? fmt::format("tag_request {}", *tag) : "no tag_request"));
  }
  return {};
}

Result<void> insert_port(Context& context, const RowId& network, const std::string& name,
                         const std::optional<Nested>& nested) {
  context.nb.expect_none(kPort, "name", name);
  const RowId port = context.nb.insert(kPort);
  auto done = context.nb.set(port, "name", name);
  if (done && nested) done = context.nb.set(port, "parent_name", nested->parent);
  if (done && nested) done = context.nb.set(port, "tag_request", datum_of(nested->tag));
  if (!done) return done;
  return context.nb.add_reference(network, "ports", port);
}

Result<void> lsp_add(Context& context, const Invocation& invocation, Output&) {
  const std::string& name = invocation.arguments[1];
  auto nested = parse_nested(invocation);
  if (!nested) return tl::unexpected(nested.error());
  auto network = need_switch(context.nb, invocation.arguments[0], context.symbols);
  if (!network) return tl::unexpected(network.error());
  for (const RowId& port : context.nb.with_text(kPort, "name", name)) {
    if (!switch_of(context.nb, port)) continue;  // goes with its switch in this transaction
    return check_present(context, port, *network, *nested, invocation.has("may-exist"));
  }
  return insert_port(context, *network, name, *nested);
}

Result<void> lsp_del(Context& context, const Invocation& invocation, Output&) {
  const std::string& word = invocation.arguments[0];
  auto port = find_port(context.nb, word, context.symbols);
  if (!port) return tl::unexpected(port.error());
  if (!*port && invocation.has("if-exists")) return {};
  if (!*port) return tl::unexpected(need_port(context.nb, word, context.symbols).error());
  const auto network = switch_of(context.nb, **port);
  if (!network) return {};
  auto done = context.nb.remove_reference(*network, "ports", **port);
  context.nb.erase(**port);
  return done;
}

Result<void> lsp_list(Context& context, const Invocation& invocation, Output& output) {
  auto network = need_switch(context.nb, invocation.arguments[0], context.symbols);
  if (!network) return tl::unexpected(network.error());
  for (const RowId& port : sorted_ports(context.nb, *network)) {
    output.text += fmt::format("{} ({})\n", port.uuid.to_string(), context.nb.text(port, "name"));
  }
  return {};
}

Result<void> lsp_get_ls(Context& context, const Invocation& invocation, Output& output) {
  auto port = need_port(context.nb, invocation.arguments[0], context.symbols);
  if (!port) return tl::unexpected(port.error());
  if (const auto network = switch_of(context.nb, *port)) {
    output.text =
        fmt::format("{} ({})\n", network->uuid.to_string(), context.nb.text(*network, "name"));
  }
  return {};
}

Result<void> lsp_get_parent(Context& context, const Invocation& invocation, Output& output) {
  auto port = need_port(context.nb, invocation.arguments[0], context.symbols);
  if (!port) return tl::unexpected(port.error());
  const std::string parent = context.nb.text(*port, "parent_name");
  if (!parent.empty()) output.text = parent + "\n";
  return {};
}

Result<void> lsp_get_tag(Context& context, const Invocation& invocation, Output& output) {
  auto port = need_port(context.nb, invocation.arguments[0], context.symbols);
  if (!port) return tl::unexpected(port.error());
  if (const auto tag = context.nb.optional_integer(*port, "tag")) {
    output.text = fmt::format("{}\n", *tag);
  }
  return {};
}

Command about_port(std::string_view name, std::string_view summary,
                   Result<void> (*run)(Context&, const Invocation&, Output&)) {
  return {.name = name,
          .arguments = "PORT",
          .min_arguments = 1,
          .max_arguments = 1,
          .tables = kPortTables,
          .summary = summary,
          .run = run};
}

}  // namespace

std::vector<Command> port_commands() {
  return {
      {.name = "lsp-add",
       .arguments = "SWITCH PORT [PARENT TAG]",
       .min_arguments = 2,
       .max_arguments = 4,
       .options = {"may-exist"},
       .tables = kPortTables,
       .summary = "add a port to a switch of either kind",
       .run = lsp_add},
      {.name = "lsp-del",
       .arguments = "PORT",
       .min_arguments = 1,
       .max_arguments = 1,
       .options = {"if-exists"},
       .tables = kPortTables,
       .summary = "delete a port",
       .run = lsp_del},
      {.name = "lsp-list",
       .arguments = "SWITCH",
       .min_arguments = 1,
       .max_arguments = 1,
       .tables = kPortTables,
       .summary = "print the ports of a switch",
       .run = lsp_list},
      about_port("lsp-get-ls", "print the switch that a port is in", lsp_get_ls),
      about_port("lsp-get-parent", "print the parent of a nested port", lsp_get_parent),
      about_port("lsp-get-tag", "print the tag of a nested port", lsp_get_tag),
  };
}

}  // namespace mooring::cli
