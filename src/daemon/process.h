// Going into the background, and being the only one with a pidfile.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "base/result.h"

namespace mooring::daemon {

struct ProcessOptions {
  std::string pidfile;  // absolute; "" for none
  bool overwrite_pidfile = false;
  bool detach = false;
  bool change_folder = true;  // to "/", once detached
  bool monitor = false;  // with detach: starts the daemon again when a signal like SIGSEGV ends it
};

// This process as a daemon. Destroying it removes the pidfile.
class Process {
 public:
  // Call before any thread, loop or socket is made. With detach it returns in the child only; the
  // parent waits there and exits, with 0 when ready() is called, else with 1. Error: the pidfile
  // can't be made, or belongs to a running process; the message says which. log hears of crashes
  // when it monitors.
  static Result<std::unique_ptr<Process>> begin(const ProcessOptions& options, const Logger& log);

  virtual ~Process() = default;
  // The daemon serves: lets the parent exit, leaves terminal and folder. Once.
  virtual void ready() = 0;
};

}  // namespace mooring::daemon
