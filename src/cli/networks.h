// Switches of either kind and their ports, as the commands that are about them look them up.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/draft.h"

namespace mooring::cli {

inline constexpr std::string_view kLogicalSwitch = "Logical_Switch";
inline constexpr std::string_view kPhysicalSwitch = "Physical_Switch";
inline constexpr std::string_view kPort = "Logical_Switch_Port";

// "Logical switch" or "physical switch", for messages.
std::string_view kind_of(const RowId& network);

// All switches of the given tables, by name (bytewise), then UUID.
std::vector<RowId> sorted_switches(const Draft& draft,
                                   const std::vector<std::string_view>& tables = {kLogicalSwitch,
                                                                                  kPhysicalSwitch});

// The switch of that name or UUID in the given tables. Nullopt: there is none. Error: several.
Result<std::optional<RowId>> find_switch(const Draft& draft, std::string_view word,
                                         const ovsdb::Symbols& symbols,
                                         const std::vector<std::string_view>& tables = {
                                             kLogicalSwitch, kPhysicalSwitch});
// The same, but that there is none is an error as well; it suggests names that are near.
Result<RowId> need_switch(const Draft& draft, std::string_view word, const ovsdb::Symbols& symbols,
                          const std::vector<std::string_view>& tables = {kLogicalSwitch,
                                                                         kPhysicalSwitch});

// The ports of a switch by name.
std::vector<RowId> sorted_ports(const Draft& draft, const RowId& network);
// The switch whose `ports` has the port.
std::optional<RowId> switch_of(const Draft& draft, const RowId& port);

// The port of that name or UUID that is in a switch.
Result<std::optional<RowId>> find_port(const Draft& draft, std::string_view word,
                                       const ovsdb::Symbols& symbols);
Result<RowId> need_port(const Draft& draft, std::string_view word, const ovsdb::Symbols& symbols);

}  // namespace mooring::cli
