// Brings the switch to what the derivations want, by differences, one atomic bundle at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "controller/finding.h"
#include "controller/flow.h"
#include "controller/outputs.h"
#include "openflow/connection.h"

namespace mooring::controller {

class FlowInstaller {
 public:
  struct Callbacks {
    // A bundle is about to be sent, or there is nothing to send: what is wanted now is on its way.
    std::function<void()> on_commit;
    // The switch has all that was wanted at the latest on_commit.
    std::function<void()> on_committed;
    // An answer of the switch has come in: settled() may have changed.
    std::function<void()> on_answer;
    // The table and name of the row that a flow's origin is, for findings.
    std::function<std::pair<std::string, std::string>(const Uuid&)> describe;
  };
  struct Counters {
    std::uint64_t bundles = 0;
    std::uint64_t flows_sent = 0;  // added, changed or deleted
    std::uint64_t rejected = 0;
    std::uint64_t reads = 0;  // times the switch's flows were read back
  };

  FlowInstaller(openflow::Connection& connection, Outputs& outputs, Callbacks callbacks,
                Logger logger);

  // What the switch has is unknown until it has been read; call when a connection begins and ends.
  void connected();
  void disconnected();
  // Wants are carried out, and what isn't wanted is deleted: to be called when the wants are
  // complete, which at the start they aren't.
  void enable();
  // The switch keeps what it has until the next enable(): for when the wants say nothing.
  void hold() { enabled_ = false; }
  // Takes up what the derivations have changed and sends it, or keeps it until it can be sent.
  void update();
  // The switch has everything that is wanted, as far as it takes it.
  bool settled() const;
  // Reads back the switch's flows and mends what differs.
  void read_back();
  // Lets the next update() send once more what the switch refused: it may have room by now.
  void retry_refused();
  bool has_refused() const { return !refused_.empty(); }

  // What the switch refused, with its reason.
  std::map<FindingKey, Finding> findings() const;
  const Counters& counters() const { return counters_; }
  std::size_t installed() const { return installed_.size(); }

 private:
  struct Installed {
    openflow::Actions actions;
    std::uint64_t cookie = 0;
  };
  // What the bundle in flight makes of a key; no body: deleted.
  struct Sent {
    FlowKey key;
    std::optional<FlowBody> body;
  };
  struct Refused {
    FlowBody body;
    std::string reason;
    bool retry = false;
  };

  void drain();
  void adopt(std::vector<openflow::FlowStats> flows);
  void compare_all();
  const FlowBody* wanted(const FlowKey& key) const;
  void send();
  std::vector<openflow::BundleItem> make_items();
  bool add_item(const FlowKey& key, std::vector<openflow::BundleItem>& items);
  void finish(tl::expected<void, openflow::BundleFailure> outcome);
  void accept();
  void note_refused(const FlowKey& key, const FlowBody& body, const std::string& reason);
  void refuse(const openflow::BundleFailure& failure);

  openflow::Connection& connection_;
  Outputs& outputs_;
  Callbacks callbacks_;
  Logger logger_;
  bool enabled_ = false;
  bool known_ = false;  // installed_ is what the switch has
  bool reading_ = false;
  bool sending_ = false;
  std::uint64_t session_ = 0;  // answers of earlier connections are for nobody
  std::unordered_map<FlowKey, Installed> installed_;
  std::set<FlowKey> pending_;          // may differ between wanted and installed
  std::set<std::uint64_t> forgotten_;  // cookies whose learnt flows are to go
  std::set<std::uint64_t> learnt_;     // cookies that learnt flows of the switch may have
  std::map<FlowKey, Refused> refused_;
  std::vector<Sent> in_flight_;                   // the items of the bundle, in its order
  std::vector<std::uint64_t> in_flight_cookies_;  // and before them, of deletions by cookie
  Counters counters_;
};

}  // namespace mooring::controller
