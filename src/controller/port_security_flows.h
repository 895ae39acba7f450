// Port security: the flows that hold a port to the addresses it may use, in both directions.
//
// What a secured port sends passes kPortSecurity (its MAC), kPortSecurityIp (IP and ARP) and, if it
// is IPv6, kPortSecurityNd. There a port has flows for what it may send; what is left over gets its
// reason in fixed flows and ends in kRefused, where the port has a flow for each reason that
// counts. What is sent to a secured port is judged by its flows in kDeliver themselves, so that a
// copy of a flooded packet costs nothing more.
#pragma once

#include <string>

#include "controller/claims.h"
#include "controller/guards.h"
#include "controller/networks.h"
#include "controller/outputs.h"
#include "controller/stages.h"
#include "engine/memo.h"

namespace mooring::controller {

class PortSecurityFlows {
 public:
  PortSecurityFlows(engine::Graph& graph, Outputs& outputs, Claims& claims, Networks& networks,
                    Guards& guards, Stages& stages);
  ~PortSecurityFlows();

 private:
  engine::Nothing derive(engine::Context& context, const std::string& name);
  engine::Nothing derive_fixed(engine::Context& context);
  void count_tagged(engine::Context& context, const LocalPort& port);

  Outputs& outputs_;
  Claims& claims_;
  Networks& networks_;
  Guards& guards_;
  Stages& stages_;
  engine::Memo<std::string, engine::Nothing> port_;
  engine::Memo<int, engine::Nothing> fixed_;
};

}  // namespace mooring::controller
