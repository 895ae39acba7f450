// The OpenFlow tables of the integration bridge, and what registers hold between them.
#pragma once

#include <cstdint>

#include "openflow/actions.h"
#include "openflow/field.h"
#include "openflow/match.h"

namespace mooring::controller {

// A packet enters at kClassify, runs the ingress stages, is looked up, and then, for each port it
// goes to, passes kOutput, the egress stages and kDeliver.
namespace table {
inline constexpr std::uint8_t kClassify = 0;    // OpenFlow port to datapath and logical inport
inline constexpr std::uint8_t kIngress = 8;     // + Pipeline.table_id, 0-31
inline constexpr std::uint8_t kLearn = 40;      // learn_fdb: sources worth remembering
inline constexpr std::uint8_t kNeighbour = 41;  // answer_neighbour
inline constexpr std::uint8_t kLookup = 42;     // lookup_l2: destination to logical outport
inline constexpr std::uint8_t kFdb = 43;        // learnt destinations; the switch fills it
inline constexpr std::uint8_t kUnknown = 44;    // destinations that nobody has here
inline constexpr std::uint8_t kFlood = 45;      // broadcast and multicast
inline constexpr std::uint8_t kOutput = 46;     // logical outport to egress stages, or uplink
inline constexpr std::uint8_t kEgress = 48;     // + Pipeline.table_id, 0-31
inline constexpr std::uint8_t kDeliver = 80;    // logical outport to OpenFlow port
// Port security, between kClassify and the ingress stages (port_security_flows.h).
inline constexpr std::uint8_t kPortSecurity = 82;    // the source MAC
inline constexpr std::uint8_t kPortSecurityIp = 83;  // the source over IP, and ARP
inline constexpr std::uint8_t kPortSecurityNd = 84;  // neighbour discovery
inline constexpr std::uint8_t kRefused = 85;         // counts what they refuse
}  // namespace table

// metadata: the datapath's tunnel key. The two keys are OVN's choice too, which people and tools
// (ovn-trace's readers, tcpdumpers of registers) know.
namespace field {
inline constexpr openflow::Field kInport = openflow::Field::kReg14;
inline constexpr openflow::Field kOutport = openflow::Field::kReg15;
inline constexpr unsigned kInportRegister = 14;
inline constexpr unsigned kOutportRegister = 15;
// reg10 bit 31: came from the wire, or from a port that never reaches it: no uplink gets this.
inline const openflow::Subfield kNoUplink{openflow::Field::kReg10, 31, 1};
// reg10 bits 28-30: the priority code point (IEEE 802.1Q) the frame came with.
inline const openflow::Subfield kPcp{openflow::Field::kReg10, 28, 3};
// reg10 bits 0-15: what the program calls flags. They are those of the port whose rules are asked:
// the inport in the ingress stages, the outport in the egress stages.
inline const openflow::Subfield kFlags{openflow::Field::kReg10, 0, 16};
inline constexpr std::uint16_t kFlagAcl = 1U << 1;
inline constexpr std::uint16_t kFlagStateful = 1U << 2;
// reg3: the label of the rule that let a packet through.
inline constexpr unsigned kLabelRegister = 3;
// reg11: which part of a long member list comes next.
inline constexpr unsigned kPartRegister = 11;
// reg12: why port security refuses a packet (refusal.h).
inline constexpr unsigned kRefusalRegister = 12;
// reg13: the connection tracking zone of the port.
inline const openflow::Subfield kZone{openflow::Field::kReg13, 0, 16};
}  // namespace field

}  // namespace mooring::controller
