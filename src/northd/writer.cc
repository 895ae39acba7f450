#include "northd/writer.h"

#include <algorithm>

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

Writer::Writer(std::vector<TableSync*> tables, TableSync* last, std::size_t most, Logger log)
    : tables_(std::move(tables)),
      has_last_(last != nullptr),
      log_(std::move(log)),
      most_(most),
      limit_(most) {
  if (has_last_) tables_.push_back(last);
}

std::vector<std::string> Writer::note_changes() {
  std::vector<std::string> out;
  for (TableSync* table : tables_) {
    auto changed = table->note_changes();
    out.insert(out.end(), std::make_move_iterator(changed.begin()),
               std::make_move_iterator(changed.end()));
  }
  return out;
}

std::optional<ovsdb::Transaction> Writer::next() {
  if (in_flight()) return std::nullopt;
  ovsdb::Transaction transaction;
  for (TableSync* table : tables_) table->begin();
  auto write = [&](TableSync& table, Phase phase) {
    if (sent_ < limit_) sent_ += table.write(transaction, phase, limit_ - sent_);
  };
  std::size_t count = tables_.size() - (has_last_ ? 1 : 0);
  for (std::size_t i = 0; i < count; ++i) write(*tables_[i], Phase::kPut);
  for (std::size_t i = count; i-- > 0;) write(*tables_[i], Phase::kRemove);
  if (has_last_) write(*tables_.back(), Phase::kPut);
  if (transaction.empty()) return std::nullopt;
  return transaction;
}

Writer::Verdict Writer::done(const ovsdb::TransactionOutcome& outcome) {
  if (!outcome) return fail(outcome.error());
  for (TableSync* table : tables_) table->accept();
  sent_ = 0;
  limit_ = limit_ > most_ / 2 ? most_ : limit_ * 2;
  return Verdict::kProceed;
}

void Writer::retry() {
  for (TableSync* table : tables_) table->retry();
  sent_ = 0;
}

Writer::Verdict Writer::fail(const ovsdb::TransactionError& error) {
  if (error.lost || !is_about_rows(error.tag)) {
    // Not having the lock is how a standby learns of it.
    if (!error.lost && error.tag != "not owner") {
      log_.warn("a transaction failed and is tried again: {}", error.message);
    }
    retry();
    return Verdict::kBackOff;
  }
  if (sent_ > 1) {
    limit_ = sent_ / 2;
    log_.info("a transaction of {} rows was refused, trying fewer: {}", sent_, error.message);
    retry();
    return Verdict::kProceed;
  }
  for (TableSync* table : tables_) {
    std::string words = table->reject(error.message);
    if (!words.empty()) log_.err("{} is refused by the database: {}", words, error.message);
  }
  sent_ = 0;
  return Verdict::kProceed;
}

bool Writer::release_rejected() {
  bool any = false;
  for (TableSync* table : tables_) {
    any = any || table->has_rejected();
    table->release_rejected();
  }
  return any;
}

}  // namespace mooring::northd
