// Which of several remotes to try next, and after what pause.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "io/remote.h"

namespace mooring::ovsdb {

// A round tries each remote once without pauses; a pause follows each round in which none worked,
// twice as long each time up to a maximum.
class RemoteCycle {
 public:
  struct Pauses {
    std::chrono::milliseconds first{1000};
    std::chrono::milliseconds longest{8000};
  };
  explicit RemoteCycle(Pauses pauses) : pauses_(pauses), pause_(pauses.first) {}

  // Starts a new round, at the remote with this index.
  void set(std::vector<io::Remote> remotes, std::size_t start) {
    remotes_ = std::move(remotes);
    at_ = remotes_.empty() ? 0 : start % remotes_.size();
    reset();
  }

  bool empty() const { return remotes_.empty(); }
  const std::vector<io::Remote>& remotes() const { return remotes_; }
  // Not of an empty cycle.
  const io::Remote& current() const { return remotes_[at_]; }

  // The current one failed: moves on. The pause to make before trying the new current one.
  std::chrono::milliseconds failed() {
    if (remotes_.empty()) return pauses_.longest;
    at_ = (at_ + 1) % remotes_.size();
    if (++tried_ < remotes_.size()) return std::chrono::milliseconds(0);
    tried_ = 0;
    auto out = pause_;
    pause_ = std::min(pause_ * 2, pauses_.longest);
    return out;
  }
  // The current one ended after it had worked for a while: moves on, and a new round begins at
  // once with short pauses again.
  void ended() {
    if (!remotes_.empty()) at_ = (at_ + 1) % remotes_.size();
    reset();
  }

 private:
  void reset() {
    tried_ = 0;
    pause_ = pauses_.first;
  }

  Pauses pauses_;
  std::vector<io::Remote> remotes_;
  std::size_t at_ = 0;
  std::size_t tried_ = 0;  // of this round
  std::chrono::milliseconds pause_;
};

}  // namespace mooring::ovsdb
