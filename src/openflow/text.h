// Values as ovs-ofctl writes them; for this directory's own files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "openflow/field.h"

namespace mooring::openflow::text {

// "0x1f"; zero is "0".
std::string hex(U128 value);
// Of a port number: its reserved name, or the number.
std::string port(std::uint32_t number);
std::string ip4(U128 value, U128 mask);
std::string ip6(U128 value, U128 mask);
std::string mac(U128 value, U128 mask);
// "+trk-new", or "est|trk" when mask says all (all: every bit of the field that there is).
std::string flags(U128 value, U128 mask, U128 all, Notation which);
std::string fragment(U128 value, U128 mask);
// In the field's own notation, as in "set_field:" and learn: with "/mask" unless mask is all.
std::string value(Field field, U128 value, U128 mask);
// Two digits a byte, with separator between.
std::string bytes(std::string_view data, std::string_view separator);

}  // namespace mooring::openflow::text
