// Log lines in the form of OVS's vlog: "2026-11-22T14:03:08.123Z|00001|module|INFO|text".
#pragma once

#include <fmt/core.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace mooring {

// ovs-appctl(8), vlog/set: in order of severity; kOff only limits, no line has it.
enum class LogLevel { kOff, kEmer, kErr, kWarn, kInfo, kDbg };
enum class LogDestination { kConsole, kSyslog, kFile };

std::string_view to_string(LogLevel level);

// Where lines go and which are let through, per module and destination. One per process, made by
// main and handed down; a program's parts see only Loggers. Lines are built by any thread and
// written under a lock.
class Log {
 public:
  // program names the syslog identity. Console and syslog start at INFO / WARN, file at INFO.
  explicit Log(std::string program);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Opens path for appending (created 0640). Error: the system's reason.
  Result<void> open_file(const std::string& path);
  // Closes and opens the file of open_file again, as log rotation asks (vlog/reopen).
  Result<void> reopen_file();
  void close_file();

  // One word of vlog/set's syntax: "module:destination:level", each part optional, ANY accepted.
  // Error: names the part that isn't known.
  Result<void> set(std::string_view spec);
  // The table that vlog/list shows.
  std::string list() const;

  bool enabled(std::string_view module, LogLevel level) const;
  void write(std::string_view module, LogLevel level, std::string_view text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A module's handle on the log: cheap to copy, valid while the Log lives. A default one is silent.
class Logger {
 public:
  Logger() = default;
  Logger(Log& log, std::string module) : log_(&log), module_(std::move(module)) {}

  // The same log under another module name.
  Logger with_module(std::string module) const {
    Logger out = *this;
    out.module_ = std::move(module);
    return out;
  }

  template <class... Args>
  void err(fmt::format_string<Args...> text, Args&&... args) const {
    put(LogLevel::kErr, text, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> text, Args&&... args) const {
    put(LogLevel::kWarn, text, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(fmt::format_string<Args...> text, Args&&... args) const {
    put(LogLevel::kInfo, text, std::forward<Args>(args)...);
  }
  template <class... Args>
  void dbg(fmt::format_string<Args...> text, Args&&... args) const {
    put(LogLevel::kDbg, text, std::forward<Args>(args)...);
  }

 private:
  template <class... Args>
  void put(LogLevel level, fmt::format_string<Args...> text, Args&&... args) const {
    if (log_ == nullptr || !log_->enabled(module_, level)) return;
    log_->write(module_, level, fmt::format(text, std::forward<Args>(args)...));
  }

  Log* log_ = nullptr;
  std::string module_;
};

}  // namespace mooring
