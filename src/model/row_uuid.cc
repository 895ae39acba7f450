#include "model/row_uuid.h"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/string_generator.hpp>
#include <cstdint>

namespace mooring::model {

Uuid port_binding_uuid(std::string_view logical_port) {
  static const boost::uuids::name_generator_sha1 kGenerator(
      boost::uuids::string_generator()("d03f939f-5420-4635-8d07-f84978b7d82f"));
  const boost::uuids::uuid made = kGenerator(logical_port.data(), logical_port.size());
  std::uint64_t halves[2] = {};
  for (std::size_t i = 0; i < made.size(); ++i) halves[i / 8] = halves[i / 8] << 8 | made.data[i];
  return Uuid(halves[0], halves[1]);
}

}  // namespace mooring::model
