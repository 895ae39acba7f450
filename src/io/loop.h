// The event loop: one thread owns the logic, everything else is a callback on it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace mooring::io {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs callbacks until stop() is called.
  void run();
  // Runs what is ready, waiting at most `wait` for the first; returns how many callbacks ran.
  std::size_t run_for(std::chrono::milliseconds wait);
  void stop();
  // Runs callback on the loop's thread after the current one returns. Safe from any thread.
  void post(std::function<void()> callback);
  // Calls callback for each of the given POSIX signals that arrives.
  void on_signal(const std::vector<int>& signals, std::function<void(int)> callback);

  // For this directory's own files: the Asio context inside.
  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

// Fires once per start(); destroying it cancels.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Replaces a start that hasn't fired yet.
  void start(std::chrono::milliseconds delay, std::function<void()> callback);
  void cancel();
  bool pending() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace mooring::io
