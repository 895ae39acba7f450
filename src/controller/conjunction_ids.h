// Numbers for the conjunctions of rules: ovs-actions(7), conjunction.
#pragma once

#include <cstdint>
#include <optional>

#include "controller/inputs.h"
#include "engine/memo.h"
#include "engine/relation.h"

namespace mooring::controller {

// A rule has a block of 255 numbers that its row's UUID leads to, so that they are the same after a
// restart. Where two rows' UUIDs lead to one block, the later of them goes to another.
class ConjunctionIds {
 public:
  ConjunctionIds(engine::Graph& graph, Inputs& inputs);
  ~ConjunctionIds();

  static constexpr std::uint32_t kPerRule = 255;
  // The number before the row's first: its numbers are 1 to kPerRule above. Nullopt when both its
  // blocks are others'.
  std::optional<std::uint32_t> base(engine::Context& context, const Uuid& row);

 private:
  Inputs& inputs_;
  engine::Relation<std::uint32_t, Uuid> first_;
  engine::Relation<std::uint32_t, Uuid> second_;
  engine::Memo<Uuid, engine::Nothing> ask_first_;
  engine::Memo<Uuid, engine::Nothing> ask_second_;
};

}  // namespace mooring::controller
