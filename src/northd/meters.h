// Meters: the southbound copies of the northbound ones, and those that users of fair ones get.
#pragma once

#include <optional>
#include <string>

#include "engine/memo.h"
#include "northd/inputs.h"
#include "northd/outputs.h"

namespace mooring::northd {

class Meters {
 public:
  Meters(engine::Graph& graph, Inputs& inputs, Outputs& outputs);

  // The southbound name of the meter that limits what `user`, an ACL that names it, logs. Users of
  // a fair meter have each one of their own (ovn-nb(5), Meter.fair), for as long as the caller's
  // derivation asks for it: its name is the meter's, two underscores and the user's UUID, as OVN's
  // is. nullopt: there is no meter of that name.
  std::optional<std::string> name_for(engine::Context& context, const std::string& meter,
                                      const Uuid& user);

 private:
  struct Definition {
    DesiredMeter meter;
    bool fair = false;
    friend bool operator==(const Definition&, const Definition&) = default;
  };
  std::optional<Definition> define(engine::Context& context, const Uuid& uuid);

  Inputs& inputs_;
  Outputs& outputs_;
  engine::Memo<Uuid, std::optional<Definition>> definition_;
};

}  // namespace mooring::northd
