#pragma once

#include "cli/command.h"

namespace mooring::cli {

// status: how far the configuration has come, the chassis, and each network on each chassis.
Result<void> run_status(Context& context, const Invocation& invocation, Output& output);

}  // namespace mooring::cli
