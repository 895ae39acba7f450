// Command lines in the GNU form that the daemons of Open vSwitch have.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/remote.h"

namespace mooring::daemon {

struct Option {
  enum class Takes { kNothing, kValue, kOptionalValue };
  std::string name;  // without the hyphens
  char letter = 0;   // 0: has none
  Takes takes = Takes::kNothing;
  std::string value;  // what help calls the value, "FILE"
  std::string help;   // one line
  // Gets the value, null where none is given. An error's message is shown after the option.
  std::function<Result<void>(const std::string* value)> set;

  // An option that sets a flag, and one that stores its value.
  static Option flag(std::string name, char letter, bool& target, std::string help);
  static Option text(std::string name, char letter, std::string& target, std::string value,
                     std::string help);
  // Stores an integer; anything below minimum or above maximum is refused.
  static Option number(std::string name, int& target, int minimum, int maximum, std::string value,
                       std::string help);
};

class OptionParser {
 public:
  // usage: what follows the program's name in help, "[OPTIONS] [DATABASE]".
  OptionParser(std::string program, std::string description, std::string usage);

  void add_group(std::string title, std::vector<Option> options);
  // How many arguments that aren't options are taken.
  void allow_arguments(std::size_t maximum) { max_arguments_ = maximum; }

  // Sets options in their order; returns the other arguments. Long options may be shortened as
  // far as they stay unique, arguments and options may be mixed, "--" ends the options. Error: one
  // line that names the word.
  Result<std::vector<std::string>> parse(const std::vector<std::string>& words) const;

  std::string help() const;

 private:
  struct Group {
    std::string title;
    std::vector<Option> options;
  };
  struct Run;
  Result<const Option*> find_long(std::string_view name) const;
  const Option* find_letter(char letter) const;

  std::string program_;
  std::string description_;
  std::string usage_;
  std::vector<Group> groups_;
  std::size_t max_arguments_ = 0;
};

// What every daemon of ours and Open vSwitch's can be told.
struct CommonOptions {
  bool pidfile = false;
  std::string pidfile_path;  // "" for the default
  bool overwrite_pidfile = false;
  bool detach = false;
  bool no_chdir = false;
  bool monitor = false;
  bool log_file = false;
  std::string log_path;  // "" for the default
  std::vector<std::string> log_specs;
  std::string unixctl;  // "" for the default, "none" for no control socket
  io::TlsFiles tls;
  bool help = false;
  bool version = false;

  // Adds them to parser; this must outlive the parsing.
  void add_to(OptionParser& parser);
};

// The name a program was started under, which its sockets, pidfile and log bear: the last part of
// argv[0].
std::string program_name(std::string_view argv0);

}  // namespace mooring::daemon
