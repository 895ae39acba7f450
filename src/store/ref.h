// A typed reference to a row of another table.
#pragma once

#include <compare>
#include <functional>

#include "base/uuid.h"

namespace mooring::store {

// The UUID of a Row. Whether that row is there is for the reader to find out: with conditional
// monitoring a reference may lead to a row that this program hasn't asked for.
template <class Row>
struct Ref {
  Uuid uuid;
  friend constexpr auto operator<=>(const Ref&, const Ref&) = default;
};

}  // namespace mooring::store

template <class Row>
struct std::hash<mooring::store::Ref<Row>> {
  std::size_t operator()(const mooring::store::Ref<Row>& ref) const {
    return std::hash<mooring::Uuid>{}(ref.uuid);
  }
};
