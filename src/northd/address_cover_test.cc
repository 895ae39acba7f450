// Sets of addresses as prefixes, at random: each address that is in is covered, and no other.

#include "northd/address_cover.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "base/address.h"
#include "engine/source.h"
#include "northd/outputs.h"
#include "northd/strata.h"

namespace mooring::northd {
namespace {

class AddressCoverTest : public ::testing::Test {
 protected:
  AddressCoverTest() : outputs_(graph_), cover_(graph_, outputs_) {}
  engine::Graph graph_;
  Outputs outputs_;
  AddressCover cover_;
};

// The fewest prefixes for a set, by its definition: the aligned blocks that are whole and whose
// enclosing block isn't.
std::set<std::string> by_definition(const std::set<std::uint32_t>& in) {
  std::set<std::string> out;
  auto whole = [&](std::uint64_t first, int bits) {
    for (std::uint64_t a = first; a < first + (std::uint64_t{1} << bits); ++a) {
      if (!in.contains(static_cast<std::uint32_t>(a))) return false;
    }
    return true;
  };
  for (std::uint32_t address : in) {
    int bits = 0;
    while (whole(address >> (bits + 1) << (bits + 1), bits + 1)) ++bits;
    out.insert(
        Ip4Prefix{Ip4(address >> bits << bits), static_cast<std::uint8_t>(32 - bits)}.to_string());
  }
  return out;
}

TEST_F(AddressCoverTest, IsTheFewestPrefixesForJustTheAddresses) {
  // One derivation per address, that is demanded while the address is in.
  engine::Memo<std::uint32_t, engine::Nothing> member(
      graph_, "member", stratum::kNetworks,
      [this](engine::Context& context, const std::uint32_t& address) {
        PortAddress key;
        key.kind = PortAddress::Kind::kIp4;
        key.low = address;
        cover_.add(context, "set", key);
        return engine::Nothing{};
      });
  std::mt19937 random(11);
  std::set<std::uint32_t> in;
  for (int step = 0; step < 400; ++step) {
    // Mostly in few blocks, so that they become whole, and around the end of one.
    const auto first = static_cast<std::uint32_t>(0x0a0000f0 + random() % 48);
    const std::uint32_t last = first + static_cast<std::uint32_t>(random() % 24);
    const bool come = random() % 2 == 0;
    for (std::uint32_t address = first; address <= last; ++address) {
      if (come ? in.insert(address).second : in.erase(address) > 0) {
        come ? member.demand(address) : member.undemand(address);
      }
    }
    graph_.update();
    std::set<std::string> found;
    for (const DesiredAddress& prefix : outputs_.address_sets.find("set")) {
      found.insert(prefix.text);
    }
    ASSERT_EQ(found, by_definition(in)) << "at step " << step;
  }
}

}  // namespace
}  // namespace mooring::northd
