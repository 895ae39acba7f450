// A switch of its own for tests: what OpenFlow says that flows do with a packet.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "expr/evaluate.h"
#include "expr/lower.h"
#include "expr/vars.h"

namespace mooring::expr {

inline U128 from_wide(openflow::U128 value) { return from_halves(value.high, value.low); }
inline openflow::U128 to_wide(U128 value) { return {high_half(value), low_half(value)}; }

// The value that a packet has in a field that matches can name.
inline U128 field_of(const Packet& packet, openflow::Field field) {
  using openflow::Field;
  const U128 tci = packet.get(Var::kVlanTci);
  if (field == Field::kVlanVid) return tci & 0x1fff;
  if (field == Field::kVlanPcp) return tci >> 13;
  for (unsigned v = 0; v < kVarCount; ++v) {
    if (info(static_cast<Var>(v)).field == field) return packet.get(static_cast<Var>(v));
  }
  return 0;
}

inline bool matches(const openflow::Match& match, const Packet& packet, std::uint32_t conj_id) {
  bool out = true;
  match.each([&](openflow::Field field, const openflow::Match::Constraint& c) {
    const U128 value = field == openflow::Field::kConjId ? U128{conj_id} : field_of(packet, field);
    out = out && (value & from_wide(c.mask)) == from_wide(c.value);
  });
  return out;
}

// What a lookup finds.
struct Verdict {
  bool matched = false;
  // A conjunction was met whose flow isn't: a switch would then miss other flows.
  bool dangling = false;
};

// ovs-actions(7), conjunction: flows of one priority. As Open vSwitch's classifier does, a
// conjunction is looked at only when as many flows as it has clauses apply to the packet; here its
// own, for those of others may not be there.
inline Verdict look_up(const std::vector<LoweredMatch>& flows, const Packet& packet) {
  Verdict out;
  struct Met {
    std::set<int> clauses;
    int flows = 0;
    int n = 0;
  };
  std::map<std::uint32_t, Met> met;
  for (const LoweredMatch& flow : flows) {
    if (!matches(flow.match, packet, 0)) continue;
    if (flow.clauses.empty()) out.matched = true;
    std::set<std::uint32_t> ids;
    for (const Clause& clause : flow.clauses) {
      Met& conjunction = met[clause.id];
      conjunction.clauses.insert(clause.k);
      conjunction.n = clause.n;
      if (ids.insert(clause.id).second) ++conjunction.flows;
    }
  }
  for (const auto& [id, conjunction] : met) {
    if (static_cast<int>(conjunction.clauses.size()) != conjunction.n) continue;
    if (conjunction.flows < conjunction.n) continue;
    bool found = false;
    for (const LoweredMatch& flow : flows) {
      found = found || (flow.clauses.empty() && matches(flow.match, packet, id));
    }
    out.matched = out.matched || found;
    out.dangling = out.dangling || !found;
  }
  return out;
}

// The packet as one exact match: the fields that it has.
inline openflow::Match exact(const Packet& packet) {
  openflow::Match out;
  const auto set = [&](Var var) {
    static_cast<void>(
        out.set(info(var).field, to_wide(packet.get(var)), to_wide(low_ones(width_of(var)))));
  };
  for (unsigned v = 0; v < kVarCount; ++v) {
    const Var var = static_cast<Var>(v);
    if (var == Var::kVlanTci || packet.get(var) == 0) continue;
    set(var);
  }
  set(Var::kEthType);
  return out;
}

}  // namespace mooring::expr
