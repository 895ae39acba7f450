// What the database takes but can't work: said to the operator who writes it.
#pragma once

#include <string>
#include <vector>

#include "cli/draft.h"

namespace mooring::cli {

// A sentence for each thing about the row that can't work as it stands.
std::vector<std::string> remarks_on(const Draft& draft, const RowId& row);

}  // namespace mooring::cli
