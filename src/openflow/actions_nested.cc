// The actions that hold others, or parts of variable number.
#include "openflow/action_wire.h"
#include "openflow/actions.h"
#include "openflow/learn.h"

namespace mooring::openflow {
namespace {

using wire::ActionWriter;
using wire::ControllerProp;
using wire::NxAct;

// One property of kController2 (OpenFlow 1.5.1 section 7.2.1.1's form).
void put_property(ActionWriter& out, ControllerProp type, std::string_view value) {
  const std::size_t start = out.size();
  out.u16(static_cast<std::uint16_t>(type));
  out.u16(static_cast<std::uint16_t>(4 + value.size()));
  out.raw(value);
  out.pad8(start);
}

std::string big_endian(std::uint64_t value, unsigned length) {
  std::string out;
  Writer(out).wide(value, length);
  return out;
}

bool needs_controller2(const ToController& options) {
  return !options.userdata.empty() || options.pause || options.meter.has_value();
}

void put_controller2(ActionWriter& out, const ToController& options) {
  out.zeros(6);
  // 16-bit values are padded to 32 inside the property.
  if (options.max_len != 0xffff) {
    put_property(out, ControllerProp::kMaxLen, big_endian(std::uint64_t{options.max_len} << 16, 4));
  }
  if (options.controller_id != 0) {
    put_property(out, ControllerProp::kControllerId,
                 big_endian(std::uint64_t{options.controller_id} << 16, 4));
  }
  if (options.reason != 1)
    put_property(out, ControllerProp::kReason, big_endian(options.reason, 1));
  if (!options.userdata.empty()) put_property(out, ControllerProp::kUserdata, options.userdata);
  if (options.pause) put_property(out, ControllerProp::kPause, {});
  if (options.meter) put_property(out, ControllerProp::kMeterId, big_endian(*options.meter, 4));
}

std::uint16_t spec_header(const Learn::Spec& spec) {
  switch (spec.kind) {
    case Learn::Kind::kMatch:
      return spec.destination.bits;
    case Learn::Kind::kMatchValue:
      return static_cast<std::uint16_t>(spec.destination.bits | wire::kLearnImmediate);
    case Learn::Kind::kLoad:
      return static_cast<std::uint16_t>(spec.destination.bits | wire::kLearnToLoad);
    case Learn::Kind::kLoadValue:
      return static_cast<std::uint16_t>(spec.destination.bits | wire::kLearnImmediate |
                                        wire::kLearnToLoad);
    case Learn::Kind::kOutput:
      return static_cast<std::uint16_t>(spec.source.bits | wire::kLearnToOutput);
  }
  return 0;
}

void put_spec(ActionWriter& out, const Learn::Spec& spec) {
  out.u16(spec_header(spec));
  if (spec.kind == Learn::Kind::kMatchValue || spec.kind == Learn::Kind::kLoadValue) {
    const unsigned bits = spec.destination.bits;
    out.wide(spec.value & U128::ones(bits), std::size_t{(bits + 15) / 16} * 2);
  } else {
    out.nxm_header(spec.source.field);
    out.u16(spec.source.offset);
  }
  if (spec.kind != Learn::Kind::kOutput) {
    out.nxm_header(spec.destination.field);
    out.u16(spec.destination.offset);
  }
}

std::uint16_t learn_flags(const Learn& learn) {
  std::uint16_t flags = 0;
  if (learn.send_flow_removed) flags |= wire::kLearnSendRemoved;
  if (learn.delete_learned) flags |= wire::kLearnDelete;
  if (learn.result.bits != 0) flags |= wire::kLearnWriteResult;
  return flags;
}

std::uint16_t nat_flags(const Nat& nat) {
  std::uint16_t flags = 0;
  if (nat.kind == Nat::Kind::kSource) flags |= wire::kNatSource;
  if (nat.kind == Nat::Kind::kDestination) flags |= wire::kNatDestination;
  if (nat.persistent) flags |= wire::kNatPersistent;
  if (nat.hash) flags |= wire::kNatHash;
  if (nat.random) flags |= wire::kNatRandom;
  return flags;
}

std::uint16_t nat_ranges(const Nat& nat) {
  std::uint16_t present = 0;
  if (nat.ip4_min) {
    present |= wire::kNatIp4Min;
    if (nat.ip4_max && *nat.ip4_max != *nat.ip4_min) present |= wire::kNatIp4Max;
  } else if (nat.ip6_min) {
    present |= wire::kNatIp6Min;
    if (nat.ip6_max && *nat.ip6_max != *nat.ip6_min) present |= wire::kNatIp6Max;
  }
  if (present != 0 && nat.port_min != 0) {
    present |= wire::kNatPortMin;
    if (nat.port_max != 0 && nat.port_max != nat.port_min) present |= wire::kNatPortMax;
  }
  return present;
}

void put_nat(Bytes& bytes, const Nat& nat) {
  const std::uint16_t present = nat_ranges(nat);
  ActionWriter out(bytes, NxAct::kNat);
  out.zeros(2);
  out.u16(nat_flags(nat));
  out.u16(present);
  if ((present & wire::kNatIp4Min) != 0) out.u32(nat.ip4_min->bits());
  if ((present & wire::kNatIp4Max) != 0) out.u32(nat.ip4_max->bits());
  if ((present & wire::kNatIp6Min) != 0) {
    out.wide(U128(nat.ip6_min->high(), nat.ip6_min->low()), 16);
  }
  if ((present & wire::kNatIp6Max) != 0) {
    out.wide(U128(nat.ip6_max->high(), nat.ip6_max->low()), 16);
  }
  if ((present & wire::kNatPortMin) != 0) out.u16(nat.port_min);
  if ((present & wire::kNatPortMax) != 0) out.u16(nat.port_max);
}

}  // namespace

Actions& Actions::controller(const ToController& options) {
  if (needs_controller2(options)) {
    ActionWriter out(bytes_, NxAct::kController2);
    put_controller2(out, options);
    return *this;
  }
  ActionWriter out(bytes_, NxAct::kController);
  out.u16(options.max_len);
  out.u16(options.controller_id);
  out.u8(options.reason);
  return *this;
}

Actions& Actions::learn(const Learn& learn) {
  const bool second = learn.limit != 0 || learn.result.bits != 0;
  ActionWriter out(bytes_, second ? NxAct::kLearn2 : NxAct::kLearn);
  out.u16(learn.idle_timeout);
  out.u16(learn.hard_timeout);
  out.u16(learn.priority);
  out.u64(learn.cookie);
  out.u16(learn_flags(learn));
  out.u8(learn.table);
  out.zeros(1);
  out.u16(learn.fin_idle_timeout);
  out.u16(learn.fin_hard_timeout);
  if (second) {
    out.u32(learn.limit);
    out.u16(learn.result.bits != 0 ? learn.result.offset : 0);
    out.zeros(2);
    if (learn.result.bits != 0) out.nxm_header(learn.result.field);
  }
  for (const Learn::Spec& spec : learn.specs) put_spec(out, spec);
  return *this;
}

Actions& Actions::ct(const Conntrack& ct) { return this->ct(ct, std::nullopt, Actions()); }

Actions& Actions::ct(const Conntrack& ct, const std::optional<Nat>& nat, const Actions& exec) {
  const Bytes nested = exec.bytes_;
  ActionWriter out(bytes_, NxAct::kCt);
  out.u16(static_cast<std::uint16_t>((ct.commit ? wire::kCtCommit : 0) |
                                     (ct.force ? wire::kCtForce : 0)));
  if (ct.zone_from) {
    out.nxm_header(ct.zone_from->field);
    out.u16(wire::offset_and_bits(*ct.zone_from));
  } else {
    out.u32(0);
    out.u16(ct.zone);
  }
  out.u8(ct.table);
  out.zeros(3);
  out.u16(ct.alg);
  if (nat) put_nat(bytes_, *nat);
  out.raw(view(nested));
  return *this;
}

Actions& Actions::clone(const Actions& actions) {
  const Bytes nested = actions.bytes_;
  ActionWriter out(bytes_, NxAct::kClone);
  out.zeros(6);
  out.raw(view(nested));
  return *this;
}

Actions& Actions::sample(const Sample& sample) {
  const bool third = sample.direction != 0;
  const bool second = sample.sampling_port != 0xffff;
  ActionWriter out(bytes_, third ? NxAct::kSample3 : second ? NxAct::kSample2 : NxAct::kSample);
  out.u16(sample.probability);
  out.u32(sample.collector_set);
  out.u32(sample.observation_domain);
  out.u32(sample.observation_point);
  if (!second && !third) return *this;
  out.u16(sample.sampling_port);
  out.u8(sample.direction);
  out.zeros(5);
  return *this;
}

}  // namespace mooring::openflow
