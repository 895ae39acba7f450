#include "openflow/requests.h"

#include <fmt/format.h>

namespace mooring::openflow {
namespace {

constexpr std::size_t kChunk = 256 * 1024;
constexpr std::uint16_t kBundleFlags = 3;  // atomic, ordered

// What an item that is longer than a message gets: the switch never sees it.
ErrorReply too_long() {
  ErrorReply error;
  error.type = 1;  // OFPBRC_BAD_LEN
  error.code = 6;
  return error;
}

// Of the errors of bundles themselves (type 17), MSG_BAD_LEN to MSG_TOO_MANY are about the item.
bool concerns_item(const ErrorReply& error) {
  return error.type != 17 || (error.code >= 8 && error.code <= 12);
}

std::string describe(const BundleFailure::Rejected& rejected) {
  return fmt::format("item {} refused: {}", rejected.index, rejected.error.name());
}

}  // namespace

void Requests::add(std::uint32_t xid, Handler handler) { handlers_[xid] = std::move(handler); }

bool Requests::give(std::uint32_t xid, Result<Received> answer) {
  const auto found = handlers_.find(xid);
  if (found == handlers_.end()) return false;
  // Out of the map while it runs: it may add requests or lose the connection.
  Handler handler = std::move(found->second);
  handlers_.erase(found);
  if (!handler(std::move(answer))) handlers_[xid] = std::move(handler);
  return true;
}

bool Requests::answer(Incoming& incoming) {
  if (!handlers_.contains(incoming.xid)) return false;
  if (const auto* error = std::get_if<ErrorReply>(&incoming.message)) {
    return fail(incoming.xid, Error{"the switch refused: " + error->name()});
  }
  return give(incoming.xid, std::move(incoming.message));
}

bool Requests::fail(std::uint32_t xid, const Error& error) {
  return give(xid, tl::unexpected(error));
}

void Requests::fail_all(const Error& error) {
  auto handlers = std::move(handlers_);
  handlers_.clear();
  for (auto& [xid, handler] : handlers) handler(tl::unexpected(error));
}

tl::expected<std::unique_ptr<BundleJob>, BundleFailure> BundleJob::make(
    std::uint32_t bundle, std::uint32_t first_xid, const std::vector<BundleItem>& items,
    Connection::BundleDone done) {
  auto job = std::make_unique<BundleJob>();
  job->bundle_ = bundle;
  job->first_xid_ = first_xid;
  job->count_ = static_cast<std::uint32_t>(items.size());
  BundleFailure failure;
  std::string chunk;
  const auto control = [&](std::uint32_t xid, BundleControl::Type type) {
    static_cast<void>(encode(chunk, xid, BundleControl{bundle, type, kBundleFlags}));
  };
  control(job->open_xid(), BundleControl::Type::kOpenRequest);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto xid = static_cast<std::uint32_t>(first_xid + i);
    if (auto result = encode_in_bundle(chunk, xid, bundle, kBundleFlags, items[i]); !result) {
      failure.rejected.push_back({i, too_long()});
      failure.message = fmt::format("item {}: {}", i, result.error().message);
    }
    if (chunk.size() < kChunk) continue;
    job->chunks_.push_back(std::move(chunk));
    chunk.clear();
  }
  control(job->close_xid(), BundleControl::Type::kCloseRequest);
  job->chunks_.push_back(std::move(chunk));
  if (!failure.rejected.empty()) return tl::unexpected(std::move(failure));
  job->done_ = std::move(done);
  return job;
}

std::string BundleJob::control(BundleControl::Type type) const {
  std::string out;
  static_cast<void>(encode(out, control_xid(), BundleControl{bundle_, type, kBundleFlags}));
  return out;
}

BundleJob::Next BundleJob::take_error(const ErrorReply& error) {
  const std::uint32_t index = error.xid - first_xid_;
  if (index < count_) {
    if (concerns_item(error)) {
      rejected_.emplace(index, error);
    } else if (!failed_) {
      failed_ = error;
    }
    return Next::kWait;
  }
  // What item was the cause is known already when commit says MSG_FAILED.
  if (error.xid == control_xid()) {
    if (rejected_.empty() && !failed_) failed_ = error;
    return Next::kDone;
  }
  if (!failed_) failed_ = error;
  return error.xid == close_xid() ? Next::kDiscard : Next::kWait;
}

BundleJob::Next BundleJob::take(const Incoming& incoming) {
  if (const auto* error = std::get_if<ErrorReply>(&incoming.message)) return take_error(*error);
  if (!std::holds_alternative<BundleControl>(incoming.message)) return Next::kWait;
  if (incoming.xid == control_xid()) return Next::kDone;
  if (incoming.xid != close_xid()) return Next::kWait;
  return rejected_.empty() && !failed_ ? Next::kCommit : Next::kDiscard;
}

void BundleJob::finish(std::string error) {
  if (!done_) return;
  const auto done = std::move(done_);
  done_ = nullptr;
  if (error.empty() && rejected_.empty() && !failed_) return done({});
  BundleFailure failure;
  for (auto& [index, reply] : rejected_) failure.rejected.push_back({index, std::move(reply)});
  if (!error.empty()) {
    failure.message = std::move(error);
  } else if (!failure.rejected.empty()) {
    failure.message = describe(failure.rejected.front());
  } else {
    failure.message = "the switch refused the bundle: " + failed_->name();
  }
  done(tl::unexpected(std::move(failure)));
}

}  // namespace mooring::openflow
