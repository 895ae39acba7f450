// Random expressions and packets for tests, the same for the same seed.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "expr/evaluate.h"

namespace mooring::expr {

// Bits of a variable that an expression asks about, so that packets can have them.
struct Hint {
  Var var;
  unsigned offset;
  unsigned width;
  U128 value;
};

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
  bool chance(unsigned percent) { return below(100) < percent; }

  // The text of a right expression with up to 2^depth comparisons.
  std::string expression(int depth) {
    hints_.clear();
    return any(depth, false);
  }
  // A packet that could be one, likely with what the last expression asks about.
  Packet packet();

 private:
  std::string any(int depth, bool negated);
  std::string junction(int depth, bool negated);
  std::string test(bool negated);
  std::string compare(const Symbol& symbol, bool negated);
  std::string port_test(const Symbol& symbol, bool negated);
  std::string value(unsigned width, Var var, unsigned offset);
  std::string masked(unsigned width, Var var, unsigned offset);
  std::string terms(unsigned width, Var var, unsigned offset, bool masks);
  void apply(const Hint& hint, Packet& packet);
  void choose_kind(Packet& packet);
  const Symbol& symbol();
  U128 number(unsigned width);

  std::mt19937 random_;
  std::vector<Hint> hints_;
};

}  // namespace mooring::expr
