#include "ovsdb/condition_set.h"

#include <algorithm>
#include <utility>

namespace mooring::ovsdb {

void ConditionSet::set(std::string_view table, Condition condition) {
  auto it = entries_.find(table);
  if (it == entries_.end()) it = entries_.emplace(std::string(table), Entry{}).first;
  it->second.wanted = std::move(condition);
  it->second.compare();
}

void ConditionSet::start_fresh() {
  for (auto& [table, entry] : entries_) {
    entry.confirmed = entry.sent = entry.wanted;
    entry.compare();
  }
  in_flight_ = false;
}

const Condition& ConditionSet::confirmed(std::string_view table) const {
  static const Condition kAll = Condition::all();
  auto it = entries_.find(table);
  return it == entries_.end() ? kAll : it->second.confirmed;
}

bool ConditionSet::differs() const {
  return std::any_of(entries_.begin(), entries_.end(), [this](const auto& item) {
    return bound_.contains(item.first) && item.second.differs;
  });
}

std::string ConditionSet::begin_change() {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  for (auto& [table, entry] : entries_) {
    if (!bound_.contains(table) || !entry.differs) continue;
    entry.sent = entry.wanted;
    writer.key(table).begin_array().begin_object().key("where");
    entry.sent.to_json_where(writer);
    writer.end_object().end_array();
  }
  writer.end_object();
  in_flight_ = true;
  return out;
}

void ConditionSet::confirm() {
  for (auto& [table, entry] : entries_) {
    entry.confirmed = entry.sent;
    entry.compare();
  }
  in_flight_ = false;
}

bool ConditionSet::lose() {
  for (auto& [table, entry] : entries_) entry.sent = entry.confirmed;
  return !std::exchange(in_flight_, false);
}

}  // namespace mooring::ovsdb
