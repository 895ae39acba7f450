// Which OpenFlow table a stage of the program leads to. Stages without rows are not visited.
#pragma once

#include <cstdint>
#include <string>

#include "controller/inputs.h"
#include "engine/context.h"
#include "engine/memo.h"

namespace mooring::controller {

class Stages {
 public:
  static constexpr std::int64_t kCount = 32;  // of each pipeline

  Stages(engine::Graph& graph, Inputs& inputs);
  ~Stages();

  // The table of the first stage at or after `first` that has rows, 0 to 31. After the last ingress
  // stage comes nothing (the packet goes nowhere), after the last egress stage delivery.
  std::uint8_t ingress_from(engine::Context& context, std::int64_t first);
  std::uint8_t egress_from(engine::Context& context, std::int64_t first);

 private:
  using Place = std::pair<std::string, std::int64_t>;
  std::uint8_t find(engine::Context& context, const Place& place);
  bool counts(engine::Context& context, const Uuid& row);

  Inputs& inputs_;
  // Whether a row can be carried out: a stage of none but rows that are left out would be the end
  // of every packet.
  engine::Memo<Uuid, bool> counts_;
  engine::Memo<Place, std::uint8_t> table_of_;
};

}  // namespace mooring::controller
