#include "northd/address_cover.h"

#include <utility>

#include "base/address.h"
#include "engine/relation.h"
#include "northd/strata.h"

namespace mooring::northd {
namespace {

using engine::Context;
using engine::Nothing;

constexpr int kBits = 4;  // of a level
constexpr unsigned kParts = 1U << kBits;
constexpr unsigned kAll = (1U << kParts) - 1;

// The block of so many low bits that an address is in.
AddressBlock block_around(AddressBlock address, int bits) {
  address.low &= ~((std::uint64_t{1} << bits) - 1);
  return address;
}

std::uint8_t part_of(std::uint64_t low, int bits) {
  return static_cast<std::uint8_t>(low >> bits & (kParts - 1));
}

}  // namespace

// Which parts of each block are in, and the derivation of what that comes to.
struct AddressCover::Level {
  Level(engine::Graph& graph, int number, AddressCover& owner)
      : parts(graph, stratum::kNetworks + number),
        block(graph, "address_block", stratum::kNetworks + number + 1,
              [&owner, number](Context& context, const AddressBlock& key) {
                return owner.derive(context, number, key);
              }) {
    parts.demand_each(block);
  }
  engine::Relation<AddressBlock, std::uint8_t> parts;
  engine::Memo<AddressBlock, Nothing> block;
};

AddressCover::AddressCover(engine::Graph& graph, Outputs& outputs) : outputs_(outputs) {
  static_assert(stratum::kSouthbound >= stratum::kNetworks + kLevels);
  for (int number = kLevels - 1; number >= 0; --number) {
    levels_[static_cast<std::size_t>(kLevels - 1 - number)] =
        std::make_unique<Level>(graph, number, *this);
  }
}
AddressCover::~AddressCover() = default;

AddressCover::Level& AddressCover::level(int number) const {
  return *levels_[static_cast<std::size_t>(kLevels - 1 - number)];
}

void AddressCover::add(Context& context, const std::string& set, const PortAddress& address) {
  const AddressBlock own{set, address.kind, address.high, address.low};
  context.emit(level(0).parts, block_around(own, kBits), part_of(own.low, 0));
}

Nothing AddressCover::derive(Context& context, int number, const AddressBlock& block) {
  unsigned parts = 0;
  for (std::uint8_t part : context.elements(level(number).parts, block)) parts |= 1U << part;
  const int bits = kBits * number;  // of one part
  if (parts == kAll && number + 1 < kLevels) {
    context.emit(level(number + 1).parts, block_around(block, bits + 2 * kBits),
                 part_of(block.low, bits + kBits));
    return {};
  }
  // The largest aligned runs of parts that are in.
  for (unsigned first = 0; first < kParts;) {
    int joined = kBits;
    auto run = [&] { return ((1U << (1U << joined)) - 1) << first; };
    while (joined >= 0 && (first % (1U << joined) != 0 || (parts & run()) != run())) --joined;
    if (joined < 0) {
      ++first;
      continue;
    }
    AddressBlock start = block;
    start.low |= std::uint64_t{first} << bits;
    emit_prefix(context, start, bits + joined);
    first += 1U << joined;
  }
  return {};
}

// bits: how many low ones are free.
void AddressCover::emit_prefix(Context& context, const AddressBlock& first, int bits) {
  std::string text;
  if (first.kind == PortAddress::Kind::kIp4) {
    const Ip4 address(static_cast<std::uint32_t>(first.low));
    text = Ip4Prefix{address, static_cast<std::uint8_t>(32 - bits)}.to_string();
  } else {
    const Ip6 address(first.high, first.low);
    text = Ip6Prefix{address, static_cast<std::uint8_t>(128 - bits)}.to_string();
  }
  context.emit(outputs_.address_sets, std::string(first.set), DesiredAddress{std::move(text)});
}

}  // namespace mooring::northd
