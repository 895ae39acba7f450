#include "openflow/actions.h"

#include <fmt/format.h>

#include "openflow/action_wire.h"

namespace mooring::openflow {

using wire::Act;
using wire::ActionWriter;
using wire::NxAct;

Actions& Actions::load(U128 value, Subfield destination) {
  const U128 mask = U128::ones(destination.bits) << destination.offset;
  return set_field(destination.field, value << destination.offset, mask);
}

Actions& Actions::set_field(Field field, U128 value) {
  return set_field(field, value, info(field).ones());
}

namespace {

// Tunnel options, whose width the switch is told by TlvTableMod, are written without leading zeros.
std::uint8_t width_of(const FieldInfo& row, U128 value, U128 mask) {
  if (row.field != Field::kTunMetadata0) return row.bytes;
  const U128 widest = value | (mask == row.ones() ? U128() : mask);
  std::uint8_t bytes = row.bytes;
  while (bytes > 0 && widest.fits((bytes - 1U) * 8)) --bytes;
  return bytes;
}

}  // namespace

Actions& Actions::set_field(Field field, U128 value, U128 mask) {
  if (field == Field::kInPort) return set_field(Field::kInPort16, value & 0xffff);
  const FieldInfo& row = info(field);
  mask = mask & row.ones();
  if (mask.is_zero()) return *this;
  value = value & mask;
  const bool masked = mask != row.ones();
  const std::uint32_t width = width_of(row, value, mask);
  ActionWriter out(bytes_, Act::kSetField);
  out.u32(row.oxm | (masked ? 0x100U | width * 2U : width));
  out.wide(value, width);
  if (masked) out.wide(mask, width);
  return *this;
}

Actions& Actions::move(Subfield source, Subfield destination) {
  ActionWriter out(bytes_, Act::kCopyField);
  out.u16(destination.bits);
  out.u16(source.offset);
  out.u16(destination.offset);
  out.zeros(2);
  out.oxm_header(source.field);
  out.oxm_header(destination.field);
  return *this;
}

Actions& Actions::push_vlan(std::uint16_t ethertype) {
  ActionWriter(bytes_, Act::kPushVlan).u16(ethertype);
  return *this;
}

Actions& Actions::pop_vlan() {
  ActionWriter(bytes_, Act::kPopVlan).zeros(4);
  return *this;
}

Actions& Actions::dec_ttl() {
  ActionWriter(bytes_, Act::kDecNwTtl).zeros(4);
  return *this;
}

namespace {

void put_resubmit(Bytes& bytes, NxAct act, std::uint32_t in_port, std::uint8_t table) {
  ActionWriter out(bytes, act);
  out.u16(wire::port16(in_port));
  out.u8(table);
}

void put_stack(Bytes& bytes, NxAct act, Subfield subfield) {
  ActionWriter out(bytes, act);
  out.u16(subfield.offset);
  out.nxm_header(subfield.field);
  out.u16(subfield.bits);
  out.zeros(6);
}

}  // namespace

Actions& Actions::resubmit(std::uint8_t table) { return resubmit(port::kInPort, table); }

Actions& Actions::resubmit(std::uint32_t in_port, std::uint8_t table) {
  put_resubmit(bytes_, NxAct::kResubmitTable, in_port, table);
  return *this;
}

Actions& Actions::resubmit_ct(std::uint8_t table) {
  put_resubmit(bytes_, NxAct::kResubmitTableCt, port::kInPort, table);
  return *this;
}

Actions& Actions::output(std::uint32_t port, std::uint16_t max_len) {
  ActionWriter out(bytes_, Act::kOutput);
  out.u32(port);
  out.u16(port == port::kController ? max_len : 0);
  out.zeros(6);
  return *this;
}

Actions& Actions::output(Subfield port) {
  ActionWriter out(bytes_, NxAct::kOutputReg);
  out.u16(wire::offset_and_bits(port));
  out.nxm_header(port.field);
  out.u16(0xffff);
  out.zeros(6);
  return *this;
}

Actions& Actions::group(std::uint32_t id) {
  ActionWriter(bytes_, Act::kGroup).u32(id);
  return *this;
}

Actions& Actions::set_queue(std::uint32_t queue) {
  ActionWriter(bytes_, Act::kSetQueue).u32(queue);
  return *this;
}

Actions& Actions::pop_queue() {
  ActionWriter(bytes_, NxAct::kPopQueue).zeros(6);
  return *this;
}

Actions& Actions::enqueue(std::uint32_t port, std::uint32_t queue) {
  return set_queue(queue).output(port).pop_queue();
}

Actions& Actions::meter(std::uint32_t id) {
  ActionWriter(bytes_, Act::kMeter).u32(id);
  return *this;
}

Actions& Actions::ct_clear() {
  ActionWriter(bytes_, NxAct::kCtClear).zeros(6);
  return *this;
}

Actions& Actions::conjunction(std::uint32_t id, unsigned k, unsigned n) {
  ActionWriter out(bytes_, NxAct::kConjunction);
  out.u8(static_cast<std::uint8_t>(k - 1));
  out.u8(static_cast<std::uint8_t>(n));
  out.u32(id);
  return *this;
}

Actions& Actions::note(std::string_view bytes) {
  ActionWriter(bytes_, NxAct::kNote).raw(bytes.empty() ? std::string_view("\0", 1) : bytes);
  return *this;
}

Actions& Actions::push(Subfield source) {
  put_stack(bytes_, NxAct::kStackPush, source);
  return *this;
}

Actions& Actions::pop(Subfield destination) {
  put_stack(bytes_, NxAct::kStackPop, destination);
  return *this;
}

Actions& Actions::check_pkt_larger(std::uint16_t length, Subfield destination) {
  ActionWriter out(bytes_, NxAct::kCheckPktLarger);
  out.u16(length);
  out.u16(destination.offset);
  out.nxm_header(destination.field);
  out.zeros(6);
  return *this;
}

Actions& Actions::append(const Actions& actions) {
  // By way of a copy: a list may be appended to itself.
  const Bytes copy = actions.bytes_;
  bytes_.append(copy.data(), copy.size());
  return *this;
}

bool Actions::has_conjunction() const {
  Reader reader(view(bytes_));
  while (!reader.empty()) {
    Reader head(reader.peek());
    const std::uint16_t type = head.u16();
    const std::uint16_t length = head.u16();
    const bool nicira = type == wire::kExperimenterAction && head.u32() == wire::kNicira;
    if (nicira && head.u16() == static_cast<std::uint16_t>(NxAct::kConjunction)) return true;
    reader.skip(length);
  }
  return false;
}

Result<Actions> Actions::decode(std::string_view actions) {
  Reader reader(actions);
  while (!reader.empty()) {
    const std::size_t offset = actions.size() - reader.remaining();
    Reader head(reader.peek());
    const std::uint16_t type = head.u16();
    const std::uint16_t length = head.u16();
    const std::size_t least = type == wire::kExperimenterAction ? 16 : 8;
    if (head.failed() || length < least || length % 8 != 0 || length > reader.remaining()) {
      return fail(fmt::format("action at offset {} has a broken length", offset));
    }
    reader.skip(length);
  }
  Actions out;
  out.bytes_.append(actions.data(), actions.size());
  return out;
}

}  // namespace mooring::openflow
