// Writing JSON: appends to a string.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mooring::json {

// Commas are the writer's business; that brackets match is the caller's.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  Writer& begin_object() { return open('{'); }
  Writer& end_object() { return close('}'); }
  Writer& begin_array() { return open('['); }
  Writer& end_array() { return close(']'); }
  // The name of the member whose value comes next.
  Writer& key(std::string_view name);
  // What isn't UTF-8, and U+0000, which ovsdb-server refuses, becomes U+FFFD.
  Writer& string(std::string_view text);
  Writer& integer(std::int64_t value);
  // NaN and infinities, which JSON lacks, become 0.
  Writer& real(double value);
  Writer& boolean(bool value) { return raw(value ? "true" : "false"); }
  Writer& null() { return raw("null"); }
  // A value that is JSON text already.
  Writer& raw(std::string_view text);

 private:
  Writer& open(char bracket);
  Writer& close(char bracket);
  void separate() {
    if (comma_) out_ += ',';
    comma_ = true;
  }

  std::string& out_;
  bool comma_ = false;
};

// text as a JSON string with its quotes.
std::string quoted(std::string_view text);

}  // namespace mooring::json
