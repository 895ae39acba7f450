#include "daemon/options.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>

namespace mooring::daemon {
namespace {

std::string spelling(const Option& option) {
  std::string out = option.letter != 0 ? fmt::format("-{}, ", option.letter) : std::string("    ");
  out += "--" + option.name;
  if (option.takes == Option::Takes::kValue) out += "=" + option.value;
  if (option.takes == Option::Takes::kOptionalValue) out += "[=" + option.value + "]";
  return out;
}

Result<void> apply(const Option& option, std::string_view word,
                   const std::optional<std::string>& value) {
  auto done = option.set(value ? &*value : nullptr);
  if (done) return {};
  return fail(fmt::format("{}: {}", word, done.error().message));
}

}  // namespace

Option Option::flag(std::string name, char letter, bool& target, std::string help) {
  return {std::move(name),
          letter,
          Takes::kNothing,
          "",
          std::move(help),
          [&target](const std::string*) -> Result<void> {
            target = true;
            return {};
          }};
}

Option Option::text(std::string name, char letter, std::string& target, std::string value,
                    std::string help) {
  return {std::move(name),
          letter,
          Takes::kValue,
          std::move(value),
          std::move(help),
          [&target](const std::string* given) -> Result<void> {
            target = *given;
            return {};
          }};
}

Option Option::number(std::string name, int& target, int minimum, int maximum, std::string value,
                      std::string help) {
  auto set = [&target, minimum, maximum](const std::string* given) -> Result<void> {
    int parsed = 0;
    const char* end = given->data() + given->size();
    auto [stop, error] = std::from_chars(given->data(), end, parsed);
    if (error != std::errc() || stop != end || parsed < minimum || parsed > maximum) {
      return fail(fmt::format("\"{}\" is not a number from {} to {}", *given, minimum, maximum));
    }
    target = parsed;
    return {};
  };
  return {std::move(name), 0, Takes::kValue, std::move(value), std::move(help), std::move(set)};
}

OptionParser::OptionParser(std::string program, std::string description, std::string usage)
    : program_(std::move(program)),
      description_(std::move(description)),
      usage_(std::move(usage)) {}

void OptionParser::add_group(std::string title, std::vector<Option> options) {
  groups_.push_back({std::move(title), std::move(options)});
}

Result<const Option*> OptionParser::find_long(std::string_view name) const {
  const Option* found = nullptr;
  bool ambiguous = false;
  for (const Group& group : groups_) {
    for (const Option& option : group.options) {
      if (option.name == name) return &option;
      if (!std::string_view(option.name).starts_with(name)) continue;
      ambiguous = found != nullptr;
      found = &option;
    }
  }
  if (ambiguous) return fail(fmt::format("option --{} may mean several options", name));
  if (found == nullptr)
    return fail(fmt::format("unknown option --{} (--help lists those known)", name));
  return found;
}

const Option* OptionParser::find_letter(char letter) const {
  for (const Group& group : groups_) {
    for (const Option& option : group.options) {
      if (option.letter == letter) return &option;
    }
  }
  return nullptr;
}

// One walk over a command line.
struct OptionParser::Run {
  const OptionParser& parser;
  const std::vector<std::string>& words;
  std::size_t next = 0;

  Result<std::optional<std::string>> following(std::string_view spelled) {
    if (next >= words.size()) return fail(fmt::format("option {} needs a value", spelled));
    return std::optional(words[next++]);
  }

  Result<void> long_option(std::string_view word) {
    std::size_t equals = word.find('=');
    auto option = parser.find_long(word.substr(2, equals == word.npos ? word.npos : equals - 2));
    if (!option) return tl::unexpected(option.error());
    std::string spelled = "--" + (*option)->name;
    std::optional<std::string> value;
    if (equals != word.npos) value = std::string(word.substr(equals + 1));
    if (value && (*option)->takes == Option::Takes::kNothing) {
      return fail(fmt::format("option {} takes no value", spelled));
    }
    if (!value && (*option)->takes == Option::Takes::kValue) {
      auto given = following(spelled);
      if (!given) return tl::unexpected(given.error());
      value = std::move(*given);
    }
    return apply(**option, spelled, value);
  }

