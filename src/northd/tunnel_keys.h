// Tunnel keys: small numbers for datapaths and, per datapath, for ports.
//
// They are the one thing that can't be derived, since a row keeps the key that it has: a key is
// chosen when a row is inserted and then stands in the database.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/uuid.h"
#include "northd/sb.h"
#include "store/table.h"

namespace mooring::northd {

// The keys 1 to maximum of one kind. Several rows may have one key.
class KeySpace {
 public:
  explicit KeySpace(std::int64_t maximum) : maximum_(maximum) {}

  // A key that isn't of the kind is nobody's.
  void use(std::int64_t key);
  // Whether nobody uses it any more.
  bool release(std::int64_t key);
  // How many rows have it.
  int users(std::int64_t key) const;
  bool is_free(std::int64_t key) const;

  // The requested key if it is free, else the next after the highest in use, so that a key isn't
  // used again soon after its row is gone, else the lowest free; nullopt when there is none. It is
  // reserved until forget_reservations().
  std::optional<std::int64_t> allocate(std::optional<std::int64_t> requested);
  void forget_reservations() { reserved_.clear(); }
  bool empty() const { return used_.empty() && reserved_.empty(); }

 private:
  std::optional<std::int64_t> choose(std::optional<std::int64_t> requested) const;

  std::int64_t maximum_;
  bool is_used(std::int64_t key) const;

  std::vector<bool> used_;            // by key, up to the highest in use
  std::map<std::int64_t, int> more_;  // how many others use it too
  std::set<std::int64_t> reserved_;
};

// What the southbound rows use, kept current.
class TunnelKeys {
 public:
  static constexpr std::int64_t kMaxDatapath = (1 << 24) - 1;
  static constexpr std::int64_t kMaxPort = (1 << 15) - 1;

  explicit TunnelKeys(sb::Database& database);

  // Before a wave is composed: what the one before reserved is either in the rows by now or not
  // needed.
  void begin();
  KeySpace& datapaths() { return datapaths_; }
  // Of Port_Bindings and Uplinks; datapath is the southbound row, if only to be.
  KeySpace& ports(const Uuid& datapath);
  bool has_ports(const Uuid& datapath) const { return ports_.contains(datapath); }

  // Calls callback for every key that nobody uses any more; datapath is nil for a datapath's own.
  using Freed = std::function<void(const Uuid& datapath, std::int64_t key)>;
  void on_freed(Freed callback) { freed_.push_back(std::move(callback)); }

 private:
  template <class Row>
  void watch_ports(store::Table<Row>& table);
  void release_port(const Uuid& datapath, std::int64_t key);
  void tell_freed(const Uuid& datapath, std::int64_t key);

  KeySpace datapaths_{kMaxDatapath};
  std::unordered_map<Uuid, KeySpace> ports_;
  std::vector<Uuid> reserving_;  // datapaths whose spaces were asked for since begin()
  std::vector<Freed> freed_;
  std::vector<store::Subscription> subscriptions_;
};

// Who asks for a key that another has.
template <class Key>
class KeyWishes {
 public:
  void add(const Uuid& datapath, std::int64_t key, const Key& who) {
    wishes_[{datapath, key}].insert(who);
  }
  std::set<Key> take(const Uuid& datapath, std::int64_t key) {
    auto node = wishes_.extract({datapath, key});
    return node.empty() ? std::set<Key>() : std::move(node.mapped());
  }

 private:
  std::map<std::pair<Uuid, std::int64_t>, std::set<Key>> wishes_;
};

}  // namespace mooring::northd
