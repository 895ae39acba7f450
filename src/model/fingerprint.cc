#include "model/fingerprint.h"

#include "model/named_uuid.h"

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

Uuid Fingerprint::value() const { return named_uuid(Uuid(), text_); }

}  // namespace mooring::model
