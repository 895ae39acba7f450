// Cubes as OpenFlow matches.
#pragma once

#include <vector>

#include "expr/normal_form.h"
#include "openflow/match.h"

namespace mooring::expr {

// What cube must match of structure for the switch to know cube's variables.
Cube needed(const Cube& structure, const Cube& cube, Var besides);

// One match; or several where OpenFlow has no mask for what the cube asks of a VLAN tag, or none
// where no frame has such a tag.
std::vector<openflow::Match> to_matches(const Cube& cube);

}  // namespace mooring::expr
