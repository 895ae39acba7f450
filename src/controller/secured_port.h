// The flows of one secured port, for port_security_flows.cc.
#pragma once

#include <cstdint>
#include <vector>

#include "controller/claims.h"
#include "controller/networks.h"
#include "controller/outputs.h"
#include "engine/context.h"

namespace mooring::controller {

class SecuredPort {
 public:
  // first_stage: the table in which what may pass goes on.
  SecuredPort(engine::Context& context, Outputs& outputs, const LocalPort& port,
              const LocalNetwork& network, std::uint8_t first_stage);

  void write_ingress();
  void write_egress();

 private:
  using Entry = model::SecurityEntry;
  using MacPrefix = model::MacPrefix;
  // A MAC that ARP and neighbour discovery come from, and the one that they may tell of.
  struct Told {
    MacPrefix from;
    MacPrefix mac;
  };

  void admit(const Entry& entry);
  void admit_macs(const Entry& entry);
  void admit_ip4(const Entry& entry);
  void admit_arp(const Entry& entry);
  void admit_ip6(const Entry& entry);
  void admit_nd(const Entry& entry);
  void admit_nd_of(const Entry& entry, const Told& told);
  void write_refusals();
  void deliver_multicast();
  void deliver(const Entry& entry);
  void deliver_ip4(const Entry& entry, const MacPrefix& to);
  void deliver_ip6(const Entry& entry, const MacPrefix& to);

  openflow::Match from(const MacPrefix& mac) const;
  openflow::Match to() const;
  openflow::Match to(const MacPrefix& mac) const;
  void pass(std::uint8_t table, std::uint16_t priority, openflow::Match match, std::uint8_t next);
  void output(std::uint16_t priority, openflow::Match match);
  void refuse(std::uint8_t table, std::uint16_t priority, openflow::Match match, Refusal reason);

  engine::Context& context_;
  Outputs& outputs_;
  const LocalPort& port_;
  const LocalNetwork& network_;
  std::uint8_t first_stage_;
};

}  // namespace mooring::controller
