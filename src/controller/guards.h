// Which rules concern a local port, and whether they are all here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/claims.h"
#include "controller/inputs.h"
#include "controller/outputs.h"
#include "controller/zones.h"
#include "engine/memo.h"

namespace mooring::controller {

struct Guard {
  bool from_lport = false;  // rules are asked about what the port sends
  bool to_lport = false;    // and about what it gets
  bool stateful = false;    // its connections are tracked
  // The server has confirmed that there are no more rules for the port than are here.
  bool complete = false;
  std::optional<std::uint16_t> zone;  // of connection tracking, when stateful
  // A port stays closed, and isn't up, until its rules are here and can be carried out.
  bool open() const { return complete && (!stateful || zone); }
  friend bool operator==(const Guard&, const Guard&) = default;
};

class Guards {
 public:
  Guards(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Claims& claims, Zones& zones);
  ~Guards();

 private:
  // What the rules of one datapath or group ask for.
  struct Use {
    bool from_lport = false;
    bool to_lport = false;
    bool stateful = false;
    bool complete = false;
    friend bool operator==(const Use&, const Use&) = default;
  };
  Guard derive(engine::Context& context, const std::string& port);
  Use use(engine::Context& context, const RuleScope& scope);
  std::vector<std::string> sets_named(engine::Context& context, const Uuid& row);
  bool confirmed(engine::Context& context, const Wanted& wanted);

  Inputs& inputs_;
  Outputs& outputs_;
  Claims& claims_;
  Zones& zones_;
  engine::Memo<Uuid, std::vector<std::string>> sets_named_;
  engine::Memo<RuleScope, Use> use_;

 public:
  // By logical port; after what it reads.
  engine::Memo<std::string, Guard> of;
};

}  // namespace mooring::controller
