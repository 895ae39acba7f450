// What this chassis finds wrong, on its way to the southbound Chassis_Diagnostic table.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <tuple>

#include "base/hash.h"
#include "base/uuid.h"
#include "model/diagnostic.h"

namespace mooring::controller {

// One thing that is wrong: found again it is the same finding, whatever the words.
struct FindingKey {
  std::string code;
  std::string table;    // of the row that it is about
  Uuid uuid;            // of that row; nil when it has none
  std::string subject;  // its name
  friend auto operator<=>(const FindingKey&, const FindingKey&) = default;
};

struct Finding {
  model::Severity severity = model::Severity::kError;
  std::string message;  // what is wrong, what follows, what would be right
  friend auto operator<=>(const Finding&, const Finding&) = default;
};

}  // namespace mooring::controller

template <>
struct mooring::Hash<mooring::controller::FindingKey> {
  std::size_t operator()(const mooring::controller::FindingKey& key) const {
    using Parts = std::tuple<std::string, std::string, mooring::Uuid, std::string>;
    return mooring::Hash<Parts>{}({key.code, key.table, key.uuid, key.subject});
  }
};
