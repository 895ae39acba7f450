// What a port is set to: addresses, port security, type, options, state.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/command.h"
#include "cli/networks.h"
#include "cli/suggest.h"
#include "model/lsp_address.h"
#include "model/port_security.h"

namespace mooring::cli {
namespace {

const std::vector<std::string_view> kSettingTables{kLogicalSwitch, kPhysicalSwitch, kPort};

using Words = std::vector<std::string>;
using Getter = void (*)(const Draft&, const RowId& port, Output&);
using Setter = Result<void> (*)(Draft&, const RowId& port, const Words&, Output&);

template <Getter Get>
Result<void> read_port(Context& context, const Invocation& invocation, Output& output) {
  auto port = need_port(context.nb, invocation.arguments[0], context.symbols);
  if (!port) return tl::unexpected(port.error());
  Get(context.nb, *port, output);
  return {};
}

template <Setter Set>
Result<void> write_port(Context& context, const Invocation& invocation, Output& output) {
  auto port = need_port(context.nb, invocation.arguments[0], context.symbols);
  if (!port) return tl::unexpected(port.error());
  const Words words(invocation.arguments.begin() + 1, invocation.arguments.end());
  return Set(context.nb, *port, words, output);
}

void put_lines(const Words& lines, Output& output) {
  for (const std::string& line : lines) output.text += line + "\n";
}

void get_addresses(const Draft& draft, const RowId& port, Output& output) {
  put_lines(draft.strings(port, "addresses"), output);
}

Result<void> set_addresses(Draft& draft, const RowId& port, const Words& words, Output&) {
  for (const std::string& word : words) {
    auto entry = model::AddressEntry::parse(word);
    if (!entry) {
      return fail(
          fmt::format("address \"{}\": {} (one argument is \"MAC [IP]...\", unknown, "
                      "dynamic or router)",
                      word, entry.error().message));
    }
  }
  return draft.set(port, "addresses", words);
}

void get_security(const Draft& draft, const RowId& port, Output& output) {
  put_lines(draft.strings(port, "port_security"), output);
}

// What doesn't parse is stored all the same, as ovn-nbctl does; northd reports it.
Result<void> set_security(Draft& draft, const RowId& port, const Words& words, Output& output) {
  for (const std::string& word : words) {
    auto entry = model::SecurityEntry::parse(word);
    if (entry) continue;
    output.warnings.push_back(fmt::format("port security \"{}\": {}", word, entry.error().message));
  }
  return draft.set(port, "port_security", words);
}

void get_up(const Draft& draft, const RowId& port, Output& output) {
  output.text = draft.optional_boolean(port, "up").value_or(false) ? "up\n" : "down\n";
}

void get_enabled(const Draft& draft, const RowId& port, Output& output) {
  output.text = draft.optional_boolean(port, "enabled").value_or(true) ? "enabled\n" : "disabled\n";
}

Result<void> set_enabled(Draft& draft, const RowId& port, const Words& words, Output&) {
  if (words[0] == "enabled") return draft.set_boolean(port, "enabled", true);
  if (words[0] == "disabled") return draft.set_boolean(port, "enabled", false);
  return fail(fmt::format("\"{}\" is no state; a port is enabled or disabled", words[0]));
}

void get_type(const Draft& draft, const RowId& port, Output& output) {
  output.text = draft.text(port, "type") + "\n";
}

Result<void> set_type(Draft& draft, const RowId& port, const Words& words, Output&) {
  static const Words known{"",     "router",   "localnet", "localport", "l2gateway",
                           "vtep", "external", "virtual",  "remote"};
  if (std::find(known.begin(), known.end(), words[0]) == known.end()) {
    const std::string near = did_you_mean(words[0], known);
    return fail(fmt::format(
        "\"{}\" is no type of a port{}", words[0],
        near.empty() ? "; there are router, localnet, localport, l2gateway, vtep, external, "
                       "virtual, remote, and \"\" for a VM's or container's interface"
                     : near));
  }
  return draft.set(port, "type", words[0]);
}

void get_options(const Draft& draft, const RowId& port, Output& output) {
  const ovsdb::Datum& options = draft.get(port, "options");
  for (std::size_t i = 0; i < options.keys.size(); ++i) {
    output.text += fmt::format("{}={}\n", std::get<std::string>(options.keys[i].value),
                               std::get<std::string>(options.values[i].value));
  }
}

Result<void> set_options(Draft& draft, const RowId& port, const Words& words, Output&) {
  ovsdb::Datum options;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(fmt::format("option \"{}\": KEY=VALUE is needed", word));
    }
    options.put(ovsdb::Atom{word.substr(0, equals)}, ovsdb::Atom{word.substr(equals + 1)});
  }
  return draft.set(port, "options", std::move(options));
}

Command getter(std::string_view name, std::string_view summary,
               Result<void> (*run)(Context&, const Invocation&, Output&)) {
  return {.name = name,
          .arguments = "PORT",
          .min_arguments = 1,
          .max_arguments = 1,
          .tables = kSettingTables,
          .summary = summary,
          .run = run};
}

}  // namespace

std::vector<Command> port_setting_commands() {
  constexpr std::size_t any = Command::kAny;
  return {
      {.name = "lsp-set-addresses",
       .arguments = "PORT [ADDRESS]...",
       .min_arguments = 1,
       .max_arguments = any,
       .tables = kSettingTables,
       .summary = "set a port's addresses, each \"MAC [IP]...\", unknown, dynamic or router",
       .run = write_port<set_addresses>},
      getter("lsp-get-addresses", "print a port's addresses", read_port<get_addresses>),
      {.name = "lsp-set-port-security",
       .arguments = "PORT [ADDRESS]...",
       .min_arguments = 1,
       .max_arguments = any,
       .tables = kSettingTables,
       .summary = "set the addresses that a port may use; none: any",
       .run = write_port<set_security>},
      getter("lsp-get-port-security", "print the addresses that a port may use",
             read_port<get_security>),
      getter("lsp-get-up", "print up or down", read_port<get_up>),
      {.name = "lsp-set-enabled",
       .arguments = "PORT STATE",
       .min_arguments = 2,
       .max_arguments = 2,
       .tables = kSettingTables,
       .summary = "set a port enabled or disabled",
       .run = write_port<set_enabled>},
      getter("lsp-get-enabled", "print enabled or disabled", read_port<get_enabled>),
      {.name = "lsp-set-type",
       .arguments = "PORT TYPE",
       .min_arguments = 2,
       .max_arguments = 2,
       .tables = kSettingTables,
       .summary = "set a port's type, localnet for example",
       .run = write_port<set_type>},
      getter("lsp-get-type", "print a port's type", read_port<get_type>),
      {.name = "lsp-set-options",
       .arguments = "PORT [KEY=VALUE]...",
       .min_arguments = 1,
       .max_arguments = any,
       .tables = kSettingTables,
       .summary = "set a port's options, replacing those it had",
       .run = write_port<set_options>},
      getter("lsp-get-options", "print a port's options", read_port<get_options>),
  };
}

}  // namespace mooring::cli
