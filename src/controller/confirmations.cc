#include "controller/confirmations.h"

#include <utility>
#include <vector>

namespace mooring::controller {

void Confirmations::ask(std::set<Wanted> wanted) {
  unanswered_ = std::move(wanted);
  std::vector<Uuid> gone;
  table_.for_each([&](const Confirmation& row) {
    if (unanswered_.erase(row.wanted) == 0) gone.push_back(row.uuid);
  });
  for (const Uuid& uuid : gone) table_.erase(uuid);
}

void Confirmations::confirm() {
  for (const Wanted& wanted : std::exchange(unanswered_, {})) table_.put({Uuid::random(), wanted});
}

}  // namespace mooring::controller
