// The learn action (ovs-actions(7)): a flow that a packet makes the switch add.
#pragma once

#include <cstdint>
#include <vector>

#include "openflow/field.h"

namespace mooring::openflow {

class Learn {
 public:
  std::uint8_t table = 0;
  std::uint16_t priority = 0x8000;
  std::uint16_t idle_timeout = 0;  // seconds; 0: never
  std::uint16_t hard_timeout = 0;
  std::uint16_t fin_idle_timeout = 0;
  std::uint16_t fin_hard_timeout = 0;
  std::uint64_t cookie = 0;
  std::uint32_t limit = 0;  // the most flows this action may have added; 0: any number
  bool send_flow_removed = false;
  bool delete_learned = false;
  // The bit that gets 1 when the flow was added, 0 when the limit forbade it; bits 0: none.
  Subfield result;

  enum class Kind : std::uint8_t { kMatch, kMatchValue, kLoad, kLoadValue, kOutput };
  struct Spec {
    Kind kind = Kind::kMatch;
    Subfield source;       // kMatch, kLoad, kOutput
    U128 value;            // kMatchValue, kLoadValue
    Subfield destination;  // all but kOutput; as wide as source
  };
  std::vector<Spec> specs;

  // The learned flow matches destination with what source holds in the packet that teaches.
  Learn& match(Subfield destination, Subfield source) {
    return add({Kind::kMatch, source, {}, destination});
  }
  Learn& match(Subfield both) { return match(both, both); }
  Learn& match_value(Subfield destination, U128 value) {
    return add({Kind::kMatchValue, {}, value, destination});
  }
  // The learned flow loads destination with what source holds now.
  Learn& load(Subfield source, Subfield destination) {
    return add({Kind::kLoad, source, {}, destination});
  }
  Learn& load_value(U128 value, Subfield destination) {
    return add({Kind::kLoadValue, {}, value, destination});
  }
  // The learned flow outputs to the port that source holds now.
  Learn& output(Subfield source) { return add({Kind::kOutput, source, {}, {}}); }

 private:
  Learn& add(Spec spec) {
    specs.push_back(spec);
    return *this;
  }
};

}  // namespace mooring::openflow
