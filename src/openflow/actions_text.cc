// Actions in the words of ovs-ofctl dump-flows.
#include <fmt/format.h>

#include <iterator>

#include "base/address.h"
#include "openflow/action_wire.h"
#include "openflow/actions.h"
#include "openflow/text.h"

namespace mooring::openflow {
namespace {

using wire::Act;
using wire::ControllerProp;
using wire::NxAct;

// Deeper than any program nests; deeper input is shown as bytes.
constexpr unsigned kDepthLimit = 24;

std::string list_text(std::string_view actions, unsigned depth);

// A whole action as bytes, where its content isn't what it should be.
std::string raw_text(std::string_view action) { return "raw(" + text::bytes(action, "") + ")"; }

// An OXM or NXM header that names a whole field; kNone when it doesn't.
std::optional<Field> field_of(std::uint32_t header) {
  const auto field = field_by_oxm(header);
  if (!field || (header & 0xff) != info(*field).bytes) return std::nullopt;
  return field;
}

std::optional<Subfield> subfield_of(std::uint32_t header, unsigned offset, unsigned bits) {
  const auto field = field_of(header);
  if (!field || bits == 0 || offset + bits > info(*field).bytes * 8U) return std::nullopt;
  return Subfield(*field, static_cast<std::uint16_t>(offset), static_cast<std::uint16_t>(bits));
}

std::optional<std::string> set_field_text(Reader in) {
  const std::uint32_t header = in.u32();
  const auto field = field_by_oxm(header);
  if (!field) return std::nullopt;
  const FieldInfo& row = info(*field);
  const bool masked = (header & 0x100) != 0;
  const std::uint32_t width = masked ? (header & 0xff) / 2 : header & 0xff;
  // A tunnel option's leading zeros are left out.
  const bool fits = *field == Field::kTunMetadata0 ? width <= row.bytes : width == row.bytes;
  if (!fits) return std::nullopt;
  const U128 value = in.wide(width);
  const U128 mask = masked ? in.wide(width) : row.ones();
  if (in.failed()) return std::nullopt;
  std::string text = text::value(*field, value, mask);
  // All bits of the field, but not all of its bytes, were written as a mask.
  if (masked && mask == row.ones() && row.bits != row.bytes * 8) text += "/" + text::hex(mask);
  return fmt::format("set_field:{}->{}", text, row.name);
}

std::optional<std::string> move_text(Reader in) {
  const unsigned bits = in.u16();
  const unsigned from = in.u16();
  const unsigned to = in.u16();
  in.skip(2);
  const auto source = subfield_of(in.u32(), from, bits);
  const auto destination = subfield_of(in.u32(), to, bits);
  if (!source || !destination) return std::nullopt;
  return fmt::format("move:{}->{}", source->to_string(), destination->to_string());
}

std::string output_text(Reader in) {
  const std::uint32_t number = in.u32();
  const unsigned max_len = in.u16();
  if (number == port::kController) return fmt::format("CONTROLLER:{}", max_len);
  return (number < port::kMax ? "output:" : "") + text::port(number);
}

std::optional<std::string> standard_text(std::uint16_t type, Reader in) {
  switch (static_cast<Act>(type)) {
    case Act::kOutput:
      return output_text(in);
    case Act::kPushVlan:
      return fmt::format("push_vlan:{:#x}", in.u16());
    case Act::kPopVlan:
      return "pop_vlan";
    case Act::kSetQueue:
      return fmt::format("set_queue:{}", in.u32());
    case Act::kGroup:
      return fmt::format("group:{}", in.u32());
    case Act::kDecNwTtl:
      return "dec_ttl";
    case Act::kSetField:
      return set_field_text(in);
    case Act::kCopyField:
      return move_text(in);
    case Act::kMeter:
      return fmt::format("meter:{}", in.u32());
  }
  return std::nullopt;
}

std::string resubmit_text(Reader in, bool with_ct) {
  const std::uint32_t in_port = wire::port32(in.u16());
  const unsigned table = in.u8();
  const std::string port = in_port == port::kInPort ? "" : text::port(in_port);
  if (!port.empty() && table == 0xff) return "resubmit:" + port;
  const std::string number = table == 0xff ? "" : fmt::format("{}", table);
  return fmt::format("resubmit({},{}{})", port, number, with_ct ? ",ct" : "");
}

std::optional<std::string> stack_text(std::string_view word, Reader in) {
  const unsigned offset = in.u16();
  const std::uint32_t header = in.u32();
  const auto subfield = subfield_of(header, offset, in.u16());
  if (!subfield) return std::nullopt;
  return fmt::format("{}:{}", word, subfield->to_string());
}

std::optional<Subfield> packed_subfield(Reader& in) {
  const std::uint16_t packed = in.u16();
  return subfield_of(in.u32(), packed >> 6, (packed & 0x3fU) + 1);
}

std::string conjunction_text(Reader in) {
  const unsigned clause = in.u8() + 1U;
  const unsigned clauses = in.u8();
  return fmt::format("conjunction({},{}/{})", in.u32(), clause, clauses);
}

std::string nat_ports(Reader& in, std::uint16_t present) {
  std::string out;
  if ((present & wire::kNatPortMin) != 0) out += fmt::format(":{}", in.u16());
  if ((present & wire::kNatPortMax) != 0) out += fmt::format("-{}", in.u16());
  return out;
}

std::string nat_range(Reader& in, std::uint16_t present) {
  std::string out;
  const auto ip4 = [&] { return Ip4(in.u32()).to_string(); };
  const bool bracket = (present & wire::kNatPortMin) != 0;
  const auto ip6 = [&] {
    const U128 bits = in.wide(16);
    const std::string address = Ip6(bits.high, bits.low).to_string();
    return bracket ? "[" + address + "]" : address;
  };
  if ((present & wire::kNatIp4Min) != 0) out += ip4();
  if ((present & wire::kNatIp4Max) != 0) out += "-" + ip4();
  if ((present & wire::kNatIp6Min) != 0) out += ip6();
  if ((present & wire::kNatIp6Max) != 0) out += "-" + ip6();
  return out + nat_ports(in, present);
}

std::string nat_text(Reader in) {
  in.skip(2);
  const std::uint16_t flags = in.u16();
  const std::uint16_t present = in.u16();
  if ((flags & (wire::kNatSource | wire::kNatDestination)) == 0) return "nat";
  std::string out = (flags & wire::kNatSource) != 0 ? "nat(src" : "nat(dst";
  const std::string range = nat_range(in, present);
  if (!range.empty()) {
    out += "=" + range;
    if ((flags & wire::kNatPersistent) != 0) out += ",persistent";
    if ((flags & wire::kNatHash) != 0) out += ",hash";
    if ((flags & wire::kNatRandom) != 0) out += ",random";
  }
  return out + ")";
}

std::string alg_text(unsigned port) {
  return port == 21 ? "ftp" : port == 69 ? "tftp" : fmt::format("{}", port);
}

// Whether an action is Nicira's nat.
bool is_nat(std::string_view actions) {
  Reader in(actions);
  if (in.u16() != wire::kExperimenterAction) return false;
  in.skip(2);
  return in.u32() == wire::kNicira && in.u16() == static_cast<std::uint16_t>(NxAct::kNat) &&
         !in.failed();
}

// Actions that ct holds: a nat that stands first is said outside exec.
std::string ct_nested_text(std::string_view actions, unsigned depth) {
  std::string out;
  if (is_nat(actions)) {
    Reader head(actions.substr(2));
    const std::size_t length = std::min<std::size_t>(head.u16(), actions.size());
    out += list_text(actions.substr(0, length), depth) + ",";
    actions.remove_prefix(length);
  }
  if (!actions.empty()) out += "exec(" + list_text(actions, depth) + "),";
  return out;
}

std::optional<std::string> ct_text(Reader in, unsigned depth) {
  const std::uint16_t flags = in.u16();
  const std::uint32_t zone_source = in.u32();
  const std::uint16_t zone = in.u16();
  const unsigned table = in.u8();
  in.skip(3);
  const unsigned alg = in.u16();
  std::string out = "ct(";
  if ((flags & wire::kCtCommit) != 0) out += "commit,";
  if ((flags & wire::kCtForce) != 0) out += "force,";
  if (table != 0xff) out += fmt::format("table={},", table);
  if (zone_source != 0) {
    const auto subfield = subfield_of(zone_source, zone >> 6, (zone & 0x3fU) + 1);
    if (!subfield) return std::nullopt;
    out += "zone=" + subfield->to_string() + ",";
  } else if (zone != 0) {
    out += fmt::format("zone={},", zone);
  }
  out += ct_nested_text(in.rest(), depth);
  if (alg != 0) out += "alg=" + alg_text(alg) + ",";
  if (out.back() == ',') out.pop_back();
  return out + ")";
}

std::string_view reason_text(unsigned reason) {
  static constexpr std::string_view kNames[] = {"no_match",   "action", "invalid_ttl",
                                                "action_set", "group",  "packet_out"};
  return reason < std::size(kNames) ? kNames[reason] : "unknown";
}

std::string controller_text(Reader in) {
  const unsigned max_len = in.u16();
  const unsigned id = in.u16();
  const unsigned reason = in.u8();
  if (reason == 1 && id == 0) return fmt::format("CONTROLLER:{}", max_len);
  std::string out = "controller(";
  if (reason != 1) out += fmt::format("reason={},", reason_text(reason));
  if (max_len != 0xffff) out += fmt::format("max_len={},", max_len);
  if (id != 0) out += fmt::format("id={},", id);
  out.pop_back();
  return out + ")";
}

// One property of kController2, in the words of the text's list.
std::string property_text(ControllerProp type, std::string_view value) {
  Reader in(value);
  switch (type) {
    case ControllerProp::kMaxLen:
      return fmt::format("max_len={},", in.u16());
    case ControllerProp::kControllerId:
      return fmt::format("id={},", in.u16());
    case ControllerProp::kReason:
      return fmt::format("reason={},", reason_text(in.u8()));
    case ControllerProp::kUserdata:
      return "userdata=" + text::bytes(value, ".") + ",";
    case ControllerProp::kPause:
      return "pause,";
    case ControllerProp::kMeterId:
      return fmt::format("meter_id={},", in.u32());
  }
  return "unknown,";
}

std::optional<std::string> controller2_text(Reader in) {
  in.skip(6);
  std::string out = "controller(";
  while (!in.empty()) {
    const auto type = static_cast<ControllerProp>(in.u16());
    const std::size_t length = in.u16();
    if (length < 4) return std::nullopt;
    const std::string_view value = in.take(length - 4);
    if (in.failed()) return std::nullopt;
    // The list's first is the reason, wherever it stood.
    if (type == ControllerProp::kReason) {
      out.insert(sizeof "controller(" - 1, property_text(type, value));
    } else {
      out += property_text(type, value);
    }
    in.skip(std::min((8 - length % 8) % 8, in.remaining()));
  }
  if (out.back() == ',') out.pop_back();
  return out + ")";
}

std::string sample_text(Reader in, NxAct act) {
  std::string out = fmt::format("sample(probability={}", in.u16());
  out += fmt::format(",collector_set_id={}", in.u32());
  out += fmt::format(",obs_domain_id={}", in.u32());
  out += fmt::format(",obs_point_id={}", in.u32());
  if (act != NxAct::kSample) {
    const std::uint16_t port = in.u16();
    if (port != 0xffff) out += ",sampling_port=" + text::port(wire::port32(port));
    const unsigned direction = in.u8();
    if (direction == 1) out += ",ingress";
    if (direction == 2) out += ",egress";
  }
  return out + ")";
}

std::string hex_of(std::string_view bytes) {
  Reader in(bytes);
  return text::hex(in.wide(std::min<std::size_t>(bytes.size(), 16)));
}

// One element of learn; consumes it. nullopt when it is broken.
std::optional<std::string> spec_text(std::uint16_t header, Reader& in) {
  const unsigned bits = header & wire::kLearnBits;
  const unsigned kind = header & wire::kLearnToMask;
  std::string source;
  std::optional<Subfield> from;
  std::string_view immediate;
  if ((header & wire::kLearnImmediate) != 0) {
    immediate = in.take(std::size_t{(bits + 15) / 16} * 2);
    if (immediate.size() > 16) return std::nullopt;
    source = hex_of(immediate);
  } else {
    const std::uint32_t oxm = in.u32();
    from = subfield_of(oxm, in.u16(), bits);
    if (!from) return std::nullopt;
    source = from->to_string();
  }
  if (kind == wire::kLearnToOutput) return "output:" + source;
  const std::uint32_t oxm = in.u32();
  const auto to = subfield_of(oxm, in.u16(), bits);
  if (in.failed() || !to) return std::nullopt;
  if (kind == wire::kLearnToLoad) return fmt::format("load:{}->{}", source, to->to_string());
  if (from) return *from == *to ? to->to_string() : fmt::format("{}={}", to->to_string(), source);
  const FieldInfo& row = info(to->field);
  if (to->offset == 0 && bits == row.bits) {
    Reader value(immediate);
    return fmt::format("{}={}", row.name,
                       text::value(to->field, value.wide(immediate.size()), row.ones()));
  }
  return fmt::format("{}={}", to->to_string(), source);
}

std::optional<std::string> learn_text(Reader in, bool second) {
  const unsigned idle = in.u16();
  const unsigned hard = in.u16();
  const unsigned priority = in.u16();
  const std::uint64_t cookie = in.u64();
  const std::uint16_t flags = in.u16();
  std::string out = fmt::format("learn(table={}", in.u8());
  in.skip(1);
  const unsigned fin_idle = in.u16();
  const unsigned fin_hard = in.u16();
  if (idle != 0) out += fmt::format(",idle_timeout={}", idle);
  if (hard != 0) out += fmt::format(",hard_timeout={}", hard);
  if (fin_idle != 0) out += fmt::format(",fin_idle_timeout={}", fin_idle);
  if (fin_hard != 0) out += fmt::format(",fin_hard_timeout={}", fin_hard);
  if (priority != 0x8000) out += fmt::format(",priority={}", priority);
  if ((flags & wire::kLearnSendRemoved) != 0) out += ",send_flow_rem";
  if ((flags & wire::kLearnDelete) != 0) out += ",delete_learned";
  if (cookie != 0) out += fmt::format(",cookie={:#x}", cookie);
  if (second) {
    const std::uint32_t limit = in.u32();
    const unsigned offset = in.u16();
    in.skip(2);
    if (limit != 0) out += fmt::format(",limit={}", limit);
    if ((flags & wire::kLearnWriteResult) != 0) {
      const auto result = subfield_of(in.u32(), offset, 1);
      if (!result) return std::nullopt;
      out += ",result_dst=" + result->to_string();
    }
  }
  while (in.remaining() >= 2) {
    const std::uint16_t header = in.u16();
    if (header == 0) break;
    const auto spec = spec_text(header, in);
    if (!spec) return std::nullopt;
    out += "," + *spec;
  }
  return out + ")";
}

std::optional<std::string> check_larger_text(Reader in) {
  const unsigned length = in.u16();
  const unsigned offset = in.u16();
  const auto destination = subfield_of(in.u32(), offset, 1);
  if (!destination) return std::nullopt;
  return fmt::format("check_pkt_larger({})->{}", length, destination->to_string());
}

std::optional<std::string> output_reg_text(Reader in) {
  const auto source = packed_subfield(in);
  if (!source) return std::nullopt;
  return "output:" + source->to_string();
}

std::string clone_text(Reader in, unsigned depth) {
  in.skip(6);
  return "clone(" + list_text(in.rest(), depth) + ")";
}

std::optional<std::string> nicira_text(NxAct act, Reader in, unsigned depth) {
  switch (act) {
    case NxAct::kPopQueue:
      return "pop_queue";
    case NxAct::kNote:
      return "note:" + text::bytes(in.rest(), ".");
    case NxAct::kResubmitTable:
    case NxAct::kResubmitTableCt:
      return resubmit_text(in, act == NxAct::kResubmitTableCt);
    case NxAct::kOutputReg:
      return output_reg_text(in);
    case NxAct::kLearn:
    case NxAct::kLearn2:
      return learn_text(in, act == NxAct::kLearn2);
    case NxAct::kController:
      return controller_text(in);
    case NxAct::kController2:
      return controller2_text(in);
    case NxAct::kStackPush:
    case NxAct::kStackPop:
      return stack_text(act == NxAct::kStackPush ? "push" : "pop", in);
    case NxAct::kSample:
    case NxAct::kSample2:
    case NxAct::kSample3:
      return sample_text(in, act);
    case NxAct::kConjunction:
      return conjunction_text(in);
    case NxAct::kCt:
      return ct_text(in, depth);
    case NxAct::kNat:
      return nat_text(in);
    case NxAct::kClone:
      return clone_text(in, depth);
    case NxAct::kCtClear:
      return "ct_clear";
    case NxAct::kCheckPktLarger:
      return check_larger_text(in);
  }
  return std::nullopt;
}

std::string action_text(std::string_view action, unsigned depth) {
  Reader in(action);
  const std::uint16_t type = in.u16();
  in.skip(2);
  std::optional<std::string> out;
  if (type != wire::kExperimenterAction) {
    out = standard_text(type, in);
  } else if (in.u32() == wire::kNicira) {
    const auto act = static_cast<NxAct>(in.u16());
    out = nicira_text(act, in, depth);
  }
  return out ? *out : raw_text(action);
}

std::string list_text(std::string_view actions, unsigned depth) {
  if (actions.empty()) return "drop";
  if (depth == 0) return raw_text(actions);
  std::string out;
  Reader in(actions);
  while (!in.empty()) {
    Reader head(in.peek());
    head.skip(2);
    const std::size_t length = std::min(std::max<std::size_t>(head.u16(), 8), in.remaining());
    if (!out.empty()) out += ',';
    out += action_text(in.take(length), depth - 1);
  }
  return out;
}

}  // namespace

std::string Actions::to_string() const { return list_text(view(bytes_), kDepthLimit); }

}  // namespace mooring::openflow
