// All that a daemon is before its own work begins; main makes one and hands out its parts.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/containers.h"
#include "base/log.h"
#include "base/result.h"
#include "daemon/control_server.h"
#include "daemon/counters.h"
#include "daemon/options.h"
#include "daemon/run_dirs.h"
#include "io/loop.h"

namespace mooring::daemon {

// Why the daemon shall end. What shall not disturb the data plane is a restart: the command
// `exit --restart`, and signals.
enum class Exit { kForGood, kForRestart };

class Daemon {
 public:
  struct Identity {
    std::string name;     // as program_name() gives it
    std::string version;  // "0.1.0"
  };

  // Sets up the log, goes into the background when asked (the parent never returns from here),
  // takes the pidfile, makes the loop and the control socket with the commands every daemon has:
  // exit, version, list-commands, vlog/*, coverage/*, memory/show. Error: one line for stderr.
  static Result<std::unique_ptr<Daemon>> start(const Identity& identity,
                                               const CommonOptions& options, const RunDirs& dirs);
  ~Daemon();

  io::Loop& loop();
  Log& log();
  Logger logger(std::string module);
  ControlServer& control();
  Counters& counters();

  // What `exit`, SIGTERM, SIGINT and SIGHUP do; without one they stop(). A second signal stops at
  // once, whatever the handler still does.
  void on_exit(std::function<void(Exit)> handler);
  // What memory/show prints, in the units that the names say.
  void on_memory_report(std::function<Map<std::string, std::uint64_t>()> report);

  // Runs the loop until stop(). The parent of a detached daemon exits when this is called, so all
  // that can fail at the start comes before.
  void run();
  void stop();

 private:
  struct Impl;
  explicit Daemon(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The whole beginning of a main(): parses argv with the program's own options beside the common
// ones, prints help or version, reports what is wrong. Returns the exit status when the program is
// to end here; arguments gets those words that aren't options.
std::optional<int> parse_command_line(int argc, char** argv, const std::string& version,
                                      OptionParser& parser, CommonOptions& common,
                                      std::vector<std::string>& arguments);

}  // namespace mooring::daemon
