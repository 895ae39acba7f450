#pragma once

#include "cli/command.h"

namespace mooring::cli {

// doctor: every Diagnostic; the exit status is 1 when one is an error.
Result<void> run_doctor(Context& context, const Invocation& invocation, Output& output);

}  // namespace mooring::cli
