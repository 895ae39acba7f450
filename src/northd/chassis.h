// Which chassis reaches which physical network, and how far they are with the configuration.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/memo.h"
#include "engine/relation.h"
#include "northd/inputs.h"
#include "northd/outputs.h"

namespace mooring::northd {

struct ChassisNetworks {
  std::string name;
  std::vector<std::string> networks;  // that it maps, sorted
  friend bool operator==(const ChassisNetworks&, const ChassisNetworks&) = default;
};

class ChassisView {
 public:
  ChassisView(engine::Graph& graph, Inputs& inputs, Outputs& outputs);
  ~ChassisView();

  // The chassis that map a physical network.
  engine::Relation<std::string, Uuid> mapping;
  // By the chassis' UUID; nullopt when there is no such chassis.
  engine::Memo<Uuid, std::optional<ChassisNetworks>> chassis;
  // How many map a physical network.
  engine::Memo<std::string, std::int64_t> count;

 private:
  std::optional<ChassisNetworks> derive(engine::Context& context, const Uuid& uuid);
  // What chassis found wrong themselves.
  engine::Nothing copy_finding(engine::Context& context, const Uuid& uuid);

  Inputs& inputs_;
  Outputs& outputs_;
  engine::Memo<Uuid, engine::Nothing> finding_;
};

}  // namespace mooring::northd
