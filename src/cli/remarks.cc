#include "cli/remarks.h"

#include <fmt/format.h>

#include "cli/match_check.h"
#include "expr/scope.h"

namespace mooring::cli {
namespace {

using Remarks = std::vector<std::string>;

void remark_on_tag(const Draft& draft, const RowId& row, Remarks& out) {
  const auto tag = draft.optional_integer(row, "tag");
  if (!tag || (*tag >= 1 && *tag <= 4094)) return;
  out.push_back(fmt::format(
      "tag={}: a VLAN's tag is 1 to 4094 (IEEE 802.1Q reserves 0 and 4095), so this network will "
      "not work",
      *tag));
}

void remark_on_name(const Draft& draft, const RowId& row, char sign, Remarks& out) {
  const std::string name = draft.text(row, "name");
  if (is_match_name(name)) return;
  out.push_back(
      fmt::format("name \"{}\": matches can't say {}{}; letters, digits, _ and . can be in a name, "
                  "and no digit "
                  "is its first",
                  name, sign, name));
}

void remark_on_addresses(const Draft& draft, const RowId& row, Remarks& out) {
  for (const std::string& address : draft.strings(row, "addresses")) {
    if (expr::parse_member(address)) continue;
    out.push_back(fmt::format(
        "address \"{}\" is neither an Ethernet, IPv4 or IPv6 address nor a prefix such as "
        "10.0.0.0/24, so it will match nothing",
        address));
  }
}

void remark_on_match(const Draft& draft, const RowId& row, Remarks& out) {
  const auto match = check_match(draft.text(row, "match"));
  if (!match) out.push_back(match.error().message);
}

}  // namespace

Remarks remarks_on(const Draft& draft, const RowId& row) {
  Remarks out;
  if (row.table == "Physical_Switch") remark_on_tag(draft, row, out);
  if (row.table == kPortGroup) remark_on_name(draft, row, '@', out);
  if (row.table == kAddressSet) {
    remark_on_name(draft, row, '$', out);
    remark_on_addresses(draft, row, out);
  }
  if (row.table == "ACL" || row.table == "QoS") remark_on_match(draft, row, out);
  return out;
}

}  // namespace mooring::cli
