#include "northd/tunnel_keys.h"

#include <algorithm>

namespace mooring::northd {

bool KeySpace::release(std::int64_t key) {
  auto it = used_.find(key);
  if (it == used_.end() || --it->second > 0) return false;
  used_.erase(it);
  return true;
}

int KeySpace::users(std::int64_t key) const {
  auto it = used_.find(key);
  return it == used_.end() ? 0 : it->second;
}

bool KeySpace::is_free(std::int64_t key) const {
  return !used_.contains(key) && !reserved_.contains(key);
}

std::optional<std::int64_t> KeySpace::allocate(std::optional<std::int64_t> requested) {
  auto key = choose(requested);
  if (key) reserved_.insert(*key);
  return key;
}

std::optional<std::int64_t> KeySpace::choose(std::optional<std::int64_t> requested) const {
  if (requested && *requested >= 1 && *requested <= maximum_ && is_free(*requested)) {
    return requested;
  }
  std::int64_t highest = used_.empty() ? 0 : used_.rbegin()->first;
  if (!reserved_.empty()) highest = std::max(highest, *reserved_.rbegin());
  if (highest < maximum_) return highest + 1;
  std::int64_t candidate = 1;
  auto used = used_.begin();
  auto reserved = reserved_.begin();
  for (; candidate <= maximum_; ++candidate) {
    while (used != used_.end() && used->first < candidate) ++used;
    while (reserved != reserved_.end() && *reserved < candidate) ++reserved;
    bool taken = (used != used_.end() && used->first == candidate) ||
                 (reserved != reserved_.end() && *reserved == candidate);
    if (!taken) return candidate;
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
    if (change.before != nullptr) release_port(change.before->datapath.uuid, change.before->tunnel_key);
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
