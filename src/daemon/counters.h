// Numbers that count what a daemon did, as coverage/show and tests read them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mooring::daemon {

// One number; only ever grows. Used on the loop's thread.
class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_ += amount; }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

// All of a daemon's, by name. Made by main, handed down by reference.
class Counters {
 public:
  Counters() = default;
  Counters(const Counters&) = delete;
  Counters& operator=(const Counters&) = delete;

  // The counter of that name, made at first use; the reference stays valid.
  Counter& get(std::string_view name);
  // nullopt when there is none of that name.
  std::optional<std::uint64_t> read(std::string_view name) const;
  // The table of coverage/show, by name.
  std::string table() const;

 private:
  std::map<std::string, Counter, std::less<>> counters_;
};

}  // namespace mooring::daemon
