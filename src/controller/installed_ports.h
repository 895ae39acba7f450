// The ready ports whose flows are in the switch.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>

namespace mooring::controller {

class InstalledPorts {
 public:
  const std::set<std::string>& names() const { return names_; }
  bool contains(const std::string& name) const { return names_.contains(name); }
  // How often they have become others.
  std::uint64_t changes() const { return changes_; }

  // False when they are the same as before.
  bool replace(const std::set<std::string>& names) {
    if (names == names_) return false;
    names_ = names;
    ++changes_;
    return true;
  }

 private:
  std::set<std::string> names_;
  std::uint64_t changes_ = 0;
};

}  // namespace mooring::controller
