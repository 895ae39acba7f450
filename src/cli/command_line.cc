#include "cli/command_line.h"

#include <fmt/format.h>

#include <charconv>
#include <deque>

#include "cli/suggest.h"

namespace mooring::cli {
namespace {

enum class Takes { kNothing, kValue, kMayTakeValue };

struct GlobalOption {
  char letter;  // 0: long form only
  std::string_view name;
  Takes takes;
  std::string_view help;
  Result<void> (*apply)(Options&, const std::string& value);
};

template <auto Member>
Result<void> store(Options& options, const std::string& value) {
  options.*Member = value;
  return {};
}

template <auto Member, bool Value>
Result<void> flag(Options& options, const std::string&) {
  options.*Member = Value;
  return {};
}

Result<void> set_sb_db(Options& options, const std::string& value) {
  options.sb_db = value;
  options.sb_db_given = true;
  return {};
}

Result<void> set_timeout(Options& options, const std::string& value) {
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, options.timeout_s);
  if (error != std::errc() || stop != end || options.timeout_s < 0) {
    return fail(
        fmt::format("--timeout={}: a whole number of seconds is needed, 0 for no limit", value));
  }
  return {};
}

Result<void> set_follow(Options& options, const std::string& value) {
  if (value == "none") {
    options.follow = Follow::kNone;
  } else if (value == "sb") {
    options.follow = Follow::kSouthbound;
  } else if (value == "hv") {
    options.follow = Follow::kHypervisors;
  } else {
    return fail(fmt::format("--wait={}: known are none, sb and hv", value));
  }
  return {};
}

Result<void> set_format(Options& options, const std::string& value) {
  auto format = parse_table_format(value);
  if (!format) return tl::unexpected(format.error());
  options.format = *format;
  return {};
}

Result<void> set_cells(Options& options, const std::string& value) {
  auto cells = parse_cell_format(value);
  if (!cells) return tl::unexpected(cells.error());
  options.style.cells = *cells;
  return {};
}

Result<void> set_bare(Options& options, const std::string&) {
  options.format = TableFormat::kList;
  options.style.cells = CellFormat::kBare;
  options.style.headings = false;
  return {};
}

Result<void> set_colour(Options& options, const std::string& value) {
  if (value == "auto") {
    options.colour = Colour::kAuto;
  } else if (value == "always" || value.empty()) {
    options.colour = Colour::kAlways;
  } else if (value == "never") {
    options.colour = Colour::kNever;
  } else {
    return fail(fmt::format("--color={}: known are auto, always and never", value));
  }
  return {};
}

Result<void> add_verbosity(Options& options, const std::string& value) {
  options.verbosity.push_back(value.empty() ? "dbg" : value);
  return {};
}

template <auto Member>
Result<void> store_tls(Options& options, const std::string& value) {
  options.tls.*Member = value;
  return {};
}

Result<void> nothing(Options&, const std::string&) { return {}; }

constexpr GlobalOption kGlobalOptions[] = {
    {0, "db", Takes::kValue, "northbound database (default $OVN_NB_DB)", store<&Options::nb_db>},
    {0, "sb-db", Takes::kValue, "southbound database, for show and status ($OVN_SB_DB)", set_sb_db},
    {'t', "timeout", Takes::kValue, "give up after so many seconds", set_timeout},
    {0, "wait", Takes::kValue, "none, sb or hv: wait until the change is there", set_follow},
    {0, "no-wait", Takes::kNothing, "the same as --wait=none",
     [](Options& options, const std::string&) { return set_follow(options, "none"); }},
    {0, "print-wait-time", Takes::kNothing, "with --wait, print what took how long",
     flag<&Options::print_wait_time, true>},
    {0, "dry-run", Takes::kNothing, "change nothing", flag<&Options::dry_run, true>},
    {0, "oneline", Takes::kNothing, "one line of output for each command",
     flag<&Options::oneline, true>},
    {'f', "format", Takes::kValue, "list, table, csv, json or html", set_format},
    {'d', "data", Takes::kValue, "cells as string, bare or json", set_cells},
    {0, "no-headings", Takes::kNothing, "omit the headings of tables",
     [](Options& options, const std::string&) -> Result<void> {
       options.style.headings = false;
       return {};
     }},
    {0, "bare", Takes::kNothing, "the same as --format=list --data=bare --no-headings", set_bare},
    {0, "pretty", Takes::kNothing, "JSON for human eyes",
     [](Options& options, const std::string&) -> Result<void> {
       options.style.pretty = true;
       return {};
     }},
    {0, "color", Takes::kMayTakeValue, "auto, always or never", set_colour},
    {0, "leader-only", Takes::kNothing, "in a cluster, ask only its leader (the default)",
     flag<&Options::leader_only, true>},
    {0, "no-leader-only", Takes::kNothing, "in a cluster, ask any member",
     flag<&Options::leader_only, false>},
    {0, "shuffle-remotes", Takes::kNothing, "try remotes in random order (the default)",
     flag<&Options::shuffle_remotes, true>},
    {0, "no-shuffle-remotes", Takes::kNothing, "try remotes in the order given",
     flag<&Options::shuffle_remotes, false>},
    {'p', "private-key", Takes::kValue, "PEM file with the private key",
     store_tls<&io::TlsFiles::private_key>},
    {'c', "certificate", Takes::kValue, "PEM file with its certificate",
     store_tls<&io::TlsFiles::certificate>},
    {'C', "ca-cert", Takes::kValue, "PEM file with the peer's authority",
     store_tls<&io::TlsFiles::ca_certificate>},
    {0, "ssl-protocols", Takes::kValue, "TLS versions to offer",
     store_tls<&io::TlsFiles::protocols>},
    {0, "ssl-ciphers", Takes::kValue, "TLS ciphers to offer", store_tls<&io::TlsFiles::ciphers>},
    {'v', "verbose", Takes::kMayTakeValue, "log levels, as vlog/set takes them", add_verbosity},
    {0, "no-syslog", Takes::kNothing, "accepted; nothing is written to the system log", nothing},
    {0, "commands", Takes::kNothing, "print the commands, one a line",
     flag<&Options::list_commands, true>},
    {0, "options", Takes::kNothing, "print the options, one a line",
     flag<&Options::list_options, true>},
    {'h', "help", Takes::kNothing, "print this", flag<&Options::help, true>},
    {'V', "version", Takes::kNothing, "print the version", flag<&Options::version, true>},
};

const GlobalOption* find_global(std::string_view name) {
  for (const GlobalOption& option : kGlobalOptions) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

const GlobalOption* find_letter(char letter) {
  for (const GlobalOption& option : kGlobalOptions) {
    if (option.letter != 0 && option.letter == letter) return &option;
  }
  return nullptr;
}

bool is_option(std::string_view word) { return word.size() > 1 && word[0] == '-'; }

struct LongOption {
  std::string name;
  std::optional<std::string> value;
};

LongOption split_long(std::string_view word) {
  word.remove_prefix(2);
  const auto equals = word.find('=');
  if (equals == std::string_view::npos) return {std::string(word), std::nullopt};
  return {std::string(word.substr(0, equals)), std::string(word.substr(equals + 1))};
}

class Parser {
 public:
  Parser(std::deque<std::string> words, const CommandOptions& command_options)
      : words_(std::move(words)), command_options_(command_options) {}

  // Up to the first verb or "--"; what isn't global is kept for the first command.
  Result<void> read_globals(CommandLine& line) {
    while (!words_.empty() && is_option(words_.front())) {
      const std::string word = next();
      if (word == "--") break;
      auto done =
          word.starts_with("--") ? read_long(line.options, word) : read_short(line.options, word);
      if (!done) return done;
    }
    return {};
  }

  Result<void> read_commands(CommandLine& line) {
    while (!words_.empty()) {
      Invocation command;
      command.options = std::move(first_options_);
      first_options_.clear();
      auto done = read_command(command);
      if (!done) return done;
      // "--" twice in a row, and one at either end, separate nothing.
      if (!command.name.empty()) line.commands.push_back(std::move(command));
    }
    if (!first_options_.empty()) {
      return fail("--" + first_options_.begin()->first + " stands before no command");
    }
    return {};
  }

 private:
  std::string next() {
    std::string word = std::move(words_.front());
    words_.pop_front();
    return word;
  }

  Result<std::string> value_of(const std::string& word) {
    if (words_.empty()) return fail("option " + word + " needs a value");
    return next();
  }

  Result<void> read_long(Options& options, const std::string& word) {
    auto [name, value] = split_long(word);
    const GlobalOption* option = find_global(name);
    if (option == nullptr) return keep(first_options_, word);
    if (option->takes == Takes::kNothing && value) {
      return fail("option --" + name + " takes no value");
    }
    if (option->takes == Takes::kValue && !value) {
      auto following = value_of(word);
      if (!following) return tl::unexpected(following.error());
      value = std::move(*following);
    }
    return option->apply(options, value.value_or(""));
  }

  Result<void> read_short(Options& options, const std::string& word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      const GlobalOption* option = find_letter(word[i]);
      if (option == nullptr) return fail(fmt::format("unknown option -{}", word[i]));
      if (option->takes == Takes::kNothing) {
        if (auto done = option->apply(options, ""); !done) return done;
        continue;
      }
      std::string value = word.substr(i + 1);
      if (value.empty() && option->takes == Takes::kValue) {
        auto following = value_of(word);
        if (!following) return tl::unexpected(following.error());
        value = std::move(*following);
      }
      return option->apply(options, value);
    }
    return {};
  }

  // An option of a command's.
  Result<void> keep(Map<std::string, std::string>& options, const std::string& word) {
    auto [name, value] = split_long(word);
    const auto known = command_options_.find(name);
    if (known == command_options_.end()) return fail("unknown option --" + name + near(name));
    if (known->second && !value) {
      auto following = value_of(word);
      if (!following) return tl::unexpected(following.error());
      value = std::move(*following);
    }
    if (!known->second && value) return fail("option --" + name + " takes no value");
    if (!options.emplace(name, value.value_or("")).second) {
      return fail("option --" + name + " is given twice");
    }
    return {};
  }

  bool is_command_option(const std::string& word) const {
    return word.starts_with("--") && command_options_.contains(split_long(word).name);
  }

  std::string near(const std::string& name) const {
    std::vector<std::string> known;
    for (const GlobalOption& option : kGlobalOptions)
      known.push_back("--" + std::string(option.name));
    for (const auto& [option, takes_value] : command_options_) known.push_back("--" + option);
    return did_you_mean("--" + name, known);
  }

  Result<void> read_command(Invocation& command) {
    while (!words_.empty()) {
      std::string word = next();
      if (word == "--") break;
      if (!command.name.empty() && command.arguments.empty() && is_command_option(word)) {
        if (auto kept = keep(command.options, word); !kept) return kept;
      } else if (!command.name.empty()) {
        command.arguments.push_back(std::move(word));
      } else if (!is_option(word)) {
        command.name = std::move(word);
      } else if (!word.starts_with("--")) {
        return fail("option " + word + " of a command: only long options stand there");
      } else if (auto kept = keep(command.options, word); !kept) {
        return kept;
      }
    }
    if (command.name.empty() && !command.options.empty()) {
      return fail("--" + command.options.begin()->first + " stands before no command");
    }
    return {};
  }

  std::deque<std::string> words_;
  const CommandOptions& command_options_;
  Map<std::string, std::string> first_options_;
};

std::deque<std::string> split_words(std::string_view text) {
  std::deque<std::string> words;
  while (true) {
    const auto start = text.find_first_not_of(" \t\n");
    if (start == std::string_view::npos) return words;
    text.remove_prefix(start);
    const auto end = std::min(text.find_first_of(" \t\n"), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

void set_defaults(Options& options,
                  const std::function<std::optional<std::string>(const char*)>& environment) {
  const std::string run = environment("OVN_RUNDIR").value_or("/var/run/ovn");
  options.nb_db = environment("OVN_NB_DB").value_or("unix:" + run + "/ovnnb_db.sock");
  const auto sb_db = environment("OVN_SB_DB");
  options.sb_db_given = sb_db.has_value();
  options.sb_db = sb_db.value_or("unix:" + run + "/ovnsb_db.sock");
}

}  // namespace

std::optional<std::string> Invocation::option(std::string_view option) const {
  const auto it = options.find(option);
  if (it == options.end()) return std::nullopt;
  return it->second;
}

std::string Invocation::text() const {
  std::string out;
  for (const auto& [option, value] : options) {
    out += "--" + option + (value.empty() ? "" : "=" + value) + " ";
  }
  out += name;
  for (const std::string& argument : arguments) out += " " + argument;
  return out;
}

Result<CommandLine> parse_command_line(
    std::span<const std::string> arguments, const CommandOptions& command_options,
    const std::function<std::optional<std::string>(const char*)>& environment) {
  CommandLine line;
  set_defaults(line.options, environment);
  std::deque<std::string> words = split_words(environment("OVN_NBCTL_OPTIONS").value_or(""));
  words.insert(words.end(), arguments.begin(), arguments.end());
  Parser parser(std::move(words), command_options);
  if (auto done = parser.read_globals(line); !done) return tl::unexpected(done.error());
  if (auto done = parser.read_commands(line); !done) return tl::unexpected(done.error());
  return line;
}

std::string options_list() {
  std::string out;
  for (const GlobalOption& option : kGlobalOptions) {
    out += fmt::format("--{}{}\n", option.name, option.takes == Takes::kValue ? "=" : "");
  }
  return out;
}

std::string options_help() {
  std::string out;
  for (const GlobalOption& option : kGlobalOptions) {
    std::string form = option.letter != 0 ? fmt::format("-{}, ", option.letter) : "    ";
    form += fmt::format("--{}", option.name);
    if (option.takes == Takes::kValue) form += "=VALUE";
    if (option.takes == Takes::kMayTakeValue) form += "[=VALUE]";
    out += fmt::format("  {:<28} {}\n", form, option.help);
  }
  return out;
}

}  // namespace mooring::cli
