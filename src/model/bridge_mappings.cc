#include "model/bridge_mappings.h"

#include <fmt/core.h>

#include <algorithm>

#include "model/words.h"

namespace mooring::model {
namespace {

std::string_view trimmed(std::string_view text) {
  auto words = split_words(text);
  return words.size() == 1 ? words[0] : std::string_view();
}

}  // namespace

BridgeMappings BridgeMappings::parse(std::string_view text) {
  BridgeMappings out;
  if (split_words(text).empty()) return out;
  for (std::string_view entry : split(text, ',')) {
    std::size_t colon = entry.rfind(':');
    std::string_view network = trimmed(entry.substr(0, colon));
    std::string_view bridge =
        colon == entry.npos ? std::string_view() : trimmed(entry.substr(colon + 1));
    if (network.empty() || bridge.empty()) {
      out.errors.push_back(fmt::format("\"{}\" is not \"network:bridge\"", entry.substr(0, 80)));
      continue;
    }
    auto [first, fresh] = out.bridge_of.emplace(network, bridge);
    if (!fresh && first->second != bridge) {
      out.errors.push_back(fmt::format("network \"{}\" is mapped twice; the first, to {}, is used",
                                       network.substr(0, 80), first->second));
    }
  }
  return out;
}

}  // namespace mooring::model
