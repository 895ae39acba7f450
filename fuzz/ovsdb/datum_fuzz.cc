// Text of values, as a command line gives them: what is read prints as text that reads the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "ovsdb/datum.h"
#include "ovsdb/schema.h"

namespace {

using mooring::ovsdb::AtomType;
using mooring::ovsdb::BaseType;
using mooring::ovsdb::ColumnType;
using mooring::ovsdb::Datum;

std::vector<ColumnType> types() {
  std::vector<ColumnType> out;
  for (auto atom : {AtomType::kInteger, AtomType::kReal, AtomType::kBoolean, AtomType::kString,
                    AtomType::kUuid}) {
    BaseType base;
    base.type = atom;
    out.push_back({base, std::nullopt, 1, 1});
    out.push_back({base, std::nullopt, 0, ColumnType::kUnlimited});
    out.push_back({base, BaseType{}, 0, ColumnType::kUnlimited});
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<ColumnType> kTypes = types();
  if (size == 0) return 0;
  const ColumnType& type = kTypes[data[0] % kTypes.size()];
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  auto datum = Datum::from_text(type, text);
  if (!datum) return 0;
  auto again = Datum::from_text(type, datum->to_text(type));
  if (again && *again == *datum) return 0;
  // Only what isn't UTF-8 may come out otherwise.
  mooring::json::Parser parser;
  bool clean = true;
  for (const auto* atoms : {&datum->keys, &datum->values}) {
    for (const auto& atom : *atoms) {
      const auto* string = std::get_if<std::string>(&atom.value);
      if (string == nullptr) continue;
      for (char c : *string) clean = clean && static_cast<unsigned char>(c) < 0x80;
    }
  }
  if (clean) std::abort();
  return 0;
}
