// The requests of a connection that wait for their answers; for this directory's own files.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "openflow/connection.h"

namespace mooring::openflow {

// Answers by xid.
class Requests {
 public:
  // Gets the answer; an error when the switch or the connection refused. True: that was all.
  using Handler = std::function<bool(Result<Received>)>;

  void add(std::uint32_t xid, Handler handler);
  // True when a request waited for it. ErrorReplies become errors.
  bool answer(Incoming& incoming);
  // Answers one request with an error; false when none waits under xid.
  bool fail(std::uint32_t xid, const Error& error);
  // Answers all, in order of their xids.
  void fail_all(const Error& error);

 private:
  bool give(std::uint32_t xid, Result<Received> answer);

  std::map<std::uint32_t, Handler> handlers_;
};

// One bundle on its way. The switch keeps a bundle open when it refuses one of its messages and
// would commit the others, so commit is asked for only once close has been answered and nothing was
// refused before.
class BundleJob {
 public:
  enum class Next { kWait, kCommit, kDiscard, kDone };

  // Encodes all of it up to close into chunks that are good to send. Items take xids from first_xid
  // on, open and close the two behind. Error: the items that can't be encoded.
  static tl::expected<std::unique_ptr<BundleJob>, BundleFailure> make(
      std::uint32_t bundle, std::uint32_t first_xid, const std::vector<BundleItem>& items,
      Connection::BundleDone done);

  // How many xids n items need; the last is for commit or discard.
  static std::uint32_t xids(std::size_t n) { return static_cast<std::uint32_t>(n) + 3; }

  std::vector<std::string> take_chunks() { return std::move(chunks_); }
  // Commit, or discard, as next() said.
  std::string control(BundleControl::Type type) const;
  std::uint32_t first_xid() const { return first_xid_; }
  std::uint32_t last_xid() const { return control_xid(); }

  // What an answer under one of its xids means.
  Next take(const Incoming& incoming);
  // Calls done; the job is over. Error in words for a connection that went, or "" for none.
  void finish(std::string error);

 private:
  std::uint32_t open_xid() const { return first_xid_ + count_; }
  std::uint32_t close_xid() const { return first_xid_ + count_ + 1; }
  std::uint32_t control_xid() const { return first_xid_ + count_ + 2; }
  Next take_error(const ErrorReply& error);

  std::uint32_t bundle_ = 0;
  std::uint32_t first_xid_ = 0;
  std::uint32_t count_ = 0;
  std::vector<std::string> chunks_;
  std::map<std::size_t, ErrorReply> rejected_;
  std::optional<ErrorReply> failed_;  // of the bundle as a whole
  Connection::BundleDone done_;
};

}  // namespace mooring::openflow
