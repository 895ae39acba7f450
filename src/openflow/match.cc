#include "openflow/match.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <vector>

namespace mooring::openflow {
namespace {

constexpr std::uint32_t kMaskFlag = 0x100;
constexpr std::size_t kTlvHeader = 4;

// One OXM field within a match's bytes.
struct Tlv {
  std::uint32_t header = 0;
  std::size_t at = 0;
  std::size_t size = 0;  // with the header
  std::optional<Field> field;
};

// The field whose form this header is, mask and all.
std::optional<Field> field_in_form(std::uint32_t header) {
  const auto field = field_by_oxm(header);
  if (!field) return field;
  const std::uint32_t length =
      (header & kMaskFlag) != 0 ? info(*field).bytes * 2U : info(*field).bytes;
  return (header & 0xff) == length ? field : std::nullopt;
}

// Of canonical bytes, which are whole by construction.
Tlv tlv_at(const Bytes& bytes, std::size_t at) {
  const std::uint32_t header = Reader(view(bytes).substr(at)).u32();
  return {header, at, kTlvHeader + (header & 0xff), field_in_form(header)};
}

// The field's place: where it is (found) or where it would stand.
struct Place {
  Tlv tlv;
  bool found = false;
};

Place place_of(const Bytes& bytes, Field field) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Tlv tlv = tlv_at(bytes, at);
    if (!tlv.field || *tlv.field > field) break;
    if (*tlv.field == field) return {tlv, true};
    at += tlv.size;
  }
  return {{0, at, 0, std::nullopt}, false};
}

Match::Constraint read(const Bytes& bytes, const Tlv& tlv) {
  const FieldInfo& row = info(*tlv.field);
  Reader reader(view(bytes).substr(tlv.at + kTlvHeader, tlv.size - kTlvHeader));
  const U128 value = reader.wide(row.bytes);
  return {value, (tlv.header & kMaskFlag) != 0 ? reader.wide(row.bytes) : row.ones()};
}

// Registers of 64 and 128 bits stand for this many of 32, from this one on.
struct Registers {
  Field first;
  unsigned count;
};

std::optional<Registers> registers_of(Field field) {
  if (field >= Field::kXReg0 && field <= Field::kXReg7) {
    const unsigned n = static_cast<unsigned>(field) - static_cast<unsigned>(Field::kXReg0);
    return Registers{reg(2 * n), 2};
  }
  if (field >= Field::kXXReg0 && field <= Field::kXXReg3) {
    const unsigned n = static_cast<unsigned>(field) - static_cast<unsigned>(Field::kXXReg0);
    return Registers{reg(4 * n), 4};
  }
  return std::nullopt;
}

Field nth(Registers registers, unsigned i) {
  return static_cast<Field>(static_cast<unsigned>(registers.first) + i);
}

// A field of NXM alone, or a wide register: kept as other fields.
bool is_composite(Field field) {
  return field == Field::kVlanTci || field == Field::kInPort16 || registers_of(field).has_value();
}

struct Part {
  Field field;
  U128 value;
  U128 mask;
};

// What a composite constraint is kept as; parts with a zero mask may be among them.
std::vector<Part> parts_of(Field field, U128 value, U128 mask) {
  if (field == Field::kVlanTci) {
    return {{Field::kVlanVid, value & 0x1fff, mask & 0x1fff},
            {Field::kVlanPcp, value >> 13, mask >> 13}};
  }
  if (field == Field::kInPort16) {
    const U128 port = value.low >= 0xff00 ? value | U128(0xffff0000) : value;
    return {{Field::kInPort, port, mask == 0xffff ? U128::ones(32) : mask}};
  }
  std::vector<Part> parts;
  const Registers registers = *registers_of(field);
  for (unsigned i = 0; i < registers.count; ++i) {
    const unsigned shift = 32 * (registers.count - 1 - i);
    parts.push_back(
        {nth(registers, i), value >> shift & U128::ones(32), mask >> shift & U128::ones(32)});
  }
  return parts;
}

}  // namespace

bool Match::set(Field field, U128 value) { return set(field, value, info(field).ones()); }

bool Match::set(Field field, U128 value, U128 mask) {
  const unsigned bits = info(field).bits;
  if (!mask.fits(bits) || !value.fits(bits)) return false;
  if (!is_composite(field)) return set_one(field, value, mask);
  Match changed = *this;
  for (const Part& part : parts_of(field, value, mask)) {
    if (!changed.set_one(part.field, part.value, part.mask)) return false;
  }
  *this = std::move(changed);
  return true;
}

bool Match::set_one(Field field, U128 value, U128 mask) {
  if (mask.is_zero()) return true;
  const FieldInfo& row = info(field);
  value = value & mask;
  const Place place = place_of(bytes_, field);
  if (place.found) {
    const Constraint old = read(bytes_, place.tlv);
    if (!((old.value ^ value) & old.mask & mask).is_zero()) return false;
    value = value | old.value;
    mask = mask | old.mask;
  }
  if (!row.maskable && mask != row.ones()) return false;
  put(field, value, mask);
  return true;
}

