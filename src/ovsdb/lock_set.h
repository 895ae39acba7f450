// The locks a client asks for (RFC 7047 sections 4.1.8 to 4.1.10).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mooring::ovsdb {

class LockSet {
 public:
  using Changed = std::function<void(bool held)>;

  // Of one that is there already, only whom to tell is replaced.
  void add(std::string name, Changed changed) {
    locks_[std::move(name)].changed = std::move(changed);
  }
  void remove(std::string_view name) {
    if (auto it = locks_.find(name); it != locks_.end()) locks_.erase(it);
  }
  bool contains(std::string_view name) const { return locks_.contains(name); }
  bool held(std::string_view name) const {
    auto it = locks_.find(name);
    return it != locks_.end() && it->second.held;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& [name, lock] : locks_) out.push_back(name);
    return out;
  }

  // The server said so; changed runs when it is news.
  void set(std::string_view name, bool held) {
    auto it = locks_.find(name);
    if (it == locks_.end() || it->second.held == held) return;
    it->second.held = held;
    if (auto changed = it->second.changed) changed(held);
  }
  // The connection ended.
  void lose() {
    for (const std::string& name : names()) set(name, false);
  }

 private:
  struct Lock {
    Changed changed;
    bool held = false;
  };
  std::map<std::string, Lock, std::less<>> locks_;
};

}  // namespace mooring::ovsdb
