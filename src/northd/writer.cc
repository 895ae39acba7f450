#include "northd/writer.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace mooring::northd {
namespace {

// RFC 7047, 5.2: what a row's contents can be the reason for. All else concerns the database or the
// connection.
bool is_about_rows(std::string_view tag) {
  constexpr std::string_view kTags[] = {"constraint violation", "referential integrity violation",
                                        "domain error",         "range error",
                                        "syntax error",         "unknown table",
                                        "unknown column"};
  return std::find(std::begin(kTags), std::end(kTags), tag) != std::end(kTags);
}

}  // namespace

Writer::Writer(std::vector<TableSync*> tables, TableSync* last, Size size, Logger log)
    : tables_(std::move(tables)),
      last_(last),
      size_(size),
      log_(std::move(log)),
      limit_(size.most) {}

template <class Call>
void Writer::for_each(Call call) {
  for (TableSync* table : tables_) call(*table);
  if (last_ != nullptr) call(*last_);
}

std::vector<std::string> Writer::note_changes() {
  std::vector<std::string> out;
  for_each([&](TableSync& table) {
    auto changed = table.note_changes();
    out.insert(out.end(), std::make_move_iterator(changed.begin()),
               std::make_move_iterator(changed.end()));
  });
  if (!out.empty()) stop();
  return out;
}

bool Writer::composing() const {
  const std::size_t all = 2 * tables_.size();
  return open_ && (step_ < all || (step_ == all && !in_flight()));
}

std::optional<ovsdb::Transaction> Writer::next() {
  if (composing()) {
    if (auto transaction = go_on()) return transaction;
  }
  if (in_flight()) return std::nullopt;
  if (open_) finish();
  for_each([](TableSync& table) { table.begin(); });
  open_ = true;
  step_ = transactions_ = 0;
  auto transaction = go_on();
  open_ = transaction.has_value();
  return transaction;
}

std::optional<ovsdb::Transaction> Writer::go_on() {
  ovsdb::Transaction transaction;
  std::size_t keys = fill(transaction);
  if (!size_.ahead || limit_ != size_.most) step_ = kEnd;
  if (transaction.empty()) return std::nullopt;
  ++transactions_;
  sent_.push_back(keys);
  return transaction;
}

// As many keys as there is room for, from where the wave is; how many these are.
std::size_t Writer::fill(ovsdb::Transaction& transaction) {
  const std::size_t count = tables_.size();
  std::size_t written = 0;
  for (; step_ < 2 * count; ++step_) {
    bool put = step_ < count;
    TableSync& table = *tables_[put ? step_ : 2 * count - 1 - step_];
    std::size_t most = room(table, written);
    if (most == 0) return written;
    std::size_t more = table.write(transaction, put ? Phase::kPut : Phase::kRemove, most);
    written += more;
    if (more == most) return written;
  }
  // What isn't answered may yet be refused.
  if (in_flight()) return written;
  step_ = kEnd;
  return written + (last_ != nullptr ? last_->write(transaction, Phase::kPut, 1) : 0);
}

// For how many keys of the table, in a transaction that has so many.
std::size_t Writer::room(const TableSync& table, std::size_t written) const {
  if (limit_ == size_.most && !table.divisible()) return std::numeric_limits<std::size_t>::max();
  return limit_ - std::min(limit_, written);
}

void Writer::stop() {
  step_ = kEnd;
  if (open_ && !in_flight()) finish();
}

Writer::Verdict Writer::done(const ovsdb::TransactionOutcome& outcome) {
  if (!outcome) {
    if (!refusal_) refusal_ = Refusal{outcome.error(), sent_.front()};
    step_ = kEnd;
  }
  sent_.pop_front();
  return in_flight() || composing() ? Verdict::kProceed : finish();
}

// The wave's transactions are all answered.
Writer::Verdict Writer::finish() {
  open_ = false;
  if (refusal_) return fail(*std::exchange(refusal_, std::nullopt));
  for_each([](TableSync& table) { table.accept(); });
  limit_ = limit_ > size_.most / 2 ? size_.most : limit_ * 2;
  return Verdict::kProceed;
}

Writer::Verdict Writer::fail(const Refusal& refusal) {
  const ovsdb::TransactionError& error = refusal.error;
  const std::size_t keys = refusal.keys;
  auto retry = [this] { for_each([](TableSync& table) { table.retry(); }); };
  if (error.lost || !is_about_rows(error.tag)) {
    // Not having the lock is how a standby learns of it.
    if (!error.lost && error.tag != "not owner") {
      log_.warn("a transaction failed and is tried again: {}", error.message);
    }
    retry();
    return Verdict::kBackOff;
  }
  if (keys > 1 || transactions_ > 1) {
    limit_ = std::max<std::size_t>(1, keys / 2);
    log_.info("a transaction of {} rows was refused, trying fewer: {}", keys, error.message);
    retry();
    return Verdict::kProceed;
  }
  for_each([&](TableSync& table) {
    std::string words = table.reject(error.message);
    if (!words.empty()) log_.err("{} is refused by the database: {}", words, error.message);
  });
  return Verdict::kProceed;
}

bool Writer::release_rejected() {
  bool any = false;
  for_each([&any](TableSync& table) {
    any = any || table.has_rejected();
    table.release_rejected();
  });
  return any;
}

}  // namespace mooring::northd
