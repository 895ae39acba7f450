// A meter as the derivations yield it.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "openflow/flow.h"

namespace mooring::controller {

struct Meter {
  struct Band {
    std::uint32_t rate = 0;   // kbit/s, or packets/s
    std::uint32_t burst = 0;  // kbit, or packets; 0: the switch's choice
    friend auto operator<=>(const Band&, const Band&) = default;
  };
  std::string name;
  bool packets = false;     // the unit is packets, not kilobits
  std::vector<Band> bands;  // sorted
  Uuid origin;              // the southbound row
  friend bool operator==(const Meter&, const Meter&) = default;
  friend std::strong_ordering operator<=>(const Meter&, const Meter&) = default;

  openflow::Meter to_openflow(std::uint32_t id) const;
  // The OpenFlow meter that a name gets, or where several begin alike, the first of theirs. It is
  // the same in every process, so that a restarted one finds its meters in the switch.
  static std::uint32_t first_id(const std::string& name);
};

}  // namespace mooring::controller
