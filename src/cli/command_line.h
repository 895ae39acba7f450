// What the user typed: global options, then commands separated by "--", as ovn-nbctl(8) has them.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/containers.h"
#include "base/result.h"
#include "cli/table_format.h"
#include "io/remote.h"

namespace mooring::cli {

// How far --wait follows a change before the program ends.
enum class Follow { kNone, kSouthbound, kHypervisors };
enum class Colour { kAuto, kAlways, kNever };

struct Options {
  std::string nb_db;  // remotes, comma separated
  std::string sb_db;
  bool sb_db_given = false;  // by option or environment: then failing to reach it is an error
  int timeout_s = 0;         // 0: wait forever
  Follow follow = Follow::kNone;
  bool print_wait_time = false;
  bool dry_run = false;
  bool oneline = false;
  bool leader_only = true;
  bool shuffle_remotes = true;
  std::optional<TableFormat> format;  // none: each command's own (lists for rows, text for trees)
  TableStyle style;
  Colour colour = Colour::kAuto;
  io::TlsFiles tls;
  std::vector<std::string> verbosity;  // words for Log::set
  bool help = false;
  bool list_commands = false;  // for shells' completion
  bool list_options = false;
  bool version = false;
};

// One command with its options. An option's name is without the dashes.
struct Invocation {
  std::string name;
  std::vector<std::string> arguments;
  Map<std::string, std::string> options;

  bool has(std::string_view option) const { return options.contains(option); }
  std::optional<std::string> option(std::string_view option) const;
  // As the user could type it again.
  std::string text() const;
};

struct CommandLine {
  Options options;
  std::vector<Invocation> commands;
};

// Which options of a command's exist: "may-exist", or with a value "columns=".
using CommandOptions = Map<std::string, bool>;  // name -> takes a value

// Reads the arguments after the program's name. `environment` answers for OVN_NB_DB, OVN_SB_DB,
// OVN_RUNDIR and OVN_NBCTL_OPTIONS. An option that isn't global counts to the first command, as it
// does for ovn-nbctl; whether that command knows it is the caller's to check. An option of any
// command's may also stand right behind the verb. Error: names the word and, where one is near, the
// word that was probably meant.
Result<CommandLine> parse_command_line(
    std::span<const std::string> arguments, const CommandOptions& command_options,
    const std::function<std::optional<std::string>(const char*)>& environment);

// The global options, for --help, and a line each for shells: "--db=".
std::string options_help();
std::string options_list();

}  // namespace mooring::cli
