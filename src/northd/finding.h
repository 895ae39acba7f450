// What is found wrong, on its way to the northbound Diagnostic table.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "base/hash.h"
#include "base/uuid.h"
#include "model/diagnostic.h"

namespace mooring::northd {

// One Diagnostic row: found again it is the same, whatever the words.
struct FindingKey {
  std::string code;
  std::string table;    // the northbound table of the row that it is about; "" when there is none
  Uuid row;             // nil when there is none
  std::string name;     // of that row
  std::string chassis;  // "" when none is concerned
  friend auto operator<=>(const FindingKey&, const FindingKey&) = default;
};

// What is wrong, what follows, what would be right. Several under one key share a row.
struct Finding {
  model::Severity severity = model::Severity::kError;
  std::string message;
  std::int64_t since = 0;  // ms since the epoch, when the one who found it said so; 0: unknown
  friend auto operator<=>(const Finding&, const Finding&) = default;
};

// The key of a finding about a northbound row; a name is cut to what can be read.
FindingKey finding_on(std::string_view table, const Uuid& row, std::string_view name,
                      std::string_view code);

// A value from outside as it is quoted in a message: whole when it is short, else its beginning.
std::string quoted(std::string_view text);

}  // namespace mooring::northd

template <>
struct mooring::Hash<mooring::northd::FindingKey> {
  std::size_t operator()(const mooring::northd::FindingKey& key) const {
    using Parts = std::tuple<std::string_view, std::string_view, mooring::Uuid, std::string_view,
                             std::string_view>;
    return mooring::Hash<Parts>{}({key.code, key.table, key.row, key.name, key.chassis});
  }
};
