// Facts in relations, as their owner holds them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>

namespace mooring::engine {

class RelationBase {
 public:
  virtual ~RelationBase() = default;
  // Gives back one reference to the element at handle.
  virtual void release(void* handle) = 0;
};

struct Emission {
  RelationBase* relation;
  void* handle;
};

// What one derivation has emitted in its latest run.
class Emissions {
 public:
  Emissions() = default;
  explicit Emissions(std::span<const Emission> from)
      : count_(static_cast<std::uint32_t>(from.size())) {
    if (count_ == 0) return;
    held_ = std::make_unique<Emission[]>(count_);
    std::copy(from.begin(), from.end(), held_.get());
  }
  void release() {
    for (const Emission& emission : std::span(held_.get(), count_)) {
      emission.relation->release(emission.handle);
    }
    held_.reset();
    count_ = 0;
  }

 private:
  std::unique_ptr<Emission[]> held_;
  std::uint32_t count_ = 0;
};

}  // namespace mooring::engine
