// From the rows that this chassis needs to the conditions its southbound session monitors with.
#pragma once

#include <string>

#include "controller/outputs.h"
#include "ovsdb/client.h"

namespace mooring::controller {

// Tells client what to ask for. What it has already been told costs nothing on the wire.
void set_conditions(ovsdb::Client& client, const Outputs& outputs, const std::string& system_id);

}  // namespace mooring::controller
