#include "controller/meter.h"

#include <algorithm>

namespace mooring::controller {
namespace {

// OFPM_MAX (OpenFlow 1.5.1 section 7.3.4.5), less room for names that begin at the same number.
constexpr std::uint32_t kLastFirstId = 0xfffe0000;

}  // namespace

// FNV-1a (draft-eastlake-fnv), folded into the numbers that meters may have.
std::uint32_t Meter::first_id(const std::string& name) {
  std::uint32_t hash = 2166136261U;
  for (const char byte : name) hash = (hash ^ static_cast<std::uint8_t>(byte)) * 16777619U;
  return hash % kLastFirstId + 1;
}

openflow::Meter Meter::to_openflow(std::uint32_t id) const {
  namespace flag = openflow::meter_flag;
  const bool burst =
      std::any_of(bands.begin(), bands.end(), [](const Band& band) { return band.burst != 0; });
  openflow::Meter out;
  out.id = id;
  out.flags = static_cast<std::uint16_t>((packets ? flag::kPktps : flag::kKbps) | flag::kStats |
                                         (burst ? flag::kBurst : 0));
  for (const Band& band : bands) {
    // Where some band has a burst, one without gets what the switch would give it by itself.
    const std::uint32_t own = burst && band.burst == 0 ? band.rate : band.burst;
    out.bands.push_back({openflow::MeterBand::Type::kDrop, band.rate, own, 0});
  }
  return out;
}

}  // namespace mooring::controller
