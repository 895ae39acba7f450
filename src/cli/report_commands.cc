// The table of the commands that look at the whole.
#include "cli/command.h"
#include "cli/doctor.h"
#include "cli/networks.h"
#include "cli/show.h"
#include "cli/status.h"

namespace mooring::cli {

std::vector<Command> report_commands() {
  const std::vector<std::string_view> tables{kLogicalSwitch, kPhysicalSwitch, kPort, "Diagnostic"};
  const std::vector<std::string_view> sb_tables{"Chassis", "Chassis_Private", "Port_Binding"};
  return {
      {.name = "show",
       .arguments = "[SWITCH]",
       .max_arguments = 1,
       .tables = tables,
       .sb_tables = sb_tables,
       .summary = "print networks and ports: where each is bound, or why it is down",
       .run = run_show},
      {.name = "status",
       .tables = tables,
       .sb_tables = sb_tables,
       .summary = "print how networks fare on each chassis, and how far changes have come",
       .run = run_status},
      {.name = "doctor",
       .tables = tables,
       .summary = "print everything that was found wrong; exit status 1 when there is an error",
       .run = run_doctor},
  };
}

}  // namespace mooring::cli
