// Messages from any bytes, as a switch's stream would bring them: framed, decoded, printed, and,
// where we can say them ourselves, encoded and decoded again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "openflow/messages.h"

namespace {

using namespace mooring::openflow;

void require(bool condition) {
  if (!condition) std::abort();
}

void print(const Match& match) {
  static_cast<void>(match.to_string());
  static_cast<void>(match.check());
  const auto again = Match::decode(view(match.bytes()));
  require(again && *again == match);
}

void print(const Flow& flow) {
  static_cast<void>(flow.to_string());
  print(flow.match);
}

template <class Mod>
void again(const Mod& mod) {
  std::string bytes;
  if (!encode(bytes, 1, mod)) return;
  const auto back = decode(bytes);
  require(back.has_value() && std::get<Mod>(back->message) == mod);
}

void use(const Received& message) {
  if (const auto* mod = std::get_if<FlowMod>(&message)) {
    print(mod->flow);
    // A delete's actions aren't sent.
    if (mod->command < FlowMod::Command::kDelete) again(*mod);
  } else if (const auto* group_mod = std::get_if<GroupMod>(&message)) {
    static_cast<void>(group_mod->group.to_string());
  } else if (const auto* flows = std::get_if<FlowDumpReply>(&message)) {
    for (const FlowStats& stats : flows->flows) print(stats.flow);
  } else if (const auto* groups = std::get_if<GroupDumpReply>(&message)) {
    for (const Group& group : groups->groups) static_cast<void>(group.to_string());
  } else if (const auto* meters = std::get_if<MeterDumpReply>(&message)) {
    for (const Meter& meter : meters->meters) static_cast<void>(meter.to_string());
  } else if (const auto* packet = std::get_if<PacketIn>(&message)) {
    print(packet->metadata);
    static_cast<void>(packet->value(xxreg(0)));
  } else if (const auto* error = std::get_if<ErrorReply>(&message)) {
    static_cast<void>(error->name());
  } else if (const auto* removed = std::get_if<FlowRemoved>(&message)) {
    static_cast<void>(removed->key.to_string());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (std::string_view rest = input; !rest.empty();) {
    const auto length = frame_length(rest);
    if (!length || *length == 0 || *length > rest.size()) break;
    if (const auto incoming = decode(rest.substr(0, *length))) use(incoming->message);
    rest.remove_prefix(*length);
  }
  if (const auto match = Match::decode(input)) print(*match);
  if (const auto actions = Actions::decode(input)) static_cast<void>(actions->to_string());
  return 0;
}
