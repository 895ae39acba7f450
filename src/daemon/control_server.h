// The control socket: commands of ovs-appctl(8) to a running daemon.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"

namespace mooring::io {
class Loop;
}

namespace mooring::daemon {

// The answer that a command owes its caller: once, at any time. Copies are the same answer. When
// the last copy goes unanswered, the caller gets an error; when the caller is gone, nothing
// happens.
class Answer {
 public:
  void ok(std::string text = "") const;
  void error(std::string text) const;

 private:
  friend class ControlServer;
  struct State;
  explicit Answer(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

class ControlServer {
 public:
  using Arguments = std::vector<std::string>;
  using Handler = std::function<void(const Arguments&, Answer)>;
  static constexpr std::size_t kAnyNumber = static_cast<std::size_t>(-1);

  // Listens on a unix socket. Has list-commands and help. Error: the system's reason.
  static Result<std::unique_ptr<ControlServer>> listen(io::Loop& loop, const std::string& path,
                                                       Logger log);
  // One without a socket, for --unixctl=none: commands are registered and never come.
  static std::unique_ptr<ControlServer> silent();
  ~ControlServer();

  // usage is what list-commands shows after the name: "[--restart]". A name registered before is
  // replaced. Handlers run on the loop and get from min_args to max_args arguments.
  void add(std::string name, std::string usage, std::size_t min_args, std::size_t max_args,
           Handler handler);
  // A command without arguments whose answer is there at once.
  void add(std::string name, std::function<std::string()> handler);

 private:
  struct Impl;
  explicit ControlServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace mooring::daemon
