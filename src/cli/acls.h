// ACLs and what has them: switches of either kind and port groups.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/draft.h"

namespace mooring::cli {

inline constexpr std::string_view kAcl = "ACL";

// "Logical switch", "physical switch" or "port group", for messages.
std::string_view entity_kind(const RowId& entity);

// The switch or port group of that name or UUID. type: the value of --type, "switch" (of either
// kind), "logical-switch", "physical-switch" or "port-group". Error: there is none, or several, and
// how to choose.
Result<RowId> need_entity(const Draft& draft, std::string_view word,
                          const std::optional<std::string>& type, const ovsdb::Symbols& symbols);

inline constexpr std::string_view kFromLport = "from-lport";
inline constexpr std::string_view kToLport = "to-lport";
// Each may be abbreviated.
Result<std::string> parse_direction(std::string_view word);

// What of an ACL decides where it stands among others, and which makes two the same.
struct AclPlace {
  bool to_lport = false;
  bool after_lb = false;
  std::int64_t tier = 0;
  std::int64_t precedence = 0;  // the priority's negative: the greater priority goes first
  std::string match;
  friend auto operator<=>(const AclPlace&, const AclPlace&) = default;
};
AclPlace place_of(const Draft& draft, const RowId& acl);

// The entity's ACLs in the order in which they are asked, as ovn-nbctl lists them.
std::vector<RowId> sorted_acls(const Draft& draft, const RowId& entity);
// As ovn-nbctl lists it: "  to-lport  1001 (ip4) reject log(severity=info)"; a tier other than 0
// too.
std::string acl_text(const Draft& draft, const RowId& acl);

}  // namespace mooring::cli
