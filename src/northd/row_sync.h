// Reconciliation of one table: what the rows of a relation say shall be in the database.
//
// Nothing is remembered about what was written. A key whose desired or actual rows changed is
// compared anew, and what differs is sent; so rows that another program garbled or deleted come
// back by the same path as new ones.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/relation.h"
#include "northd/finding.h"
#include "northd/problem.h"
#include "ovsdb/transaction.h"
#include "store/table.h"

namespace mooring::northd {

// Rows are put in the order of the tables and removed in the reverse, so that a reference never
// leads to a row that isn't there yet, or no more.
enum class Phase { kPut, kRemove };

class TableSync {
 public:
  virtual ~TableSync() = default;

  // Takes in what the derivations changed. Returns which keys, in words.
  virtual std::vector<std::string> note_changes() = 0;
  // Before the first write() of a wave (Writer::next).
  virtual void begin() {}
  // Whether no row of the table belongs to another of it, so that they may go by several
  // transactions.
  virtual bool divisible() const { return false; }
  // Appends what differs under at most `limit` keys; returns how many had differences. They count
  // as sent until one of the calls below.
  virtual std::size_t write(ovsdb::Transaction& transaction, Phase phase, std::size_t limit) = 0;

  // The wave is in the database.
  virtual void accept() = 0;
  // It isn't, for reasons that aren't the rows', or only in part.
  virtual void retry() = 0;
  // It isn't, because of the one key that was sent: no more of it until its rows change or
  // release_rejected(). Returns the key in words.
  virtual std::string reject(const std::string& reason) = 0;
  virtual void release_rejected() = 0;
  virtual bool has_rejected() const = 0;
};

// How the difference of a row is put together.
template <class Row>
class RowDiff {
 public:
  RowDiff(ovsdb::Transaction& transaction, const Row& actual, const Row& desired)
      : transaction_(transaction), actual_(actual), desired_(desired) {}
  template <class T>
  RowDiff& operator()(const ovsdb::Column<Row, T>& column, T Row::*member) {
    transaction_.diff(actual_.uuid, column, actual_.*member, desired_.*member);
    return *this;
  }

 private:
  ovsdb::Transaction& transaction_;
  const Row& actual_;
  const Row& desired_;
};

template <class Row, class Key, class Desired>
class RowSync : public TableSync {
 public:
  using Rows = std::vector<const Row*>;
  using KeysOf = std::function<std::vector<Key>(const Row&)>;

  // owned: the columns that are northd's; changes of others aren't looked at. keys: under which
  // keys a row stands.
  RowSync(engine::Relation<Key, Desired>& desired, store::Table<Row>& table,
          store::ColumnMask owned, KeysOf keys, Problems& problems)
      : desired_(desired), problems_(problems) {
    table.for_each([&](const Row& row) { suspect_all(keys(row)); });
    subscription_ = table.observe([this, owned, keys](const store::Change<Row>& change) {
      if (change.before != nullptr && change.after != nullptr && !(change.columns & owned)) return;
      if (change.before != nullptr) suspect_all(keys(*change.before));
      if (change.after != nullptr) suspect_all(keys(*change.after));
    });
  }

  std::vector<std::string> note_changes() override {
    std::vector<std::string> out;
    for (const auto& difference : desired_.drain()) {
      suspect(difference.key);
      out.push_back(words_for(difference.key));
    }
    return out;
  }

  void begin() final {
    reached_.reset();
    begin_wave();
  }

  // What comes to be suspected behind the place that an earlier transaction of the wave reached is
  // left to the next wave.
  std::size_t write(ovsdb::Transaction& transaction, Phase phase, std::size_t limit) override {
    std::size_t written = 0;
    bool again = reached_ && reached_->first == phase;
    auto it = again ? suspects_.upper_bound(reached_->second) : suspects_.begin();
    while (it != suspects_.end() && written < limit) {
      const Desired* desired = find_desired(*it);
      if ((phase == Phase::kPut) != (desired != nullptr)) {
        ++it;
        continue;
      }
      Key key = std::move(suspects_.extract(it++).value());
      if (write_one(transaction, key, desired)) {
        sent_.push_back(std::move(key));
        ++written;
      }
    }
    if (written == limit) reached_.emplace(phase, sent_.back());
    return written;
  }

  void accept() override { std::vector<Key>().swap(sent_); }  // a first wave is large
  void retry() override {
    for (Key& key : sent_) suspects_.insert(std::move(key));
    sent_.clear();
  }
  std::string reject(const std::string& reason) override {
    std::string out;
    for (const Key& key : std::exchange(sent_, {})) {
      out = words_for(key);
      refuse(key, reason);
    }
    return out;
  }
  void release_rejected() override {
    while (!rejected_.empty()) suspect(Key(rejected_.begin()->first));
  }
  bool has_rejected() const override { return !rejected_.empty(); }

 protected:
  enum class Written { kDone, kLater };

  // What write_key() remembers of a wave is forgotten.
  virtual void begin_wave() {}
  // The rows that stand under key now, by UUID.
  virtual Rows actual(const Key& key) const = 0;
  // Appends what leads from rows to desired (null: to nothing). kLater: not before another table's
  // row is there; wake() then. Error: why it can't be.
  virtual Result<Written> write_key(ovsdb::Transaction& transaction, const Key& key,
                                    const Desired* desired, const Rows& rows) = 0;
  // How a key is called in logs.
  virtual std::string words_for(const Key& key) const = 0;
  // Under which a refused key is reported; nullopt for no report beyond the log.
  virtual std::optional<FindingKey> finding_for(const Key& key) const = 0;

  void wake() {
    for (const Key& key : std::exchange(waiting_, {})) suspect(key);
  }
  const Desired* find_desired(const Key& key) const {
    auto elements = desired_.find(key);
    return elements.empty() ? nullptr : &elements.front();
  }
  void suspect(const Key& key) {
    suspects_.insert(key);
    auto it = rejected_.find(key);
    if (it == rejected_.end()) return;
    problems_.erase(it->second);
    rejected_.erase(it);
  }

 private:
  void suspect_all(const std::vector<Key>& keys) {
    for (const Key& key : keys) suspect(key);
  }
  bool write_one(ovsdb::Transaction& transaction, const Key& key, const Desired* desired) {
    std::size_t before = transaction.size();
    auto result = write_key(transaction, key, desired, actual(key));
    if (!result) {
      refuse(key, result.error().message);
    } else if (*result == Written::kLater) {
      waiting_.insert(key);
    }
    return transaction.size() > before;
  }
  void refuse(const Key& key, const std::string& reason) {
    Problem problem{Uuid::random(), {}, {model::Severity::kError, reason}};
    if (auto finding = finding_for(key)) {
      problem.key = std::move(*finding);
      problems_.put(problem);
    }
    rejected_[key] = problem.uuid;
  }

  engine::Relation<Key, Desired>& desired_;
  Problems& problems_;
  std::set<Key> suspects_;                        // to be compared
  std::vector<Key> sent_;                         // in the wave that is on its way
  std::optional<std::pair<Phase, Key>> reached_;  // the last key of a transaction that was full
  std::set<Key> waiting_;                         // for another table's row
  std::map<Key, Uuid> rejected_;                  // with the Problem that says so
  store::Subscription subscription_;
};

}  // namespace mooring::northd
