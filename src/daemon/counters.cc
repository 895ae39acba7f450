#include "daemon/counters.h"

#include <fmt/core.h>

namespace mooring::daemon {

Counter& Counters::get(std::string_view name) {
  auto it = counters_.find(name);
  if (it == counters_.end()) it = counters_.emplace(name, Counter()).first;
  return it->second;
}

std::optional<std::uint64_t> Counters::read(std::string_view name) const {
  auto it = counters_.find(name);
  if (it == counters_.end()) return std::nullopt;
  return it->second.value();
}

std::string Counters::table() const {
  std::string out = "Event counts since the start:\n";
  std::size_t never = 0;
  for (const auto& [name, counter] : counters_) {
    if (counter.value() == 0) {
      ++never;
    } else {
      out += fmt::format("{:<32} total: {}\n", name, counter.value());
    }
  }
  out += fmt::format("{} events never hit\n", never);
  return out;
}

}  // namespace mooring::daemon
