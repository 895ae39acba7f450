// Matches and actions from any bytes: parsed, printed, lowered and evaluated.
#include <cstdlib>
#include <string_view>

#include "expr/actions.h"
#include "expr/evaluate.h"
#include "expr/lower.h"
#include "expr/parser.h"

namespace {

using namespace mooring::expr;

class Names final : public Scope {
 public:
  std::optional<PortKey> port(std::string_view name) const override {
    if (name.size() % 2 == 0) return std::nullopt;
    return PortKey{static_cast<std::uint32_t>(name.size()), {}};
  }
  std::vector<PortKey> port_group(std::string_view) const override { return {{1, {}}, {2, 7}}; }
  std::shared_ptr<const AddressSet> address_set(std::string_view name) const override {
    if (name.size() % 2 == 0) return nullptr;
    return std::make_shared<const AddressSet>(
        AddressSet::from({"10.0.0.1", "10.0.0.0/8", "::1", "7", "00:00:00:00:00:01", "bad"}));
  }
  bool is_resident(std::string_view name) const override { return name.size() % 2 == 0; }
};

void require(bool condition) {
  if (!condition) std::abort();
}

void try_match(std::string_view text) {
  const auto expr = parse(text);
  if (!expr) {
    require(expr.error().position <= text.size());
    require(!expr.error().caret(text).empty());
    return;
  }
  require(parse(to_string(*expr)) == *expr);
  LowerOptions options;
  options.max_matches = 500;
  const auto flat = lower(*expr, Names(), options);
  options.conjunction_id = [](std::uint32_t index) { return index + 1; };
  const auto shared = lower(*expr, Names(), options);
  for (const auto* flows : {&flat, &shared}) {
    if (!*flows) continue;
    for (const LoweredMatch& flow : **flows) require(flow.match.check().has_value());
  }
  // The packet of zeros tells an expression that is always true from one that never is.
  const bool meaning = evaluate(*expr, Packet(), Names());
  if (flat && flat->empty()) require(!meaning);
}

void try_actions(std::string_view text) {
  const auto actions = parse_actions(text);
  if (!actions) return require(actions.error().position <= text.size());
  require(parse_actions(to_string(*actions)) == *actions);
  require(parse(to_string(prerequisites(*actions))) == prerequisites(*actions));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try_match(text);
  try_actions(text);
  return 0;
}
