// What the names in a Pipeline row mean on this chassis.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "controller/claims.h"
#include "controller/inputs.h"
#include "controller/meters.h"
#include "controller/networks.h"
#include "controller/stages.h"
#include "expr/actions.h"
#include "expr/lower_actions.h"
#include "expr/scope.h"

namespace mooring::controller {

// A local port that is in a group.
struct GroupMember {
  std::string group;
  expr::PortKey port;
  friend auto operator<=>(const GroupMember&, const GroupMember&) = default;
};

}  // namespace mooring::controller

template <>
struct mooring::Hash<mooring::controller::GroupMember> {
  std::size_t operator()(const mooring::controller::GroupMember& member) const {
    using Parts = std::tuple<std::string_view, std::uint64_t, std::uint64_t>;
    return mooring::Hash<Parts>{}(
        {member.group, member.port.key, member.port.datapath.value_or(0)});
  }
};

namespace mooring::controller {

// The port groups of local ports.
class Groups {
 public:
  Groups(engine::Graph& graph, Claims& claims, Networks& networks);
  ~Groups();

  engine::Relation<std::string, expr::PortKey> ports;  // by group
  engine::Relation<GroupMember, Present> members;

 private:
  engine::Memo<std::string, engine::Nothing> port_;
};

class RowScope final : public expr::Scope, public expr::ActionScope {
 public:
  struct Sources {
    Inputs& inputs;
    Claims& claims;
    Networks& networks;
    Groups& groups;
    Stages& stages;
    Meters& meters;
  };
  RowScope(engine::Context& context, const Sources& sources, const sb::Pipeline::View& row)
      : context_(context), from_(sources), row_(row) {}

  std::optional<expr::PortKey> port(std::string_view name) const override;
  std::vector<expr::PortKey> port_group(std::string_view name) const override;
  std::shared_ptr<const expr::AddressSet> address_set(std::string_view name) const override;
  bool is_resident(std::string_view name) const override { return port(name).has_value(); }

  std::optional<std::uint8_t> table_of(const expr::Next& next) const override;
  std::uint8_t output_table() const override;
  std::optional<std::uint32_t> port_key(std::string_view name) const override;
  openflow::Subfield ct_zone() const override;
  Result<void> call(const expr::Call& call, openflow::Actions& out) const override;

 private:
  engine::Context& context_;
  const Sources& from_;
  const sb::Pipeline::View& row_;
};

// A Pipeline row that could be read.
struct ReadRow {
  expr::Expr match;  // with what the actions take for granted
  openflow::Actions actions;
  std::uint8_t table = 0;
  std::uint16_t priority = 0;
};
// Error: what is wrong with the row.
Result<ReadRow> read_row(const sb::Pipeline::View& row, const RowScope& scope);

}  // namespace mooring::controller
