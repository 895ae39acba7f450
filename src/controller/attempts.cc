#include "controller/attempts.h"

#include <algorithm>
#include <utility>

#include "model/row_uuid.h"

namespace mooring::controller {
namespace {

using Binding = sb::PortBinding;
using ovsdb::Condition;

// Nobody's, and for whoever has it plugged in.
Condition is_free(const std::string& port) {
  return Condition::none()
      .equals(Binding::Columns::logical_port, port)
      .add("claimable", "==", "true")
      .add("chassis", "==", R"(["set",[]])");
}

// Requested for this chassis, whoever else has it now: one that is this chassis' own already, and
// yet unseen, has to be asked for. Types other than VIFs aren't claimed here.
Condition is_for(const std::string& port, const store::Ref<sb::Chassis>& self) {
  return Condition::none()
      .equals(Binding::Columns::logical_port, port)
      .equals(Binding::Columns::type, "")
      .equals(Binding::Columns::requested_chassis, self)
      .add("chassis", "!=", ovsdb::to_json(self));
}

}  // namespace

void Attempts::write(const Outputs& outputs, const Uuid& self, ovsdb::Transaction& txn) {
  sent_.clear();
  std::vector<std::string> ports;
  outputs.attempts.for_each([&](const std::string& port, const auto&) { ports.push_back(port); });
  std::sort(ports.begin(), ports.end());
  const store::Ref<sb::Chassis> chassis{self};
  for (std::string& port : ports) {
    const Uuid row = model::port_binding_uuid(port);
    auto claim = [&](const Condition& where) {
      return txn.update_where(row, where, Binding::Columns::chassis, chassis);
    };
    std::size_t first = claim(is_free(port));
    std::size_t second = claim(is_for(port, chassis));
    sent_.push_back({std::move(port), first, second});
  }
}

void Attempts::done(const ovsdb::TransactionOutcome& outcome) {
  for (const Sent& sent : std::exchange(sent_, {})) {
    if (!outcome && outcome.error().lost) continue;  // is tried again
    auto took = [&](std::size_t operation) {
      return outcome && outcome->operations.at(operation).count > 0;
    };
    if (!took(sent.first) && !took(sent.second)) miss(sent.port);
  }
}

void Attempts::miss(const std::string& port) { missed_.put({Uuid::random(), port}); }

void Attempts::forget(const Outputs& outputs) {
  std::vector<Uuid> gone;
  missed_.for_each([&](const Missed& row) {
    if (outputs.wanted.find(Wanted::port_named(row.port)).empty()) gone.push_back(row.uuid);
  });
  for (const Uuid& uuid : gone) missed_.erase(uuid);
}

}  // namespace mooring::controller
