// Time behind a thin interface, so that tests decide what time it is.
#pragma once

#include <chrono>
#include <cstdint>

namespace mooring {

using Duration = std::chrono::nanoseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  // Monotonic, for intervals.
  virtual std::chrono::steady_clock::time_point now() const = 0;
  // Milliseconds since the Unix epoch, for what is written where people and databases read it.
  virtual std::int64_t wall_ms() const = 0;
};

class SystemClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point now() const override {
    return std::chrono::steady_clock::now();
  }
  std::int64_t wall_ms() const override {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace mooring
