// A pidfile that its process holds locked as long as it lives.
#pragma once

#include <string>

#include "base/result.h"

namespace mooring::daemon {

class Pidfile {
 public:
  // Writes this process's id. A file that nobody holds locked is left from a dead process and
  // taken over; with overwrite any file is replaced. Error: names the file, and the process that
  // has it. The lock is fcntl's, as ovs's tools expect: a child made by fork doesn't inherit it.
  static Result<Pidfile> take(const std::string& path, bool overwrite);

  Pidfile() = default;
  Pidfile(Pidfile&& other) noexcept;
  Pidfile& operator=(Pidfile&& other) noexcept;
  // Removes the file, unless another process has replaced it.
  ~Pidfile();

 private:
  Pidfile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  std::string path_;
  int fd_ = -1;
};

}  // namespace mooring::daemon
