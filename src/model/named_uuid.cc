#include "model/named_uuid.h"

#include <boost/uuid/name_generator_sha1.hpp>
#include <cstdint>

namespace mooring::model {

Uuid named_uuid(const Uuid& space, std::string_view name) {
  boost::uuids::uuid bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint64_t half = i < 8 ? space.high() : space.low();
    bytes.data[i] = static_cast<std::uint8_t>(half >> (56 - 8 * (i % 8)));
  }
  const boost::uuids::uuid made =
      boost::uuids::name_generator_sha1(bytes)(name.data(), name.size());
  std::uint64_t halves[2] = {};
  for (std::size_t i = 0; i < made.size(); ++i) halves[i / 8] = halves[i / 8] << 8 | made.data[i];
  return Uuid(halves[0], halves[1]);
}

}  // namespace mooring::model