// Replaces or inserts; value is within mask, mask isn't zero.
void Match::put(Field field, U128 value, U128 mask) {
  const FieldInfo& row = info(field);
  const bool masked = mask != row.ones();
  Bytes tlv;
  Writer writer(tlv);
  const std::uint32_t length = masked ? row.bytes * 2U : row.bytes;
  writer.u32(row.oxm | (masked ? kMaskFlag : 0) | length);
  writer.wide(value, row.bytes);
  if (masked) writer.wide(mask, row.bytes);

  const Place place = place_of(bytes_, field);
  bytes_.replace(place.tlv.at, place.found ? place.tlv.size : 0, view(tlv));
}

bool Match::merge(const Match& other) {
  Match merged = *this;
  for (std::size_t at = 0; at < other.bytes_.size();) {
    const Tlv tlv = tlv_at(other.bytes_, at);
    at += tlv.size;
    if (!tlv.field) {
      merged.append_unknown(view(other.bytes_).substr(tlv.at, tlv.size));
      continue;
    }
    const Constraint constraint = read(other.bytes_, tlv);
    if (!merged.set_one(*tlv.field, constraint.value, constraint.mask)) return false;
  }
  *this = std::move(merged);
  return true;
}

void Match::remove(Field field) {
  if (is_composite(field)) {
    for (const Part& part : parts_of(field, 0, 0)) remove(part.field);
    return;
  }
  const Place place = place_of(bytes_, field);
  if (place.found) bytes_.replace(place.tlv.at, place.tlv.size, {});
}

std::optional<Match::Constraint> Match::find(Field field) const {
  if (const auto registers = registers_of(field)) {
    Constraint sum;
    for (unsigned i = 0; i < registers->count; ++i) {
      const Constraint part = find(nth(*registers, i)).value_or(Constraint{});
      sum = {sum.value << 32 | part.value, sum.mask << 32 | part.mask};
    }
    return sum.mask.is_zero() ? std::nullopt : std::optional(sum);
  }
  if (field == Field::kVlanTci) {
    const Constraint vid = find(Field::kVlanVid).value_or(Constraint{});
    const Constraint pcp = find(Field::kVlanPcp).value_or(Constraint{});
    const Constraint sum{vid.value | pcp.value << 13, vid.mask | pcp.mask << 13};
    return sum.mask.is_zero() ? std::nullopt : std::optional(sum);
  }
  if (field == Field::kInPort16) {
    const auto wide = find(Field::kInPort);
    return wide ? std::optional(Constraint{wide->value & 0xffff, 0xffff}) : std::nullopt;
  }
  const Place place = place_of(bytes_, field);
  if (!place.found) return std::nullopt;
  return read(bytes_, place.tlv);
}

void Match::each(const std::function<void(Field, const Constraint&)>& visit) const {
  for (std::size_t at = 0; at < bytes_.size();) {
    const Tlv tlv = tlv_at(bytes_, at);
    if (!tlv.field) return;
    visit(*tlv.field, read(bytes_, tlv));
    at += tlv.size;
  }
}

// Behind the known ones, in order of their bytes; the same one twice is kept once.
void Match::append_unknown(std::string_view tlv) {
  std::size_t at = 0;
  while (at < bytes_.size()) {
    const Tlv other = tlv_at(bytes_, at);
    const std::string_view other_bytes = view(bytes_).substr(at, other.size);
    if (!other.field && other_bytes == tlv) return;
    if (!other.field && other_bytes > tlv) break;
    at += other.size;
  }
  bytes_.replace(at, 0, tlv);
}

Result<Match> Match::decode(std::string_view oxm_fields) {
  Match match;
  Reader reader(oxm_fields);
  while (!reader.empty()) {
    const std::string_view start = reader.peek();
    const std::uint32_t header = reader.u32();
    const std::size_t length = header & 0xff;
    const std::string_view payload = reader.take(length);
    if (reader.failed()) return fail(fmt::format("OXM field {:#010x} is cut short", header));
    const auto field = field_by_oxm(header);
    // A tunnel option that another gave another width is no field that we know.
    if (!field || (*field == Field::kTunMetadata0 && !field_in_form(header))) {
      match.append_unknown(start.substr(0, kTlvHeader + length));
      continue;
    }
    const FieldInfo& row = info(*field);
    const bool masked = (header & kMaskFlag) != 0;
    if (length != (masked ? row.bytes * 2U : row.bytes)) {
      return fail(fmt::format("OXM field {} has length {}", row.name, length));
    }
    Reader content(payload);
    const U128 value = content.wide(row.bytes);
    const U128 mask = masked ? content.wide(row.bytes) : U128::ones(row.bytes * 8U);
    if (!(value & ~mask).is_zero() || !value.fits(row.bits)) {
      return fail(
          fmt::format("OXM field {} has value bits that its mask or width excludes", row.name));
    }
    if (!match.set(*field, value, mask & row.ones())) {
      return fail(fmt::format("OXM field {} contradicts another, or takes no such mask", row.name));
    }
  }
  return match;
}

}  // namespace mooring::openflow
