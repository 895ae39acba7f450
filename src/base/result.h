// Expected errors are values: a function that can fail on what comes from outside returns Result.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace mooring {

// What went wrong and what would be right, in words for the one who can mend it.
struct Error {
  std::string message;
  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(std::string message) {
  return tl::unexpected<Error>(Error{std::move(message)});
}

}  // namespace mooring
