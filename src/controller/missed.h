// Ports that couldn't be claimed unseen (attempts.h).
#pragma once

#include <string>

#include "base/uuid.h"

namespace mooring::controller {

// The port's row isn't there, isn't where it should be, or isn't free.
struct Missed {
  Uuid uuid;
  std::string port;
  friend bool operator==(const Missed&, const Missed&) = default;
};

}  // namespace mooring::controller
