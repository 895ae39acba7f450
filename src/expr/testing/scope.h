// Names for tests.
#pragma once

#include <map>
#include <set>
#include <string>

#include "expr/scope.h"

namespace mooring::expr {

class FixedScope final : public Scope {
 public:
  std::map<std::string, PortKey, std::less<>> ports;
  std::map<std::string, std::vector<PortKey>, std::less<>> groups;
  std::map<std::string, AddressSet, std::less<>> sets;
  std::set<std::string, std::less<>> residents;

  std::optional<PortKey> port(std::string_view name) const override {
    const auto it = ports.find(name);
    return it == ports.end() ? std::nullopt : std::optional(it->second);
  }
  std::vector<PortKey> port_group(std::string_view name) const override {
    const auto it = groups.find(name);
    return it == groups.end() ? std::vector<PortKey>() : it->second;
  }
  std::shared_ptr<const AddressSet> address_set(std::string_view name) const override {
    const auto it = sets.find(name);
    return it == sets.end() ? nullptr : std::make_shared<const AddressSet>(it->second);
  }
  bool is_resident(std::string_view name) const override { return residents.contains(name); }
};

}  // namespace mooring::expr
