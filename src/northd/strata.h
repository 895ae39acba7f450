// The order in which derivations run: each reads relations only of strata before its own. First
// comes all that the southbound database is to say, so that its server can begin.
#pragma once

namespace mooring::northd::stratum {

inline constexpr int kRows = 1;         // what one row says by itself: ports, chassis
inline constexpr int kNetworks = 2;     // switches with the localnet ports that they have
inline constexpr int kClashes = 3;      // who has a VLAN, a name, an address
inline constexpr int kUplinks = 4;      // uplinks that work, and the ports that reach one
inline constexpr int kSouthbound = 10;  // relations that only the southbound reconcilers read;
                                        // address_cover.cc counts its levels from kNetworks to here
inline constexpr int kStates = 11;      // what is said about a port or a row
inline constexpr int kSummaries = 12;   // what is said about a switch, and in all
inline constexpr int kNorthbound = 13;  // relations that only the northbound reconcilers read

}  // namespace mooring::northd::stratum
