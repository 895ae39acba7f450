// Cutting a byte stream into JSON objects.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mooring::json {

// Finds the ends of concatenated JSON objects, as JSON-RPC over a stream sends them (RFC 7047
// section 4), whatever the cuts of the stream. Looks at each byte once. Only brackets and strings
// are understood here: what is between them is the parser's to judge.
class Framer {
 public:
  struct Limits {
    std::size_t bytes = std::size_t{1} << 30;
    std::size_t depth = 64;
  };
  Framer() = default;
  explicit Framer(Limits limits) : limits_(limits) {}

  // Appends bytes. Frames that next() gave are invalid afterwards.
  void feed(std::string_view bytes);
  // The next whole object, or nullopt until more bytes come. The text is followed by
  // Parser::kPadding readable bytes. Error: something else than an object begins, or a limit is
  // passed; it stays.
  Result<std::optional<std::string_view>> next();
  // Gives memory of more than `keep` bytes back, unless bytes are waiting in it. Frames that next()
  // gave are invalid afterwards.
  void release(std::size_t keep);

 private:
  Result<bool> scan();
  bool step_outside(char c);

  Limits limits_;
  std::string buffer_;
  std::size_t begin_ = 0;  // of the current object
  std::size_t at_ = 0;     // first byte not looked at
  std::size_t end_ = 0;    // of the bytes that came; the rest of buffer_ is padding
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  std::optional<Error> broken_;
};

}  // namespace mooring::json
