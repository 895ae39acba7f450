#include "ovsdb/condition.h"

#include <algorithm>

namespace mooring::ovsdb {

Condition& Condition::add(std::string_view column, std::string_view function, std::string value) {
  Clause clause{std::string(column), std::string(function), std::move(value)};
  auto place = std::lower_bound(clauses_.begin(), clauses_.end(), clause);
  if (place == clauses_.end() || *place != clause) clauses_.insert(place, std::move(clause));
  return *this;
}

void Condition::to_json_where(json::Writer& out) const {
  // An empty array would mean every row, so none is the clause that never holds.
  out.begin_array();
  if (all_) {
    out.boolean(true);
  } else if (clauses_.empty()) {
    out.boolean(false);
  }
  for (const Clause& clause : all_ ? std::vector<Clause>{} : clauses_) {
    out.begin_array().string(clause.column).string(clause.function).raw(clause.value).end_array();
  }
  out.end_array();
}

}  // namespace mooring::ovsdb