  // "-n", "-nVALUE", "-n VALUE", and flags together, "-ab".
  Result<void> letters(std::string_view word) {
    for (std::size_t i = 1; i < word.size(); ++i) {
      std::string spelled{'-', word[i]};
      const Option* option = parser.find_letter(word[i]);
      if (option == nullptr) {
        return fail(fmt::format("unknown option {} (--help lists those known)", spelled));
      }
      if (option->takes == Option::Takes::kNothing) {
        if (auto done = apply(*option, spelled, std::nullopt); !done) return done;
        continue;
      }
      std::optional<std::string> value;
      if (i + 1 < word.size()) {
        value = std::string(word.substr(i + 1));
      } else if (option->takes == Option::Takes::kValue) {
        auto given = following(spelled);
        if (!given) return tl::unexpected(given.error());
        value = std::move(*given);
      }
      return apply(*option, spelled, value);
    }
    return {};
  }
};

Result<std::vector<std::string>> OptionParser::parse(const std::vector<std::string>& words) const {
  Run run{*this, words};
  std::vector<std::string> arguments;
  bool options_over = false;
  while (run.next < words.size()) {
    const std::string& word = words[run.next++];
    if (options_over || word.size() < 2 || word[0] != '-') {
      arguments.push_back(word);
    } else if (word == "--") {
      options_over = true;
    } else {
      auto done = word[1] == '-' ? run.long_option(word) : run.letters(word);
      if (!done) return tl::unexpected(done.error());
    }
  }
  if (arguments.size() > max_arguments_) {
    return fail(
        max_arguments_ == 0
            ? fmt::format("\"{}\" is not an option, and no arguments are taken", arguments[0])
            : fmt::format("at most {} argument{} taken, and \"{}\" is one more", max_arguments_,
                          max_arguments_ == 1 ? " is" : "s are", arguments[max_arguments_]));
  }
  return arguments;
}

std::string OptionParser::help() const {
  std::string out = fmt::format("{}: {}\nusage: {} {}\n", program_, description_, program_, usage_);
  constexpr std::size_t kColumn = 34;
  for (const Group& group : groups_) {
    out += fmt::format("\n{}:\n", group.title);
    for (const Option& option : group.options) {
      std::string left = "  " + spelling(option);
      out += left.size() < kColumn ? fmt::format("{:<{}}{}\n", left, kColumn, option.help)
                                   : fmt::format("{}\n{:<{}}{}\n", left, "", kColumn, option.help);
    }
  }
  return out;
}

void CommonOptions::add_to(OptionParser& parser) {
  using Takes = Option::Takes;
  auto file = [](bool& wanted, std::string& path) {
    return [&](const std::string* value) -> Result<void> {
      wanted = true;
      path = value == nullptr ? "" : *value;
      return {};
    };
  };
  // Without a value everything is logged, as ovs's -v does.
  auto add_spec = [this](const std::string* value) -> Result<void> {
    log_specs.push_back(value == nullptr ? "ANY:ANY:dbg" : *value);
    return {};
  };
  auto ignored = [](const std::string*) -> Result<void> { return {}; };
  parser.add_group(
      "Daemon options",
      {Option::flag("detach", 0, detach, "run in the background, return when serving"),
       {"pidfile", 0, Takes::kOptionalValue, "FILE", "make a pidfile (default RUNDIR/NAME.pid)",
        file(pidfile, pidfile_path)},
       Option::flag("overwrite-pidfile", 0, overwrite_pidfile, "start though a pidfile is in use"),
       Option::flag("no-chdir", 0, no_chdir, "stay in the folder when in the background"),
       Option::flag("monitor", 0, monitor, "with --detach: start again after a crash"),
       {"no-self-confinement", 0, Takes::kNothing, "", "accepted; nothing is confined", ignored},
       Option::text("unixctl", 0, unixctl, "SOCKET",
                    "control socket (default RUNDIR/NAME.PID.ctl; \"none\": without)")});
  parser.add_group("Log options",
                   {{"verbose", 'v', Takes::kOptionalValue, "SPEC",
                     "set log levels: [MODULE][:DESTINATION][:LEVEL]", add_spec},
                    {"log-file", 0, Takes::kOptionalValue, "FILE",
                     "log to a file (default LOGDIR/NAME.log)", file(log_file, log_path)}});
  parser.add_group(
      "TLS options",
      {Option::text("private-key", 'p', tls.private_key, "FILE", "file with the private key"),
       Option::text("certificate", 'c', tls.certificate, "FILE",
                    "file with the certificate for it"),
       Option::text("ca-cert", 'C', tls.ca_certificate, "FILE",
                    "file with the peers' CA certificate (\"none\": don't verify)"),
       Option::text("ssl-protocols", 0, tls.protocols, "LIST", "TLS versions to use"),
       Option::text("ssl-ciphers", 0, tls.ciphers, "LIST", "ciphers to use, OpenSSL's form")});
  parser.add_group("Other options", {Option::flag("help", 'h', help, "print this"),
                                     Option::flag("version", 'V', version, "print the version")});
}

std::string program_name(std::string_view argv0) {
  std::size_t slash = argv0.rfind('/');
  return std::string(slash == argv0.npos ? argv0 : argv0.substr(slash + 1));
}

}  // namespace mooring::daemon
