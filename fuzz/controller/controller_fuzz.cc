// What a guest may send, handed up with any userdata: read, answered, printed. The input is the
// length of the userdata, the userdata and the frame.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "controller/acl_log.h"
#include "controller/punt.h"
#include "controller/reject.h"

namespace {

using namespace mooring::controller;

void require(bool condition) {
  if (!condition) std::abort();
}

void answer(std::string_view frame) {
  const auto reply = rejection_of(frame);
  if (!reply) return;
  constexpr std::size_t kMac = 6;
  require(reply->substr(0, kMac) == frame.substr(kMac, kMac));
  require(reply->substr(kMac, kMac) == frame.substr(0, kMac));
  // An answer gets no answer.
  require(!rejection_of(*reply));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::string_view userdata = input.substr(0, data[0]);
  const std::string_view frame = input.substr(userdata.size());
  const auto punt = decode_punt(userdata);
  if (punt) require(encode(*punt) == userdata);
  const auto* entry = punt ? std::get_if<LogEntry>(&*punt) : nullptr;
  static_cast<void>(acl_log_line(entry != nullptr ? *entry : LogEntry{}, frame));
  answer(frame);
  return 0;
}
