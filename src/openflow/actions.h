// What a flow does: a value whose bytes are the actions as they go to the switch.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/result.h"
#include "openflow/bytes.h"
#include "openflow/field.h"

namespace mooring::openflow {

class Actions;
class Learn;

// The ct action.
struct Conntrack {
  static constexpr std::uint8_t kNoTable = 0xff;
  bool commit = false;
  bool force = false;  // needs commit
  std::uint8_t table = kNoTable;
  std::uint16_t zone = 0;
  std::optional<Subfield> zone_from{};  // 16 bits; instead of zone
  std::uint16_t alg = 0;                // the helper by its port: 21 FTP, 69 TFTP
};

// nat inside ct. With neither address: keep what the connection has (kind kNone), or only mark.
struct Nat {
  enum class Kind : std::uint8_t { kNone, kSource, kDestination };
  Kind kind = Kind::kNone;
  // A range of one family; max equal to min or absent for one address.
  std::optional<Ip4> ip4_min{}, ip4_max{};
  std::optional<Ip6> ip6_min{}, ip6_max{};
  std::uint16_t port_min = 0, port_max = 0;  // 0: unset; need an address
  bool persistent = false;
  bool hash = false;
  bool random = false;
};

// A packet to the controller, by NXAST_CONTROLLER or NXAST_CONTROLLER2 as the options need.
struct ToController {
  std::uint16_t max_len = 0xffff;
  std::uint16_t controller_id = 0;
  std::uint8_t reason = 1;  // OFPR_ACTION
  std::string userdata{};
  bool pause = false;
  std::optional<std::uint32_t> meter{};
};

// Sampling for IPFIX (NXAST_SAMPLE3).
struct Sample {
  std::uint16_t probability = 0;  // of 65535; not 0
  std::uint32_t collector_set = 0;
  std::uint32_t observation_domain = 0;
  std::uint32_t observation_point = 0;
  std::uint16_t sampling_port = 0xffff;  // none
  std::uint8_t direction = 0;            // 1 ingress, 2 egress
};

// A list of actions, applied in order; append-only and canonical: what Open vSwitch sends back for
// a list is the list's own bytes. Every call returns *this.
class Actions {
 public:
  Actions() = default;

  // set_field, with the field's all bits or some; value bits outside the subfield don't count.
  Actions& load(U128 value, Subfield destination);
  Actions& set_field(Field field, U128 value);
  Actions& set_field(Field field, U128 value, U128 mask);
  // Copies source to destination, which is as wide.
  Actions& move(Subfield source, Subfield destination);
  Actions& set_eth_src(Mac mac) { return set_field(Field::kEthSrc, mac.bits()); }
  Actions& set_eth_dst(Mac mac) { return set_field(Field::kEthDst, mac.bits()); }
  Actions& set_tunnel(std::uint64_t id) { return set_field(Field::kTunId, id); }
  Actions& set_reg(unsigned n, std::uint32_t value) { return set_field(reg(n), value); }

  // 0x8100 or 0x88a8.
  Actions& push_vlan(std::uint16_t ethertype = 0x8100);
  // These three: the packet must have an 802.1Q header, by match or by push_vlan, or the switch
  // refuses.
  Actions& pop_vlan();
  Actions& set_vlan_vid(std::uint16_t vid) { return set_field(Field::kVlanVid, 0x1000U | vid); }
  Actions& set_vlan_pcp(std::uint8_t pcp) { return set_field(Field::kVlanPcp, pcp); }
  Actions& dec_ttl();

  Actions& resubmit(std::uint8_t table);
  // Looks up with another in_port; table 0xff is the current one.
  Actions& resubmit(std::uint32_t in_port, std::uint8_t table);
  // Looks up with the connection's original addresses (needs ct_state's trk).
  Actions& resubmit_ct(std::uint8_t table);

  // Any port number, the reserved ones among them; max_len counts for port::kController only.
  Actions& output(std::uint32_t port, std::uint16_t max_len = 0xffff);
  Actions& output_in_port() { return output(port::kInPort); }
  // To the port whose number the subfield holds.
  Actions& output(Subfield port);
  Actions& normal() { return output(port::kNormal); }
  Actions& flood() { return output(port::kFlood); }
  Actions& controller(std::uint16_t max_len = 0xffff) { return output(port::kController, max_len); }
  Actions& controller(const ToController& options);
  Actions& group(std::uint32_t id);
  Actions& set_queue(std::uint32_t queue);
  Actions& pop_queue();
  // set_queue, output and pop_queue: what Open vSwitch makes of enqueue under OpenFlow 1.5.
  Actions& enqueue(std::uint32_t port, std::uint32_t queue);
  // The switch wants it before all others.
  Actions& meter(std::uint32_t id);

  Actions& learn(const Learn& learn);
  // The switch refuses ct where the match doesn't say IPv4 or IPv6, an alg where it doesn't say the
  // helper's protocol, a nat range of another family, and commit under ct_state=+inv.
  Actions& ct(const Conntrack& ct);
  // nat first, then exec's actions (set_field of ct_mark and ct_label).
  Actions& ct(const Conntrack& ct, const std::optional<Nat>& nat, const Actions& exec);
  Actions& ct_clear();
  // Clause k of n, 1 to n; n is 2 to 64. Only alone in a flow, with other conjunctions and notes.
  Actions& conjunction(std::uint32_t id, unsigned k, unsigned n);
  Actions& clone(const Actions& actions);
  // Bytes without effect. The switch pads them with zeros to 6 + 8n, and so does this.
  Actions& note(std::string_view bytes);
  Actions& push(Subfield source);
  Actions& pop(Subfield destination);
  // destination, one bit, becomes whether the packet is longer than length (with Ethernet header).
  Actions& check_pkt_larger(std::uint16_t length, Subfield destination);
  Actions& sample(const Sample& sample);
  Actions& append(const Actions& actions);

  bool empty() const { return bytes_.empty(); }
  // Whether the flow is a clause of a conjunction, so that what matches it is decided elsewhere.
  bool has_conjunction() const;
  // The canonical bytes: OpenFlow 1.5 actions, without instruction header.
  const Bytes& bytes() const { return bytes_; }
  // Error: names the action, by its offset, whose length is broken. The content of actions isn't
  // judged (the switch does that); to_string shows what it can't read as hexadecimal.
  static Result<Actions> decode(std::string_view actions);
  // ovs-ofctl's syntax: "set_field:0x1->reg0,resubmit(,20)"; "drop" when there are none.
  std::string to_string() const;

  friend bool operator==(const Actions& a, const Actions& b) {
    return view(a.bytes_) == view(b.bytes_);
  }
  friend std::strong_ordering operator<=>(const Actions& a, const Actions& b) {
    return view(a.bytes_) <=> view(b.bytes_);
  }

 private:
  Bytes bytes_;
};

}  // namespace mooring::openflow

template <>
struct std::hash<mooring::openflow::Actions> {
  std::size_t operator()(const mooring::openflow::Actions& actions) const {
    return std::hash<std::string_view>{}(mooring::openflow::view(actions.bytes()));
  }
};
