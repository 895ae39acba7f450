// What a run prints once it is done.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "cli/command.h"
#include "cli/command_line.h"

namespace mooring::cli {

// The text for the standard output stream; the rows' real UUIDs are put where `uuids` tells.
std::string printed(const std::vector<Output>& outputs, const Options& options,
                    const std::map<Uuid, Uuid>& uuids);

}  // namespace mooring::cli
