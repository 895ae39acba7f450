// Random flows that a switch accepts and that use, over time, every field and every action: for
// tests and benchmarks. The same seed gives the same flows.
#pragma once

#include <cstdint>
#include <random>

#include "openflow/flow.h"
#include "openflow/learn.h"

namespace mooring::openflow {

class FlowGenerator {
 public:
  explicit FlowGenerator(std::uint32_t seed) : random_(seed) {}

  // Each has another (table, priority), so no two are the same flow. Ports are 1 to 4, groups and
  // meters 1; tun_metadata0 must be mapped, to 4 bytes.
  Flow next();
  Match match();
  // What fits match.
  Actions actions(const Match& match);
  Group group(std::uint32_t id);

  bool chance(unsigned percent) { return below(100) < percent; }
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  U128 bits(unsigned width);

 private:
  void add_base(Match& match);
  void add_field(Match& match, Field field);
  void add_vlan(Match& match);
  void add_one(const Match& match, Actions& actions);
  void add_header_change(const Match& match, Actions& actions);
  void add_output(Actions& actions);
  void add_nested(const Match& match, Actions& actions);
  void add_ct(const Match& match, Actions& actions);
  Nat nat(const Match& match);
  Learn learn();
  ToController to_controller();
  Subfield register_part(unsigned width);
  std::uint32_t port() { return static_cast<std::uint32_t>(1 + below(4)); }

  std::mt19937_64 random_;
  std::uint32_t count_ = 0;
  unsigned depth_ = 0;
};

}  // namespace mooring::openflow
