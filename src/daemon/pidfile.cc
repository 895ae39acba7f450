#include "daemon/pidfile.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace mooring::daemon {
namespace {

// A file may be replaced between open and lock this often before that is an error.
constexpr int kAttempts = 8;

tl::unexpected<Error> system_error(const std::string& path) {
  return fail(fmt::format("can't make pidfile {}: {}", path, std::strerror(errno)));
}

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

bool lock(int fd) {
  struct flock wanted = whole_file();
  return ::fcntl(fd, F_SETLK, &wanted) == 0;
}

tl::unexpected<Error> held_by_other(const std::string& path, int fd) {
  struct flock holder = whole_file();
  if (::fcntl(fd, F_GETLK, &holder) == 0 && holder.l_type != F_UNLCK) {
    return fail(fmt::format("{}: already running as pid {}", path, holder.l_pid));
  }
  return fail(fmt::format("{}: already running", path));
}

bool is_same_file(const std::string& path, int fd) {
  struct stat at_path {};
  struct stat opened {};
  return ::stat(path.c_str(), &at_path) == 0 && ::fstat(fd, &opened) == 0 &&
         at_path.st_dev == opened.st_dev && at_path.st_ino == opened.st_ino;
}

bool write_own_id(int fd) {
  std::string text = fmt::format("{}\n", ::getpid());
  return ::ftruncate(fd, 0) == 0 &&
         ::pwrite(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

}  // namespace

Result<Pidfile> Pidfile::take(const std::string& path, bool overwrite) {
  // One that is to be replaced is written aside, so that readers never see an empty file.
  std::string name = overwrite ? fmt::format("{}.tmp{}", path, ::getpid()) : path;
  for (int i = 0; i < kAttempts; ++i) {
    int fd = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return system_error(path);
    Pidfile out(name, fd);
    if (!lock(fd)) {
      if (errno != EACCES && errno != EAGAIN) return system_error(path);
      out.path_.clear();
      return held_by_other(path, fd);
    }
    if (!is_same_file(name, fd)) continue;
    if (!write_own_id(fd)) return system_error(path);
    if (overwrite && ::rename(name.c_str(), path.c_str()) != 0) return system_error(path);
    out.path_ = path;
    return out;
  }
  return fail(fmt::format("can't make pidfile {}: others keep replacing it", path));
}

Pidfile::Pidfile(Pidfile&& other) noexcept
    : path_(std::exchange(other.path_, {})), fd_(std::exchange(other.fd_, -1)) {}

Pidfile& Pidfile::operator=(Pidfile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  return *this;
}

Pidfile::~Pidfile() {
  if (fd_ < 0) return;
  if (!path_.empty() && is_same_file(path_, fd_)) ::unlink(path_.c_str());
  ::close(fd_);
}

}  // namespace mooring::daemon
