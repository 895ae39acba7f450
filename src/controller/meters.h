// The meters that this chassis' flows name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "controller/inputs.h"
#include "controller/outputs.h"
#include "engine/memo.h"

namespace mooring::controller {

class Meters {
 public:
  Meters(engine::Graph& graph, Inputs& inputs, Outputs& outputs);

  // The OpenFlow meter of that name, for actions of a flow; the meter is then wanted in the switch
  // for as long as the caller's derivation asks for it. nullopt: there is no such meter (yet), so
  // nothing is limited.
  std::optional<std::uint32_t> id(engine::Context& context, const std::string& name) {
    return context.get(id_, name);
  }

 private:
  std::optional<std::uint32_t> derive(engine::Context& context, const std::string& name);
  // nullopt while a band's row isn't here.
  std::optional<Meter> read(engine::Context& context, const sb::Meter::View& row);
  // Names that begin at one number take the following ones, in the order of their rows.
  std::uint32_t place(engine::Context& context, const sb::Meter::View& row);

  Inputs& inputs_;
  Outputs& outputs_;
  engine::Memo<std::string, std::optional<std::uint32_t>> id_;
};

}  // namespace mooring::controller
