#include "openflow/testing/flow_generator.h"

namespace mooring::openflow {

U128 FlowGenerator::bits(unsigned width) { return U128(random_(), random_()) & U128::ones(width); }

Flow FlowGenerator::next() {
  Flow flow;
  // 64 tables, then the next priority.
  flow.table = static_cast<std::uint8_t>(count_ % 64);
  flow.priority = static_cast<std::uint16_t>(1 + count_ / 64);
  ++count_;
  flow.match = match();
  if (chance(5)) {
    for (std::uint64_t n = below(3) + 1; n > 0; --n) {
      flow.actions.conjunction(static_cast<std::uint32_t>(below(1000)), 1 + (n & 1), 2);
    }
  } else {
    flow.actions = actions(flow.match);
  }
  if (chance(50)) flow.cookie = random_();
  if (chance(10)) flow.idle_timeout = static_cast<std::uint16_t>(1000 + below(9000));
  if (chance(10)) flow.hard_timeout = static_cast<std::uint16_t>(1000 + below(9000));
  if (chance(10)) flow.importance = static_cast<std::uint16_t>(below(100));
  if (chance(10)) flow.flags = flow_flag::kSendFlowRemoved;
  if (chance(10)) flow.flags |= flow_flag::kNoByteCounts | flow_flag::kNoPacketCounts;
  return flow;
}

void FlowGenerator::add_base(Match& match) {
  static constexpr std::uint8_t kProtocols[] = {6, 17, 132, 47};
  switch (below(9)) {
    case 0:
      return;
    case 1:
      match.eth_type(static_cast<std::uint16_t>(0x88b5));
      return;
    case 2:
      chance(50) ? match.arp() : match.rarp();
      return;
    case 3:
      match.ip4().ip_proto(kProtocols[below(4)]);
      return;
    case 4:
      match.ip6().ip_proto(kProtocols[below(4)]);
      return;
    case 5:
      match.ip4().ip_proto(1);
      return;
    case 6:
      match.ip6().ip_proto(58);
      return;
    case 7:
      chance(50) ? match.nd_solicit() : match.nd_advert();
      return;
    default:
      chance(50) ? match.ip4() : match.ip6();
  }
}

void FlowGenerator::add_vlan(Match& match) {
  switch (below(5)) {
    case 0:
      match.no_vlan();
      break;
    case 1:
      match.any_vlan();
      break;
    case 2:
      match.vlan(static_cast<std::uint16_t>(below(4096)));
      break;
    case 3:
      match.vlan(static_cast<std::uint16_t>(below(4096)));
      match.vlan_pcp(static_cast<std::uint8_t>(below(8)));
      break;
    default:
      match.vlan_pcp(static_cast<std::uint8_t>(below(8)));
  }
}

void FlowGenerator::add_field(Match& match, Field field) {
  const FieldInfo& row = info(field);
  U128 value = bits(row.bits);
  U128 mask = row.ones();
  if (row.maskable && chance(50)) mask = bits(row.bits);
  // A prefix, as addresses mostly have.
  if (row.maskable && chance(30))
    mask = row.ones() & ~U128::ones(static_cast<unsigned>(below(row.bits)));
  if (field == Field::kInPort) value = port();
  if (field == Field::kArpOp) value = value & 0xff;  // all that Open vSwitch looks at
  if (field == Field::kIpFrag) {
    // The last two are without a transport header.
    static constexpr std::uint8_t kFragments[][2] = {{0, 3}, {1, 3}, {0, 1}, {1, 1},
                                                     {0, 2}, {3, 3}, {2, 2}};
    const auto& pick = kFragments[below(match.has(Field::kIcmp6Type) ? 5 : 7)];
    value = pick[0];
    mask = pick[1];
  }
  // A connection's addresses need one that is there; what isn't tracked has no other state.
  if (field == Field::kCtState) {
    value = value | U128(ct_state::kTrk);
    mask = mask | U128(ct_state::kTrk);
    // An invalid packet's connection can't be committed.
    value = value & ~U128(ct_state::kInv);
  }
  static_cast<void>(match.set(field, value, mask));
}

Match FlowGenerator::match() {
  Match match;
  add_base(match);
  if (chance(30)) add_vlan(match);
  const unsigned density = 3 + static_cast<unsigned>(below(25));
  for (unsigned i = 0; i < kFieldCount; ++i) {
    const auto field = static_cast<Field>(i);
    // Said by the base or by add_vlan; the packet type isn't for Ethernet bridges.
    const bool said = field == Field::kEthType || field == Field::kIpProto ||
                      field == Field::kVlanVid || field == Field::kVlanPcp ||
                      field == Field::kVlanTci || field == Field::kPacketType ||
                      field == Field::kInPort16;
    const bool neighbour =
        match.meets(Field::kNdTarget) && (field == Field::kIcmp6Type || field == Field::kIcmp6Code);
    // The original addresses need the family to be known.
    const bool original = field >= Field::kCtNwSrc && field <= Field::kCtTpDst;
    if (said || neighbour || original || !chance(density) || !match.meets(field)) continue;
    add_field(match, field);
  }
  if (chance(5) && match.meets(Field::kIpSrc)) {
    match.ct_state(ct_state::kTrk | ct_state::kEst);
    match.with(Field::kCtNwSrc, bits(32)).with(Field::kCtNwDst, bits(32));
    match.with(Field::kCtNwProto, 6).with(Field::kCtTpSrc, bits(16));
    match.with(Field::kCtTpDst, bits(16));
  }
  if (chance(5) && match.meets(Field::kIpv6Src)) {
    match.ct_state(ct_state::kTrk | ct_state::kEst);
    match.with(Field::kCtIpv6Src, bits(128)).with(Field::kCtIpv6Dst, bits(128));
  }
  return match;
}

Subfield FlowGenerator::register_part(unsigned width) {
  const Field field = reg(static_cast<unsigned>(below(16)));
  return Subfield(field, static_cast<std::uint16_t>(below(33 - width)),
                  static_cast<std::uint16_t>(width));
}

Actions FlowGenerator::actions(const Match& match) {
  Actions actions;
  if (depth_ == 0 && chance(5)) actions.meter(1);
  for (std::uint64_t n = below(5); n > 0; --n) add_one(match, actions);
  return actions;
}

void FlowGenerator::add_one(const Match& match, Actions& actions) {
  switch (below(4)) {
    case 0:
      add_header_change(match, actions);
      break;
    case 1:
      add_output(actions);
      break;
    case 2:
      add_nested(match, actions);
      break;
    default: {
      const auto width = static_cast<unsigned>(1 + below(32));
      switch (below(8)) {
        case 6:
          actions.load(bits(width),
                       Subfield(Field::kTunMetadata0, 0, static_cast<std::uint16_t>(width)));
          break;
        case 7:
          actions.set_field(Field::kTunMetadata0, bits(width - 1));
          actions.move(Subfield(Field::kTunMetadata0, 16, 16), register_part(16));
          break;
        case 0:
          actions.load(bits(width), register_part(width));
          break;
        case 1:
          actions.move(register_part(width), register_part(width));
          break;
        case 2:
          actions.push(register_part(width)).pop(register_part(width));
          break;
        case 3:
          actions.set_tunnel(random_());
          break;
        case 4:
          actions.check_pkt_larger(static_cast<std::uint16_t>(below(9000)), register_part(1));
          break;
        default:
          actions.load(bits(64), xreg(static_cast<unsigned>(below(8))));
          actions.set_field(xxreg(static_cast<unsigned>(below(4))), bits(128), bits(128));
      }
    }
  }
}

void FlowGenerator::add_header_change(const Match& match, Actions& actions) {
  switch (below(4)) {
    case 0:
      actions.push_vlan(chance(50) ? 0x8100 : 0x88a8);
      actions.set_vlan_vid(static_cast<std::uint16_t>(below(4096)));
      actions.set_vlan_pcp(static_cast<std::uint8_t>(below(8)));
      actions.output(port()).pop_vlan();
      return;
    case 1:
      if (match.meets(Field::kIpTtl)) actions.dec_ttl();
      actions.set_eth_src(Mac(random_())).set_eth_dst(Mac(random_()));
      return;
    default:
      break;
  }
  const auto field = static_cast<Field>(below(kFieldCount));
  const FieldInfo& row = info(field);
  if (!row.writable || !match.meets(field) || row.notation == Notation::kPort ||
      field == Field::kVlanVid || field == Field::kCtMark || field == Field::kCtLabel ||
      field == Field::kArpOp) {
    return;
  }
  if (row.maskable && chance(50)) {
    actions.set_field(field, bits(row.bits), bits(row.bits));
  } else {
    actions.set_field(field, bits(row.bits));
  }
}

void FlowGenerator::add_output(Actions& actions) {
  static constexpr std::uint32_t kReserved[] = {port::kInPort, port::kNormal, port::kFlood,
                                                port::kAll, port::kLocal};
  switch (below(10)) {
    case 0:
      actions.output(kReserved[below(5)]);
      break;
    case 1:
      actions.controller(static_cast<std::uint16_t>(below(0x10000)));
      break;
    case 2:
      actions.controller(to_controller());
      break;
    case 3:
      actions.output(register_part(16));
      break;
    case 4:
      actions.group(1);
      break;
    case 5:
      actions.enqueue(port(), static_cast<std::uint32_t>(below(8)));
      break;
    case 6:
      actions.resubmit(static_cast<std::uint8_t>(below(254)));
      break;
    case 7:
      actions.resubmit(port(), static_cast<std::uint8_t>(below(256)));
      break;
    case 8:
      actions.set_field(Field::kInPort, 0xffff).resubmit(static_cast<std::uint8_t>(below(254)));
      break;
    default:
      actions.output(port());
  }
}

ToController FlowGenerator::to_controller() {
  ToController options;
  if (chance(50)) options.max_len = static_cast<std::uint16_t>(below(0x10000));
  if (chance(30)) options.controller_id = static_cast<std::uint16_t>(below(0x10000));
  if (chance(30)) options.reason = static_cast<std::uint8_t>(below(3));
  for (std::uint64_t n = below(20); n > 0; --n) {
    options.userdata.push_back(static_cast<char>(below(256)));
  }
  options.pause = chance(20);
  if (chance(20)) options.meter = static_cast<std::uint32_t>(1 + below(100));
  return options;
}

Nat FlowGenerator::nat(const Match& match) {
  Nat nat;
  if (chance(20)) return nat;
  nat.kind = chance(50) ? Nat::Kind::kSource : Nat::Kind::kDestination;
  if (chance(20)) return nat;
  const U128 low = bits(24);
  if (match.meets(Field::kIpSrc)) {
    nat.ip4_min = Ip4(static_cast<std::uint32_t>(0x0a000000 + low.low));
    if (chance(50)) nat.ip4_max = Ip4(nat.ip4_min->bits() + 10);
  } else {
    nat.ip6_min = Ip6(0x2001'0db8'0000'0001ULL, 0xa000'0000'0000'0000ULL + low.low);
    if (chance(50)) nat.ip6_max = Ip6(nat.ip6_min->high(), nat.ip6_min->low() + 10);
  }
  if (chance(50)) nat.port_min = static_cast<std::uint16_t>(1 + below(1000));
  if (nat.port_min != 0 && chance(50)) nat.port_max = static_cast<std::uint16_t>(nat.port_min + 9);
  nat.persistent = chance(30);
  nat.hash = chance(30);
  nat.random = !nat.hash && chance(30);
  return nat;
}

void FlowGenerator::add_ct(const Match& match, Actions& actions) {
  // The switch tracks IP only, and a helper's own protocol.
  if (!match.meets(Field::kIpTtl)) return;
  Conntrack ct;
  ct.commit = chance(50);
  ct.force = ct.commit && chance(50);
  if (chance(50)) ct.table = static_cast<std::uint8_t>(below(250));
  if (chance(40)) {
    ct.zone_from = register_part(16);
  } else {
    ct.zone = static_cast<std::uint16_t>(below(0x10000));
  }
  if (ct.commit && match.meets(Field::kTcpDst)) ct.alg = 21;
  if (ct.commit && match.meets(Field::kUdpDst)) ct.alg = 69;
  std::optional<Nat> translate;
  if (chance(50)) translate = ct.commit ? nat(match) : Nat();
  Actions exec;
  if (ct.commit && chance(50)) exec.set_field(Field::kCtMark, bits(32), bits(32));
  if (ct.commit && chance(50)) exec.set_field(Field::kCtLabel, bits(128), bits(128));
  if (ct.commit && chance(30)) exec.move(register_part(8), Subfield(Field::kCtMark, 3, 8));
  actions.ct(ct, translate, exec);
}

Learn FlowGenerator::learn() {
  Learn learn;
  learn.table = static_cast<std::uint8_t>(below(250));
  if (chance(50)) learn.priority = static_cast<std::uint16_t>(below(0x10000));
  if (chance(50)) learn.idle_timeout = static_cast<std::uint16_t>(below(1000));
  if (chance(50)) learn.hard_timeout = static_cast<std::uint16_t>(below(1000));
  if (chance(20)) learn.fin_idle_timeout = 5;
  if (chance(20)) learn.fin_hard_timeout = 7;
  if (chance(50)) learn.cookie = random_();
  if (chance(30)) learn.limit = static_cast<std::uint32_t>(1 + below(1000));
  if (chance(30)) learn.result = register_part(1);
  learn.send_flow_removed = chance(20);
  learn.delete_learned = chance(20);
  learn.match(Field::kMetadata);
  if (chance(50)) learn.match(Field::kEthDst, Field::kEthSrc);
  if (chance(50)) learn.match(Subfield(Field::kVlanTci, 0, 12));
  if (chance(50)) learn.match_value(Field::kEthType, 0x0800);
  if (chance(50)) learn.match_value(register_part(12), bits(12));
  if (chance(50)) learn.load(Field::kInPort16, register_part(16));
  if (chance(50)) learn.load_value(bits(31), register_part(31));
  if (chance(50)) learn.load_value(bits(48), Field::kEthDst);
  if (chance(50)) learn.output(Field::kInPort16);
  return learn;
}

void FlowGenerator::add_nested(const Match& match, Actions& actions) {
  switch (below(6)) {
    case 0:
    case 1:
      add_ct(match, actions);
      break;
    case 2:
      actions.learn(learn());
      break;
    case 3:
      if (depth_ < 3) {
        ++depth_;
        Actions nested = this->actions(match);
        --depth_;
        actions.clone(nested.empty() ? nested.output(port()) : nested);
      }
      break;
    case 4:
      actions.ct_clear().note(std::string(1 + below(30), static_cast<char>(below(256))));
      break;
    default: {
      Sample sample;
      sample.probability = static_cast<std::uint16_t>(1 + below(0xffff));
      sample.collector_set = static_cast<std::uint32_t>(below(100));
      sample.observation_domain = static_cast<std::uint32_t>(random_());
      sample.observation_point = static_cast<std::uint32_t>(random_());
      if (chance(50)) sample.sampling_port = static_cast<std::uint16_t>(port());
      sample.direction = static_cast<std::uint8_t>(below(3));
      actions.sample(sample);
    }
  }
}

Group FlowGenerator::group(std::uint32_t id) {
  Group group;
  group.id = id;
  static constexpr Group::Type kTypes[] = {Group::Type::kAll, Group::Type::kSelect,
                                           Group::Type::kIndirect};
  group.type = kTypes[below(3)];
  const std::uint64_t buckets = group.type == Group::Type::kIndirect ? 1 : 1 + below(5);
  for (std::uint64_t i = 0; i < buckets; ++i) {
    Bucket bucket;
    bucket.id = static_cast<std::uint32_t>(i);
    if (group.type == Group::Type::kSelect) bucket.weight = static_cast<std::uint16_t>(below(100));
    bucket.actions.load(bits(32), reg(static_cast<unsigned>(below(16)))).output(port());
    group.buckets.push_back(std::move(bucket));
  }
  if (group.type == Group::Type::kSelect && chance(70)) {
    group.selection_method = chance(50) ? "hash" : "dp_hash";
    if (group.selection_method == "hash") {
      static_cast<void>(group.selection_fields.set(Field::kIpSrc, U128::ones(32)));
      static_cast<void>(group.selection_fields.set(Field::kEthSrc, U128::ones(48)));
    }
  }
  return group;
}

}  // namespace mooring::openflow
