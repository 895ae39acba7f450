// The address sets that rules name: those of the northbound table, and the addresses of port
// groups.
#pragma once

#include <string>
#include <utility>

#include "engine/memo.h"
#include "engine/relation.h"
#include "northd/acls.h"
#include "northd/address_cover.h"
#include "northd/inputs.h"
#include "northd/outputs.h"
#include "northd/ports.h"

namespace mooring::northd {

// A set that no rule names isn't derived, so that the ports of a group that has no rule about its
// own addresses cost nothing here.
class AddressSets {
 public:
  AddressSets(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Acls& acls, Ports& ports);
  ~AddressSets();

 private:
  // The sets of a group's addresses by their names; "" for one that no rule names.
  struct GroupSets {
    std::string ip4;
    std::string ip6;
    friend bool operator==(const GroupSets&, const GroupSets&) = default;
  };

  engine::Nothing of_row(engine::Context& context, const Uuid& uuid);
  GroupSets of_group(engine::Context& context, const Uuid& uuid);
  // What a port contributes to the sets of its groups.
  engine::Nothing of_port(engine::Context& context, const Uuid& uuid);
  bool is_named(engine::Context& context, const std::string& set);
  engine::Nothing of_member(engine::Context& context, const std::string& set,
                            const std::string& text);

  Inputs& inputs_;
  Outputs& outputs_;
  Acls& acls_;
  Ports& ports_;
  AddressCover cover_;
  engine::Relation<std::string, std::string> bad_;  // by set: members that can't be read
  engine::Memo<Uuid, engine::Nothing> row_;
  engine::Memo<std::pair<std::string, std::string>, engine::Nothing> member_;
  engine::Memo<Uuid, GroupSets> group_;
  engine::Memo<Uuid, engine::Nothing> port_;
};

}  // namespace mooring::northd
