// Uplinks that work: those whose VLAN and name are free.
#pragma once

#include <string>
#include <vector>

#include "engine/memo.h"
#include "northd/inputs.h"
#include "northd/networks.h"
#include "northd/outputs.h"
#include "northd/vlan_conflict.h"

namespace mooring::northd {

class Uplinks {
 public:
  Uplinks(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Networks& networks,
          VlanConflict& conflict);
  ~Uplinks();

  // The physical networks that a switch has a working uplink to, sorted.
  const std::vector<std::string>& of(engine::Context& context, const Uuid& on) {
    return context.get(of_, on);
  }

 private:
  std::vector<std::string> derive(engine::Context& context, const Uuid& uuid);
  // The southbound logical_port: the name asked for or, when another has that, the UUID.
  std::string name_for(engine::Context& context, const Uuid& uuid, const UplinkSpec& uplink);
  Uuid owner_of_name(engine::Context& context, const std::string& name);

  Inputs& inputs_;
  Outputs& outputs_;
  Networks& networks_;
  VlanConflict& conflict_;
  // Memos go in reverse order, readers first.
  engine::Memo<std::string, Uuid> name_owner_;
  engine::Memo<Uuid, std::vector<std::string>> of_;
};

}  // namespace mooring::northd
