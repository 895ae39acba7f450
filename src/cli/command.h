// A command: its form, what of the database it needs, and what it does.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/command_line.h"
#include "cli/draft.h"

namespace mooring::cli {

// What a command says. UUIDs of rows that it created are placeholders here and are replaced once
// the server has given them.
struct Output {
  std::string text;                   // lines
  std::vector<Table> tables;          // printed after the text
  std::vector<std::string> warnings;  // for the standard error stream
  int exit_status = 0;
};

// What commands of one run share.
struct Context {
  const Options& options;
  Draft& nb;
  const Draft* sb = nullptr;  // null: not asked for, or not reached
  std::string sb_problem{};   // why it wasn't
  std::int64_t now_ms = 0;    // since the epoch
  bool colour = false;
  ovsdb::Symbols symbols{};  // --id=@name
  bool force_sync = false;   // follow the change as --wait says, even when there is none
  // A command asks the chassis something, by this word of the run's own (Command::conclude).
  std::string question{};
  bool asks = false;
  bool late = false;  // the time for answers is over
  // The command can't be done yet: all of the run is tried again when the database changes.
  bool waiting = false;

  // The one row of NB_Global, made when missing.
  RowId global();
};

// Tables of both databases that a run must have at hand.
struct Needs {
  std::set<std::string, std::less<>> nb;
  std::set<std::string, std::less<>> sb;
};

struct Command {
  static constexpr std::size_t kAny = ~std::size_t{0};

  std::string_view name = "";
  std::string_view arguments = "";  // as help shows them
  std::size_t min_arguments = 0;
  std::size_t max_arguments = 0;
  std::vector<std::string_view> options{};  // "may-exist"; "columns=" takes a value
  std::vector<std::string_view> tables{};   // of the northbound database
  std::vector<std::string_view> sb_tables{};
  std::string_view sb_option = "";  // these are needed only where this option is given
  bool names_table = false;         // its first argument is a table that it needs as well
  std::string_view summary = "";
  Result<void> (*run)(Context&, const Invocation&, Output&) = nullptr;
  // When run has asked (Context::asks): called once the change is made and whenever a database has
  // changed since, until it doesn't set Context::waiting. What it says replaces what run said; what
  // it writes is lost.
  Result<void> (*conclude)(Context&, const Invocation&, Output&) = nullptr;
};

class CommandSet {
 public:
  // All commands of the program.
  static const CommandSet& all();

  const std::vector<Command>& commands() const { return commands_; }
  const Command* find(std::string_view name) const;
  // Every option of any of them.
  CommandOptions options() const;
  // Whether the verb, its options and the number of its arguments are right. Error: says what is.
  Result<void> check(const Invocation& invocation) const;
  // What the commands of a run need, in the spelling of the server's schema.
  Needs needs(const std::vector<Invocation>& invocations, const ovsdb::Schema& schema) const;
  std::string help() const;
  // A line for each, for shells: name, arguments and options, separated by "|".
  std::string list() const;

 private:
  explicit CommandSet(std::vector<Command> commands) : commands_(std::move(commands)) {}
  std::vector<Command> commands_;
};

// The commands of each file.
std::vector<Command> database_commands();
std::vector<Command> edit_commands();
std::vector<Command> switch_commands();
std::vector<Command> port_commands();
std::vector<Command> port_setting_commands();
std::vector<Command> acl_commands();
std::vector<Command> group_commands();
std::vector<Command> meter_commands();
std::vector<Command> connection_commands();
std::vector<Command> report_commands();

}  // namespace mooring::cli
