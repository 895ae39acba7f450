#include "model/fingerprint.h"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/nil_generator.hpp>

namespace mooring::model {

Fingerprint& Fingerprint::add(std::string_view part) {
  add(static_cast<std::int64_t>(part.size()));
  text_ += part;
  return *this;
}

Fingerprint& Fingerprint::add(std::int64_t part) {
  text_ += std::to_string(part);
  text_ += ':';
  return *this;
}

Uuid Fingerprint::value() const {
  const boost::uuids::name_generator_sha1 generator(boost::uuids::nil_uuid());
  const boost::uuids::uuid made = generator(text_.data(), text_.size());
  std::uint64_t halves[2] = {};
  for (std::size_t i = 0; i < made.size(); ++i) halves[i / 8] = halves[i / 8] << 8 | made.data[i];
  return Uuid(halves[0], halves[1]);
}

}  // namespace mooring::model
