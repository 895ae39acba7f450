#include "northd/duplicate_address.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace mooring::northd {
namespace {

using Holder = std::pair<std::string, Uuid>;

// The other holders of an address, as a message names them.
std::string others(const std::vector<Holder>& holders, const Holder& own) {
  constexpr std::size_t kNamed = 3;
  std::string out;
  std::size_t named = 0;
  for (const Holder& holder : holders) {
    if (holder == own) continue;
    if (named == kNamed) return out + fmt::format(" and {} more", holders.size() - 1 - named);
    out += (named++ == 0 ? "" : ", ") + quoted(holder.first);
  }
  return out;
}

}  // namespace

DuplicateAddress::DuplicateAddress(engine::Graph& graph, Outputs& outputs, Ports& ports)
    : outputs_(outputs),
      ports_(ports),
      check_(
          graph, "duplicate_address", stratum::kStates,
          [this](engine::Context& context, const AddressKey& key) { return check(context, key); }) {
  ports.holders.demand_each(check_, 2);
}
DuplicateAddress::~DuplicateAddress() = default;

engine::Nothing DuplicateAddress::check(engine::Context& context, const AddressKey& key) {
  std::vector<Holder> holders;
  for (const Uuid& uuid : context.elements(ports_.holders, key)) {
    if (const auto& port = context.get(ports_.of, uuid)) holders.emplace_back(port->name, uuid);
  }
  std::sort(holders.begin(), holders.end());
  for (const Holder& holder : holders) {
    context.emit(outputs_.findings,
                 finding_on("Logical_Switch_Port", holder.second, holder.first,
                            model::code::kDuplicateAddress),
                 Finding{model::Severity::kWarning,
                         fmt::format("port {} of the same switch has {} too",
                                     others(holders, holder), key.address.to_string())});
  }
  return {};
}

}  // namespace mooring::northd
