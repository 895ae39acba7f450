#include "northd/duplicate_address.h"

#include <fmt/core.h>

namespace mooring::northd {
namespace {

// The other holders of an address, as a message names them.
std::string others(const engine::Elements<std::string>& holders, const std::string& own) {
  constexpr std::size_t kNamed = 3;
  std::string out;
  std::size_t named = 0;
  for (const std::string& name : holders) {
    if (name == own) continue;
    if (named == kNamed) return out + fmt::format(" and {} more", holders.size() - 1 - named);
    out += (named++ == 0 ? "" : ", ") + quoted(name);
  }
  return out;
}

}  // namespace

DuplicateAddress::DuplicateAddress(engine::Graph& graph, Inputs& inputs, Outputs& outputs,
                                   Ports& ports)
    : check_(graph, "duplicate_address", stratum::kClashes,
             [&outputs, &ports](engine::Context& context, const Uuid& uuid) {
               const auto& port = context.get(ports.of, uuid);
               if (!port) return engine::Nothing{};
               for (const AddressKey& address : port->addresses) {
                 auto holders = context.elements(ports.holders, address);
                 if (holders.size() < 2) continue;
                 context.emit(outputs.findings,
                              finding_on("Logical_Switch_Port", uuid, port->name,
                                         model::code::kDuplicateAddress),
                              Finding{model::Severity::kWarning,
                                      fmt::format("port {} of the same switch has {} too",
                                                  others(holders, port->name),
                                                  address.to_string())});
               }
               return engine::Nothing{};
             }) {
  inputs.ports.demand_each(check_);
}
DuplicateAddress::~DuplicateAddress() = default;

}  // namespace mooring::northd
