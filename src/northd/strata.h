// The order in which derivations run: each reads relations only of strata before its own.
#pragma once

namespace mooring::northd::stratum {

inline constexpr int kRows = 1;       // what one row says by itself: ports, chassis
inline constexpr int kNetworks = 2;   // switches with the localnet ports that they have
inline constexpr int kClashes = 3;    // who has a VLAN, a name, an address
inline constexpr int kUplinks = 4;    // uplinks that work, and the ports that reach one
inline constexpr int kSummaries = 5;  // what is said about a switch, and in all
inline constexpr int kDesired = 10;   // relations that only the reconcilers read; address_cover.cc
                                      // counts its levels from kNetworks up to here

}  // namespace mooring::northd::stratum
