#include "northd/tunnel_keys.h"

#include <algorithm>

namespace mooring::northd {

void KeySpace::use(std::int64_t key) {
  if (key < 1 || key > maximum_) return;
  if (is_used(key)) {
    ++more_[key];
    return;
  }
  const auto place = static_cast<std::size_t>(key);
  if (place >= used_.size()) used_.resize(place + 1);
  used_[place] = true;
}

bool KeySpace::release(std::int64_t key) {
  if (!is_used(key)) return false;
  if (auto it = more_.find(key); it != more_.end()) {
    if (--it->second == 0) more_.erase(it);
    return false;
  }
  used_[static_cast<std::size_t>(key)] = false;
  while (!used_.empty() && !used_.back()) used_.pop_back();
  return true;
}

bool KeySpace::is_used(std::int64_t key) const {
  return key >= 1 && key < static_cast<std::int64_t>(used_.size()) &&
         used_[static_cast<std::size_t>(key)];
}

int KeySpace::users(std::int64_t key) const {
  auto it = more_.find(key);
  return (is_used(key) ? 1 : 0) + (it == more_.end() ? 0 : it->second);
}

bool KeySpace::is_free(std::int64_t key) const { return !is_used(key) && !reserved_.contains(key); }

std::optional<std::int64_t> KeySpace::allocate(std::optional<std::int64_t> requested) {
  auto key = choose(requested);
  if (key) reserved_.insert(*key);
  return key;
}

std::optional<std::int64_t> KeySpace::choose(std::optional<std::int64_t> requested) const {
  if (requested && *requested >= 1 && *requested <= maximum_ && is_free(*requested)) {
    return requested;
  }
  std::int64_t highest = used_.empty() ? 0 : static_cast<std::int64_t>(used_.size()) - 1;
  if (!reserved_.empty()) highest = std::max(highest, *reserved_.rbegin());
  if (highest < maximum_) return highest + 1;
  for (std::int64_t candidate = 1; candidate <= maximum_; ++candidate) {
    if (is_free(candidate)) return candidate;
  }
  return std::nullopt;
}

TunnelKeys::TunnelKeys(sb::Database& database) {
  database.datapath_binding.for_each([this](const auto& row) { datapaths_.use(row.tunnel_key); });
  subscriptions_.push_back(database.datapath_binding.observe([this](const auto& change) {
    if (change.after != nullptr) datapaths_.use(change.after->tunnel_key);
    if (change.before == nullptr || !datapaths_.release(change.before->tunnel_key)) return;
    tell_freed(Uuid(), change.before->tunnel_key);
  }));
  watch_ports(database.port_binding);
  watch_ports(database.uplink);
}

template <class Row>
void TunnelKeys::watch_ports(store::Table<Row>& table) {
  auto use = [this](const Row& row) {
    ports_.try_emplace(row.datapath.uuid, kMaxPort).first->second.use(row.tunnel_key);
  };
  table.for_each(use);
  subscriptions_.push_back(table.observe([this, use](const store::Change<Row>& change) {
    if (change.after != nullptr) use(*change.after);
    if (change.before != nullptr)
      release_port(change.before->datapath.uuid, change.before->tunnel_key);
  }));
}

void TunnelKeys::release_port(const Uuid& datapath, std::int64_t key) {
  auto it = ports_.find(datapath);
  if (it == ports_.end()) return;
  bool freed = it->second.release(key);
  if (it->second.empty()) ports_.erase(it);
  if (freed) tell_freed(datapath, key);
}

void TunnelKeys::tell_freed(const Uuid& datapath, std::int64_t key) {
  for (const Freed& callback : freed_) callback(datapath, key);
}

void TunnelKeys::begin() {
  datapaths_.forget_reservations();
  for (const Uuid& datapath : reserving_) {
    auto it = ports_.find(datapath);
    if (it == ports_.end()) continue;
    it->second.forget_reservations();
    if (it->second.empty()) ports_.erase(it);
  }
  reserving_.clear();
}

KeySpace& TunnelKeys::ports(const Uuid& datapath) {
  if (reserving_.empty() || reserving_.back() != datapath) reserving_.push_back(datapath);
  return ports_.try_emplace(datapath, kMaxPort).first->second;
}

}  // namespace mooring::northd
