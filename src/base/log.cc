#include "base/log.h"

#include <fcntl.h>
#include <sys/time.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <map>
#include <mutex>
#include <optional>

namespace mooring {
namespace {

constexpr std::array<std::string_view, 6> kLevelNames = {"OFF",  "EMER", "ERR",
                                                         "WARN", "INFO", "DBG"};
constexpr std::array<std::string_view, 3> kDestinationNames = {"console", "syslog", "file"};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

template <std::size_t N>
std::optional<std::size_t> find_name(const std::array<std::string_view, N>& names,
                                     std::string_view word) {
  for (std::size_t i = 0; i < N; ++i) {
    if (equal_ignoring_case(names[i], word)) return i;
  }
  return std::nullopt;
}

std::string timestamp() {
  timeval now{};
  gettimeofday(&now, nullptr);
  tm parts{};
  gmtime_r(&now.tv_sec, &parts);
  char buffer[32];
  std::size_t n = std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%S", &parts);
  return fmt::format("{}.{:03}Z", std::string_view(buffer, n), now.tv_usec / 1000);
}

int syslog_priority(LogLevel level) {
  switch (level) {
    case LogLevel::kOff:
    case LogLevel::kEmer:
      return LOG_ALERT;
    case LogLevel::kErr:
      return LOG_ERR;
    case LogLevel::kWarn:
      return LOG_WARNING;
    case LogLevel::kInfo:
      return LOG_NOTICE;
    case LogLevel::kDbg:
      return LOG_DEBUG;
  }
  return LOG_DEBUG;
}

// A line is one line, whatever a peer put into it.
std::string one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

using Levels = std::array<LogLevel, 3>;

void write_all(int fd, std::string_view data) {
  while (!data.empty()) {
    ssize_t n = ::write(fd, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    data.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t start = 0;
  while (start < text.size()) {
    std::size_t end = text.find_first_of(": \t", start);
    if (end == text.npos) end = text.size();
    if (end > start) words.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

}  // namespace

std::string_view to_string(LogLevel level) { return kLevelNames[static_cast<std::size_t>(level)]; }

struct Log::State {
  std::string program;
  mutable std::mutex mutex;
  Levels defaults = {LogLevel::kInfo, LogLevel::kWarn, LogLevel::kInfo};
  // Modules that were set apart from the defaults.
  std::map<std::string, Levels, std::less<>> modules;
  std::string path;
  int fd = -1;
  unsigned sequence = 0;

  const Levels& levels(std::string_view module) const {
    auto it = modules.find(module);
    return it == modules.end() ? defaults : it->second;
  }
};

Log::Log(std::string program) : state_(std::make_unique<State>()) {
  state_->program = std::move(program);
  openlog(state_->program.c_str(), LOG_NDELAY, LOG_DAEMON);
}

Log::~Log() {
  close_file();
  closelog();
}

Result<void> Log::open_file(const std::string& path) {
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (fd < 0) return fail(fmt::format("{}: can't open log file: {}", path, std::strerror(errno)));
  close_file();
  std::lock_guard lock(state_->mutex);
  state_->path = path;
  state_->fd = fd;
  return {};
}

Result<void> Log::reopen_file() {
  if (state_->path.empty()) return fail("logging to a file is not in use; start with --log-file");
  return open_file(std::string(state_->path));
}

void Log::close_file() {
  std::lock_guard lock(state_->mutex);
  if (state_->fd >= 0) ::close(state_->fd);
  state_->fd = -1;
}

Result<void> Log::set(std::string_view spec) {
  std::optional<std::size_t> level;
  std::optional<std::size_t> destination;
  std::string module;
  for (std::string_view word : split_words(spec)) {
    if (equal_ignoring_case(word, "ANY")) continue;
    if (auto l = find_name(kLevelNames, word)) {
      level = l;
    } else if (auto d = find_name(kDestinationNames, word)) {
      destination = d;
    } else if (module.empty()) {
      module = std::string(word);
    } else {
      return fail(fmt::format("no destination, level, or module \"{}\"", word));
    }
  }
  std::lock_guard lock(state_->mutex);
  auto apply = [&](Levels& levels) {
    for (std::size_t d = 0; d < levels.size(); ++d) {
      if (!destination || *destination == d) {
        levels[d] = level ? static_cast<LogLevel>(*level) : LogLevel::kDbg;
      }
    }
  };
  if (!module.empty()) {
    apply(state_->modules.try_emplace(module, state_->defaults).first->second);
    return {};
  }
  apply(state_->defaults);
  for (auto& [name, levels] : state_->modules) apply(levels);
  return {};
}

std::string Log::list() const {
  std::lock_guard lock(state_->mutex);
  std::string out =
      "                 console    syslog    file\n"
      "                 -------    ------    ------\n";
  auto row = [&out](std::string_view name, const Levels& levels) {
    out += fmt::format("{:<16}  {:>5}     {:>5}      {:>5}\n", name, to_string(levels[0]),
                       to_string(levels[1]), to_string(levels[2]));
  };
  row("(default)", state_->defaults);
  for (const auto& [name, levels] : state_->modules) row(name, levels);
  return out;
}

bool Log::enabled(std::string_view module, LogLevel level) const {
  std::lock_guard lock(state_->mutex);
  const Levels& levels = state_->levels(module);
  return std::any_of(levels.begin(), levels.end(), [&](LogLevel l) { return level <= l; });
}

void Log::write(std::string_view module, LogLevel level, std::string_view text) {
  std::lock_guard lock(state_->mutex);
  const Levels& levels = state_->levels(module);
  std::string body = one_line(text);
  unsigned sequence = ++state_->sequence;
  std::string line =
      fmt::format("{}|{:05}|{}|{}|{}\n", timestamp(), sequence, module, to_string(level), body);
  if (level <= levels[0]) write_all(STDERR_FILENO, line);
  if (level <= levels[1]) {
    syslog(syslog_priority(level), "ovs|%05u|%.*s|%s|%s", sequence, static_cast<int>(module.size()),
           module.data(), to_string(level).data(), body.c_str());
  }
  if (level <= levels[2] && state_->fd >= 0) write_all(state_->fd, line);
}

}  // namespace mooring
