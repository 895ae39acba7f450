#include "northd/network.h"

namespace mooring::northd {

std::string_view table_of(SwitchKind kind) {
  return kind == SwitchKind::kPhysical ? "Physical_Switch" : "Logical_Switch";
}

std::string_view word_of(SwitchKind kind) {
  return kind == SwitchKind::kPhysical ? "physical_switch" : "logical_switch";
}

}  // namespace mooring::northd
