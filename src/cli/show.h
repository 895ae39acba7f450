#pragma once

#include "cli/command.h"

namespace mooring::cli {

// show [SWITCH]
Result<void> run_show(Context& context, const Invocation& invocation, Output& output);

}  // namespace mooring::cli
