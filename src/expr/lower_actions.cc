#include "expr/lower_actions.h"

#include <fmt/format.h>

#include "expr/vars.h"
#include "openflow/actions.h"

namespace mooring::expr {
namespace {

using openflow::Actions;
using openflow::Subfield;

openflow::U128 wide(U128 value) { return {high_half(value), low_half(value)}; }

class Lowering {
 public:
  Lowering(const ActionScope& scope, Actions& out) : scope_(scope), out_(out) {}

  Result<void> each(const ActionList& actions) {
    for (const Action& action : actions) {
      auto done = std::visit([this](const auto& node) { return visit(node); }, action.node);
      if (!done) return done;
    }
    return {};
  }

 private:
  Result<void> visit(const Next& node) {
    const auto table = scope_.table_of(node);
    if (!table) {
      return fail(fmt::format("{} leads nowhere: the pipeline has no such stage",
                              to_string(ActionList{Action{node}})));
    }
    out_.resubmit(*table);
    return {};
  }
  Result<void> visit(const Output&) {
    out_.resubmit(scope_.output_table());
    return {};
  }
  // ovn-sb(5): as if followed by next.
  Result<void> visit(const CtNext&) {
    const auto table = scope_.table_of(Next{});
    if (!table) return fail("ct_next leads nowhere: there is no further stage");
    openflow::Conntrack ct;
    ct.table = *table;
    ct.zone_from = scope_.ct_zone();
    out_.ct(ct);
    return {};
  }
  Result<void> visit(const CtClear&) {
    out_.ct_clear();
    return {};
  }
  Result<void> visit(const DecrementTtl&) {
    out_.dec_ttl();
    return {};
  }
  Result<void> visit(const Assign& node) { return assign(node, out_); }

  Result<void> visit(const Exchange& node) {
    const Subfield a = subfield_of(node.a), b = subfield_of(node.b);
    out_.push(a).push(b).pop(a).pop(b);
    return {};
  }
  Result<void> visit(const CtCommit& node) {
    openflow::Conntrack ct;
    ct.commit = true;
    ct.zone_from = scope_.ct_zone();
    Actions exec;
    for (const Assign& assignment : node.assignments) {
      if (auto done = assign(assignment, exec); !done) return done;
    }
    out_.ct(ct, std::nullopt, exec);
    return {};
  }
  Result<void> visit(const Clone& node) {
    Actions body;
    if (auto done = Lowering(scope_, body).each(node.body); !done) return done;
    out_.clone(body);
    return {};
  }
  Result<void> visit(const Call& node) { return scope_.call(node, out_); }

  Result<void> assign(const Assign& node, Actions& out) {
    const Subfield target = subfield_of(node.target);
    if (const auto* source = std::get_if<Field>(&node.value)) {
      out.move(subfield_of(*source), target);
      return {};
    }
    if (const auto* name = std::get_if<StringConstant>(&node.value)) {
      const auto key =
          name->text.empty() ? std::optional<std::uint32_t>(0) : scope_.port_key(name->text);
      if (!key) return fail(fmt::format("there is no port \"{}\" here", name->text));
      out.load(*key, target);
      return {};
    }
    load(std::get<Constant>(node.value), target, out);
    return {};
  }

  static void load(const Constant& constant, const Subfield& target, Actions& out) {
    if (!constant.masked) {
      out.load(wide(constant.value), target);
      return;
    }
    // Each run of bits that the mask has.
    for (U128 left = constant.mask; left != 0;) {
      const unsigned first = lowest_bit(left);
      const unsigned count = lowest_bit(~(left >> first));
      const U128 bits = low_ones(count) << first;
      out.load(wide((constant.value & bits) >> first),
               Subfield(target.field, static_cast<std::uint16_t>(target.offset + first),
                        static_cast<std::uint16_t>(count)));
      left &= ~bits;
    }
  }

  const ActionScope& scope_;
  Actions& out_;
};

}  // namespace

Subfield subfield_of(const Field& field) {
  const Symbol& symbol = *field.symbol;
  openflow::Field base = info(symbol.var).field;
  const unsigned n = static_cast<unsigned>(symbol.var) - static_cast<unsigned>(Var::kReg0);
  if (symbol.width == 64 && n < 16) base = openflow::xreg(n / 2);
  if (symbol.width == 128 && n < 16) base = openflow::xxreg(n / 4);
  return Subfield(base, static_cast<std::uint16_t>(symbol.offset + field.low), field.width);
}

Result<Actions> lower_actions(const ActionList& actions, const ActionScope& scope) {
  Actions out;
  if (auto done = Lowering(scope, out).each(actions); !done) return tl::unexpected(done.error());
  return out;
}

}  // namespace mooring::expr
