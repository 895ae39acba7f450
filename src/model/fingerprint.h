// What stands for a long value where only a change of it matters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/uuid.h"

namespace mooring::model {

// Collects parts; two lists of parts that differ have different values (122 bits of SHA-1: not by
// chance, and not by anybody's design).
class Fingerprint {
 public:
  Fingerprint& add(std::string_view part);
  Fingerprint& add(std::int64_t part);
  // A sequence of words, as one part.
  template <class Words>
  Fingerprint& add_words(const Words& words) {
    add(static_cast<std::int64_t>(words.size()));
    for (const auto& word : words) add(word);
    return *this;
  }
  // A map of words to words, as one part.
  template <class Pairs>
  Fingerprint& add_pairs(const Pairs& pairs) {
    add(static_cast<std::int64_t>(pairs.size()));
    for (const auto& [key, value] : pairs) add(key).add(value);
    return *this;
  }
  Uuid value() const;

 private:
  std::string text_;
};

}  // namespace mooring::model
