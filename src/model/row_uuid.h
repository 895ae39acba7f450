// UUIDs that follow from what a row is about, so that it is found without a search.
#pragma once

#include <string_view>

#include "base/uuid.h"

namespace mooring::model {

// Of a Port_Binding: the name-based UUID (named_uuid.h) of its logical_port in the namespace
// d03f939f-5420-4635-8d07-f84978b7d82f, as uuidgen(1) with --sha1 has it too. ovsdb-server finds a
// row by its UUID at once and by anything else by looking at all. Rows that others wrote may have
// another.
Uuid port_binding_uuid(std::string_view logical_port);

}  // namespace mooring::model
