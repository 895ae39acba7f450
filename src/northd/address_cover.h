// Address sets as prefixes: the fewest that cover just the addresses that are in.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>

#include "engine/memo.h"
#include "northd/outputs.h"
#include "northd/ports.h"

namespace mooring::northd {

// The addresses of a set that have their high bits in common.
struct AddressBlock {
  std::string set;
  PortAddress::Kind kind = PortAddress::Kind::kIp4;
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const AddressBlock&, const AddressBlock&) = default;
};

// The addresses of a subnet that is in use are dense: ten thousand are a dozen prefixes, and so a
// dozen elements on the wire and a dozen flows on each chassis. A block of sixteen addresses knows
// which of them are in; when all are, it is one part of a block of sixteen such blocks, and so on.
// An address that comes or goes is work for its own block, and for larger ones only where a smaller
// one becomes whole or ceases to be. IPv6 addresses are joined up to /96.
class AddressCover {
 public:
  AddressCover(engine::Graph& graph, Outputs& outputs);
  ~AddressCover();

  // For derivations of stratum::kNetworks. address: of kind kIp4 or kIp6.
  void add(engine::Context& context, const std::string& set, const PortAddress& address);

 private:
  struct Level;
  static constexpr int kLevels = 8;  // of four bits each
  Level& level(int number) const;
  engine::Nothing derive(engine::Context& context, int number, const AddressBlock& block);
  void emit_prefix(engine::Context& context, const AddressBlock& first, int bits);

  Outputs& outputs_;
  // The largest blocks first: each level goes before what it emits into.
  std::array<std::unique_ptr<Level>, kLevels> levels_;
};

}  // namespace mooring::northd

template <>
struct mooring::Hash<mooring::northd::AddressBlock> {
  std::size_t operator()(const mooring::northd::AddressBlock& block) const {
    using Parts = std::tuple<std::string, int, std::uint64_t, std::uint64_t>;
    return mooring::Hash<Parts>{}({block.set, static_cast<int>(block.kind), block.high, block.low});
  }
};
