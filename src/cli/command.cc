#include "cli/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "cli/naming.h"
#include "cli/suggest.h"

namespace mooring::cli {
namespace {

struct OptionForm {
  std::string_view name;
  bool takes_value;
};

OptionForm form_of(std::string_view option) {
  if (!option.ends_with('=')) return {option, false};
  option.remove_suffix(1);
  return {option, true};
}

void append(std::vector<Command>& all, std::vector<Command> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<Command> gather() {
  std::vector<Command> all;
  append(all, report_commands());
  append(all, switch_commands());
  append(all, port_commands());
  append(all, port_setting_commands());
  append(all, acl_commands());
  append(all, group_commands());
  append(all, meter_commands());
  append(all, connection_commands());
  append(all, database_commands());
  append(all, edit_commands());
  return all;
}

std::string usage(const Command& command) {
  std::string out;
  for (const std::string_view option : command.options) {
    const OptionForm form = form_of(option);
    out += fmt::format("[--{}{}] ", form.name, form.takes_value ? "=VALUE" : "");
  }
  out += command.name;
  if (!command.arguments.empty()) out += fmt::format(" {}", command.arguments);
  return out;
}

Result<void> check_options(const Command& command, const Invocation& invocation) {
  for (const auto& [name, value] : invocation.options) {
    const bool known =
        std::any_of(command.options.begin(), command.options.end(),
                    [&given = name](std::string_view o) { return form_of(o).name == given; });
    if (!known) {
      return fail(fmt::format("{} has no option --{}; its form is: {}", command.name, name,
                              usage(command)));
    }
  }
  return {};
}

}  // namespace

RowId Context::global() {
  auto rows = nb.rows("NB_Global");
  return rows.empty() ? nb.insert("NB_Global") : rows.front();
}

const CommandSet& CommandSet::all() {
  static const CommandSet commands(gather());
  return commands;
}

const Command* CommandSet::find(std::string_view name) const {
  const auto it = std::find_if(commands_.begin(), commands_.end(),
                               [&](const Command& command) { return command.name == name; });
  return it == commands_.end() ? nullptr : &*it;
}

CommandOptions CommandSet::options() const {
  CommandOptions out;
  for (const Command& command : commands_) {
    for (const std::string_view option : command.options) {
      const OptionForm form = form_of(option);
      out[std::string(form.name)] = form.takes_value;
    }
  }
  return out;
}

Result<void> CommandSet::check(const Invocation& invocation) const {
  const Command* command = find(invocation.name);
  if (command == nullptr) {
    std::vector<std::string> names;
    for (const Command& known : commands_) names.emplace_back(known.name);
    const std::string near = did_you_mean(invocation.name, names);
    return fail(fmt::format("unknown command \"{}\"{}", invocation.name,
                            near.empty() ? "; --help lists them" : near));
  }
  if (auto options = check_options(*command, invocation); !options) return options;
  const std::size_t count = invocation.arguments.size();
  if (count >= command->min_arguments && count <= command->max_arguments) return {};
  const bool misplaced =
      std::any_of(invocation.arguments.begin(), invocation.arguments.end(),
                  [](const std::string& argument) { return argument.starts_with("--"); });
  return fail(fmt::format(
      "{} has too {} arguments; its form is: {}{}", command->name,
      count < command->min_arguments ? "few" : "many", usage(*command),
      misplaced ? " (options stand before the command's name or right behind it)" : ""));
}

Needs CommandSet::needs(const std::vector<Invocation>& invocations,
                        const ovsdb::Schema& schema) const {
  Needs out;
  out.nb.insert("NB_Global");
  for (const Invocation& invocation : invocations) {
    const Command* command = find(invocation.name);
    if (command == nullptr) continue;
    out.nb.insert(command->tables.begin(), command->tables.end());
    if (command->sb_option.empty() || invocation.has(command->sb_option)) {
      out.sb.insert(command->sb_tables.begin(), command->sb_tables.end());
    }
    if (!command->names_table || invocation.arguments.empty()) continue;
    if (auto table = find_table(schema, invocation.arguments.front())) {
      out.nb.insert((*table)->name);
    }
  }
  return out;
}

std::string CommandSet::list() const {
  std::string out;
  for (const Command& command : commands_) {
    out += fmt::format("{}|{}|", command.name, command.arguments);
    for (const std::string_view option : command.options) out += fmt::format("--{} ", option);
    if (!command.options.empty()) out.pop_back();
    out += '\n';
  }
  return out;
}

std::string CommandSet::help() const {
  std::string out;
  for (const Command& command : commands_) {
    out += fmt::format("  {}\n        {}\n", usage(command), command.summary);
  }
  return out;
}

}  // namespace mooring::cli
