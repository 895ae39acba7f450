// One run of the command: connects, does the commands in one transaction, prints.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/command_line.h"

namespace mooring::io {
class Loop;
}

namespace mooring::cli {

class Run {
 public:
  // The commands are checked already (CommandSet::check).
  Run(io::Loop& loop, Log& log, const Clock& clock, const CommandSet& commands, CommandLine line,
      bool colour);
  ~Run();

  // The exit status: 0, or 1 when something failed, which is said on the standard error stream, or
  // a command wants it so. Ends the process by SIGALRM when --timeout expires, as ovn-nbctl does.
  int execute();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mooring::cli
