// What can be said of a rule's match before it is stored.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/draft.h"
#include "expr/ast.h"

namespace mooring::cli {

// Error: what is wrong and, in two more lines, the text with a caret below the place.
Result<expr::Expr> check_match(std::string_view text);

// The tables that unknown_names looks into.
inline constexpr std::string_view kPortGroup = "Port_Group";
inline constexpr std::string_view kAddressSet = "Address_Set";

// A sentence for each port group and address set that the match names and that isn't there. A port
// group G brings the sets G_ip4 and G_ip6 with it.
std::vector<std::string> unknown_names(const Draft& draft, const expr::Expr& match);

// Whether matches can say @name or $name.
bool is_match_name(std::string_view name);

}  // namespace mooring::cli
