// What a Port_Binding copies from its port's row.
#pragma once

#include "base/uuid.h"
#include "northd/nb.h"
#include "northd/sb.h"

namespace mooring::northd {

// Stands for all of it: two rows of which a binding would say the same have the same, and others
// don't.
Uuid contents_of(const nb::LogicalSwitchPort::View& port);

// Puts it into row.
void copy_contents(const nb::LogicalSwitchPort::View& port, sb::PortBinding& row);

}  // namespace mooring::northd
