// Which southbound rows this chassis needs: what its monitor conditions are made from.
#pragma once

#include <compare>
#include <string>
#include <tuple>

#include "base/hash.h"
#include "base/uuid.h"

namespace mooring::controller {

struct Wanted {
  enum class Kind {
    kPortNamed,       // the Port_Binding of an interface that is plugged here
    kPortsOnChassis,  // those that are bound to this chassis
    kDatapath,        // a Datapath_Binding with local ports, its Uplinks and its rules
    kChassis,         // a Chassis whose name is needed
    kPortGroup,       // the rules of a group that a local port is in
    kAddressSet,      // a set that such rules name
    kMeterNamed,      // a Meter that a flow here names
    kMeterBand,       // a band of one
  };
  Kind kind = Kind::kPortNamed;
  std::string name;  // for those that go by name
  Uuid uuid;         // for the others
  friend auto operator<=>(const Wanted&, const Wanted&) = default;

  static Wanted port_named(std::string name) { return {Kind::kPortNamed, std::move(name), {}}; }
  static Wanted ports_on(const Uuid& chassis) { return {Kind::kPortsOnChassis, {}, chassis}; }
  static Wanted datapath(const Uuid& uuid) { return {Kind::kDatapath, {}, uuid}; }
  static Wanted chassis(const Uuid& uuid) { return {Kind::kChassis, {}, uuid}; }
  static Wanted port_group(std::string name) { return {Kind::kPortGroup, std::move(name), {}}; }
  static Wanted address_set(std::string name) { return {Kind::kAddressSet, std::move(name), {}}; }
  static Wanted meter_named(std::string name) { return {Kind::kMeterNamed, std::move(name), {}}; }
  static Wanted meter_band(const Uuid& uuid) { return {Kind::kMeterBand, {}, uuid}; }
};

// The element of relations that are sets of keys.
struct Present {
  friend auto operator<=>(const Present&, const Present&) = default;
};

}  // namespace mooring::controller

template <>
struct mooring::Hash<mooring::controller::Wanted> {
  std::size_t operator()(const mooring::controller::Wanted& wanted) const {
    using Parts = std::tuple<int, std::string, mooring::Uuid>;
    return mooring::Hash<Parts>{}({static_cast<int>(wanted.kind), wanted.name, wanted.uuid});
  }
};
