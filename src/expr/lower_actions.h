// Logical actions to OpenFlow actions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "expr/actions.h"
#include "expr/scope.h"
#include "openflow/field.h"

namespace mooring::openflow {
class Actions;
}

namespace mooring::expr {

// What actions mean where they are installed.
class ActionScope {
 public:
  virtual ~ActionScope() = default;
  // The OpenFlow table that next leads to; nullopt when the pipeline has no such stage.
  virtual std::optional<std::uint8_t> table_of(const Next& next) const = 0;
  // The table that output resubmits to.
  virtual std::uint8_t output_table() const = 0;
  // The key that outport = "name" loads; nullopt when the port isn't here.
  virtual std::optional<std::uint32_t> port_key(std::string_view name) const = 0;
  // The 16 bits that hold the connection tracking zone.
  virtual openflow::Subfield ct_zone() const = 0;
  // Appends what a function does. Error: says why, an unknown name among the reasons.
  virtual Result<void> call(const Call& call, openflow::Actions& out) const = 0;
};

// The OpenFlow field that holds a whole symbol or bits of it.
openflow::Subfield subfield_of(const Field& field);

// Error: the action that can't be expressed, and why.
Result<openflow::Actions> lower_actions(const ActionList& actions, const ActionScope& scope);

}  // namespace mooring::expr
