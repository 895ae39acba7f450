#include "daemon/process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>
#include <utility>

#include "daemon/pidfile.h"

namespace mooring::daemon {
namespace {

// A daemon that crashes at once is started again no more often than this.
constexpr std::chrono::seconds kMinLife{5};

// Signals that a fault of the program raises (ovs's --monitor knows the same).
constexpr std::array kCrashes = {SIGABRT, SIGALRM, SIGBUS,  SIGFPE, SIGILL,
                                 SIGPIPE, SIGSEGV, SIGXCPU, SIGXFSZ};

// The two sides of a fork: pid is 0 in the child, which writes a byte to fd when it is ready; the
// parent reads it there.
struct Fork {
  pid_t pid;
  int fd;
};

Result<Fork> fork_with_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(fmt::format("pipe: {}", std::strerror(errno)));
  std::fflush(nullptr);  // or both sides would write what is buffered
  pid_t pid = ::fork();
  if (pid < 0) {
    int error = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    return fail(fmt::format("fork: {}", std::strerror(error)));
  }
  ::close(pid == 0 ? ends[0] : ends[1]);
  return Fork{pid, pid == 0 ? ends[1] : ends[0]};
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

// Whether the child became ready before it ended or gave up.
bool wait_until_ready(const Fork& child) {
  char byte = 0;
  ssize_t n = 0;
  do {
    n = ::read(child.fd, &byte, 1);
  } while (n < 0 && errno == EINTR);
  ::close(child.fd);
  return n == 1;
}

void say_ready(int fd) {
  ssize_t ignored = ::write(fd, "", 1);  // whoever started this may be gone
  static_cast<void>(ignored);
  ::close(fd);
}

void leave_terminal(bool change_folder) {
  int null = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3 && null >= 0; ++fd) ::dup2(null, fd);
  if (null > 2) ::close(null);
  int ignored = change_folder ? ::chdir("/") : 0;
  static_cast<void>(ignored);
}

bool is_crash(int status) {
  return WIFSIGNALED(status) &&
         std::find(kCrashes.begin(), kCrashes.end(), WTERMSIG(status)) != kCrashes.end();
}

// Starts the daemon and starts it again when it crashes; returns in the daemon only, with the
// descriptor on which it says that it is ready.
Result<int> supervise(const ProcessOptions& options, int notify, const Logger& log) {
  for (bool first = true;; first = false) {
    auto began = std::chrono::steady_clock::now();
    auto child = fork_with_pipe();
    if (!child) return tl::unexpected(child.error());
    if (child->pid == 0) {
      if (first) ::close(notify);
      return child->fd;
    }
    bool ready = wait_until_ready(*child);
    if (ready && first) {
      say_ready(notify);
      leave_terminal(options.change_folder);
    }
    int status = wait_for(child->pid);
    if (!ready && first) ::_exit(EXIT_FAILURE);
    if (!is_crash(status)) ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
    log.err("pid {} was ended by signal {} ({}), starting again", child->pid, WTERMSIG(status),
            strsignal(WTERMSIG(status)));
    std::this_thread::sleep_until(began + kMinLife);
  }
}

class OwnProcess final : public Process {
 public:
  OwnProcess(Pidfile pidfile, int notify, bool change_folder)
      : pidfile_(std::move(pidfile)), notify_(notify), change_folder_(change_folder) {}
  ~OwnProcess() override {
    if (notify_ >= 0) ::close(notify_);
  }

  void ready() override {
    if (notify_ < 0) return;
    say_ready(std::exchange(notify_, -1));
    leave_terminal(change_folder_);
  }

 private:
  Pidfile pidfile_;
  int notify_;  // -1: nobody waits
  bool change_folder_;
};

// Returns in the background process only.
Result<int> go_to_background(const ProcessOptions& options, const Logger& log) {
  auto child = fork_with_pipe();
  if (!child) return tl::unexpected(child.error());
  if (child->pid != 0) {
    if (wait_until_ready(*child)) ::_exit(EXIT_SUCCESS);
    wait_for(child->pid);  // it may still be saying why
    ::_exit(EXIT_FAILURE);
  }
  ::setsid();
  return options.monitor ? supervise(options, child->fd, log) : Result<int>(child->fd);
}

}  // namespace

Result<std::unique_ptr<Process>> Process::begin(const ProcessOptions& options, const Logger& log) {
  int notify = -1;
  if (options.detach) {
    auto fd = go_to_background(options, log);
    if (!fd) return tl::unexpected(fd.error());
    notify = *fd;
  }
  Pidfile pidfile;
  if (!options.pidfile.empty()) {
    auto taken = Pidfile::take(options.pidfile, options.overwrite_pidfile);
    if (!taken) return tl::unexpected(taken.error());
    pidfile = std::move(*taken);
  }
  return std::make_unique<OwnProcess>(std::move(pidfile), notify, options.change_folder);
}

}  // namespace mooring::daemon
