// The program `mooring`.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/run.h"
#include "io/loop.h"
#include "jsonrpc/json.h"
#include "jsonrpc/writer.h"

namespace mooring::cli {
namespace {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

int complain(const std::string& text) {
  fmt::print(stderr, "mooring: {}\n", text);
  return 1;
}

void print_help(const CommandSet& commands) {
  fmt::print(
      "mooring: configures and inspects provider networks in an OVN_Northbound database\n"
      "usage: mooring [OPTION]... COMMAND [ARGUMENT]... [-- COMMAND [ARGUMENT]...]...\n\n"
      "Several commands separated by -- make one transaction.\n\nCommands:\n{}\nOptions:\n{}",
      commands.help(), options_help());
}

// Whether a database can store it: the writer of JSON replaces what isn't UTF-8.
bool is_storable(std::string_view text) {
  json::Parser parser;
  auto parsed = parser.parse(json::quoted(text));
  return parsed && parsed->string() == text;
}

bool wants_colour(Colour colour) {
  if (colour != Colour::kAuto) return colour == Colour::kAlways;
  if (isatty(STDOUT_FILENO) == 0 || environment("NO_COLOR")) return false;
  return environment("TERM").value_or("dumb") != "dumb";
}

// On the console only what an operator must know, unless -v asks for more.
Result<void> set_verbosity(Log& log, const Options& options) {
  for (const std::string_view quiet : {"ANY:syslog:off", "ANY:console:warn"}) {
    if (auto done = log.set(quiet); !done) return done;
  }
  for (const std::string& word : options.verbosity) {
    if (auto done = log.set(word); !done) return done;
  }
  return {};
}

// What needs no database. False: none of it was asked for.
bool print_about(const Options& options, const CommandSet& commands) {
  if (options.help) {
    print_help(commands);
  } else if (options.version) {
    fmt::print("mooring {}\n", MOORING_VERSION);
  } else if (options.list_commands) {
    fmt::print("{}", commands.list());
  } else if (options.list_options) {
    fmt::print("{}", options_list());
  } else {
    return false;
  }
  return true;
}

int run(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (!is_storable(argument)) return complain("an argument isn't UTF-8, so it can't be stored");
  }
  const CommandSet& commands = CommandSet::all();
  auto line = parse_command_line(arguments, commands.options(), environment);
  if (!line) return complain(line.error().message);
  if (print_about(line->options, commands)) return 0;
  if (line->commands.empty()) return complain("no command is given; --help lists them");
  for (const Invocation& invocation : line->commands) {
    if (auto right = commands.check(invocation); !right) return complain(right.error().message);
  }
  Log log("mooring");
  if (auto set = set_verbosity(log, line->options); !set) return complain(set.error().message);
  const bool colour = wants_colour(line->options.colour);
  io::Loop loop;
  const SystemClock clock;
  return Run(loop, log, clock, commands, std::move(*line), colour).execute();
}

}  // namespace
}  // namespace mooring::cli

int main(int argc, char** argv) {
  return mooring::cli::run(std::vector<std::string>(argv + 1, argv + argc));
}
