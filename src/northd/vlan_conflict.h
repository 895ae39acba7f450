// A VLAN of a physical network belongs to one switch; of several, the older keeps it.
#pragma once

#include <optional>

#include "engine/memo.h"
#include "northd/inputs.h"
#include "northd/networks.h"
#include "northd/outputs.h"

namespace mooring::northd {

class VlanConflict {
 public:
  VlanConflict(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Networks& networks);
  ~VlanConflict();

  // The switch that has the VLAN; nil when nobody asks for it.
  engine::Memo<Vlan, Uuid> owner;

 private:
  Uuid choose(engine::Context& context, const Vlan& vlan);
  // What decides who is older, least first: has an Uplink on the VLAN already, tunnel key, UUID.
  std::tuple<bool, std::int64_t, Uuid> seniority(engine::Context& context, const Vlan& vlan,
                                                 const Uuid& uuid);
  void report(engine::Context& context, const Vlan& vlan, const Uuid& owner, const Uuid& other);

  Inputs& inputs_;
  Outputs& outputs_;
  Networks& networks_;
};

}  // namespace mooring::northd
