#include "controller/confirmations.h"

#include <utility>
#include <vector>

namespace mooring::controller {

void Confirmations::ask(std::set<Wanted> wanted) {
  asked_ = std::move(wanted);
  std::vector<Uuid> gone;
  table_.for_each([&](const Confirmation& row) {
    if (!asked_.contains(row.wanted)) gone.push_back(row.uuid);
  });
  for (const Uuid& uuid : gone) table_.erase(uuid);
}

void Confirmations::confirm() {
  std::set<Wanted> fresh = asked_;
  table_.for_each([&](const Confirmation& row) { fresh.erase(row.wanted); });
  for (const Wanted& wanted : fresh) table_.put({Uuid::random(), wanted});
}

}  // namespace mooring::controller
