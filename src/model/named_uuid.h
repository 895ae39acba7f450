// Name-based UUIDs.
#pragma once

#include <string_view>

#include "base/uuid.h"

namespace mooring::model {

// Version 5, by SHA-1 (RFC 9562 section 5.5): the same for the same name in the same namespace.
Uuid named_uuid(const Uuid& space, std::string_view name);

}  // namespace mooring::model
