#include "controller/flow_installer.h"

#include <fmt/core.h>

#include <utility>

#include "controller/tables.h"
#include "openflow/messages.h"

namespace mooring::controller {
namespace {

using openflow::BundleFailure;
using openflow::BundleItem;
using openflow::FlowMod;

// An atomic bundle holds up the switch's other work while it is applied.
constexpr std::size_t kMaxBundle = 20000;

FlowMod forget_learnt(std::uint64_t cookie) {
  FlowMod mod;
  mod.command = FlowMod::Command::kDelete;
  mod.flow.table = table::kFdb;
  mod.flow.cookie = cookie;
  mod.cookie_mask = ~std::uint64_t{0};
  return mod;
}

}  // namespace

FlowInstaller::FlowInstaller(openflow::Connection& connection, Outputs& outputs,
                             Callbacks callbacks, Logger logger)
    : connection_(connection),
      outputs_(outputs),
      callbacks_(std::move(callbacks)),
      logger_(std::move(logger)) {}

void FlowInstaller::connected() {
  ++session_;
  known_ = sending_ = reading_ = false;
  retry_refused();
  read_back();
}

void FlowInstaller::disconnected() {
  ++session_;
  known_ = sending_ = reading_ = false;
  in_flight_.clear();
  in_flight_cookies_.clear();
}

void FlowInstaller::enable() {
  if (enabled_) return;
  enabled_ = true;
  if (known_) compare_all();
}

void FlowInstaller::read_back() {
  if (reading_ || !connection_.connected()) return;
  reading_ = true;
  ++counters_.reads;
  connection_.dump_flows(
      [this, session = session_](Result<std::vector<openflow::FlowStats>> flows) {
        if (session != session_) return;
        reading_ = false;
        if (!flows) {
          logger_.warn("reading the switch's flows failed: {}", flows.error().message);
          return;
        }
        adopt(std::move(*flows));
        update();
        callbacks_.on_answer();
      });
}

void FlowInstaller::adopt(std::vector<openflow::FlowStats> flows) {
  installed_.clear();
  learnt_.clear();
  for (openflow::FlowStats& stats : flows) {
    openflow::Flow& flow = stats.flow;
    if (flow.table == table::kFdb) {
      learnt_.insert(flow.cookie);
    } else {
      installed_.emplace(flow.key(), Installed{std::move(flow.actions), flow.cookie});
    }
  }
  known_ = true;
  drain();
  if (enabled_) compare_all();
}

void FlowInstaller::compare_all() {
  for (const auto& [key, flow] : installed_) pending_.insert(key);
  outputs_.flows.for_each([this](const FlowKey& key, const auto&) { pending_.insert(key); });
  for (std::uint64_t cookie : learnt_) {
    if (outputs_.learners.find(cookie).empty()) forgotten_.insert(cookie);
  }
}

// They stay refused, and reported, until the switch has taken them.
void FlowInstaller::retry_refused() {
  for (auto& [key, refused] : refused_) {
    refused.retry = true;
    pending_.insert(key);
  }
}

void FlowInstaller::drain() {
  for (auto& difference : outputs_.flows.drain()) pending_.insert(std::move(difference.key));
  for (auto& difference : outputs_.learners.drain()) {
    if (difference.added.empty()) forgotten_.insert(difference.key);
  }
}

void FlowInstaller::update() {
  drain();
  if (enabled_ && known_ && !sending_) send();
}

bool FlowInstaller::settled() const {
  return enabled_ && known_ && !sending_ && !reading_ && pending_.empty() && forgotten_.empty();
}

const FlowBody* FlowInstaller::wanted(const FlowKey& key) const {
  auto bodies = outputs_.flows.find(key);
  return bodies.empty() ? nullptr : &bodies.front();
}

// False when there is nothing to do about key.
bool FlowInstaller::add_item(const FlowKey& key, std::vector<BundleItem>& items) {
  const FlowBody* body = wanted(key);
  auto refused = refused_.find(key);
  if (refused != refused_.end()) {
    bool unchanged = body != nullptr && *body == refused->second.body;
    if (unchanged && !refused->second.retry) return false;
    if (!unchanged) refused_.erase(refused);
  }
  auto present = installed_.find(key);
  if (body == nullptr) {
    if (present == installed_.end()) return false;
    items.emplace_back(FlowMod::remove_strict(key));
    return true;
  }
  bool same = present != installed_.end() && present->second.actions == body->actions &&
              present->second.cookie == body->cookie();
  if (same) {
    refused_.erase(key);
    return false;
  }
  openflow::Flow flow;
  flow.table = key.table;
  flow.priority = key.priority;
  flow.match = key.match;
  flow.actions = body->actions;
  flow.cookie = body->cookie();
  items.emplace_back(FlowMod::add(std::move(flow)));
  return true;
}

std::vector<BundleItem> FlowInstaller::make_items() {
  std::vector<BundleItem> items;
  in_flight_cookies_.assign(forgotten_.begin(), forgotten_.end());
  for (std::uint64_t cookie : forgotten_) {
    // Learnt again since: the flows are those of the present port.
    if (outputs_.learners.find(cookie).empty()) items.emplace_back(forget_learnt(cookie));
  }
  forgotten_.clear();
  std::size_t deletions = items.size();
  in_flight_cookies_.resize(deletions);
  auto it = pending_.begin();
  while (it != pending_.end() && items.size() < kMaxBundle) {
    if (add_item(*it, items)) {
      const FlowBody* body = wanted(*it);
      in_flight_.push_back({*it, body == nullptr ? std::nullopt : std::optional(*body)});
    }
    it = pending_.erase(it);
  }
  return items;
}

void FlowInstaller::send() {
  in_flight_.clear();
  auto items = make_items();
  if (pending_.empty()) callbacks_.on_commit();
  if (items.empty()) {
    callbacks_.on_committed();
    return;
  }
  sending_ = true;
  ++counters_.bundles;
  counters_.flows_sent += items.size();
  connection_.commit_bundle(items,
                            [this, session = session_](tl::expected<void, BundleFailure> outcome) {
                              if (session == session_) finish(std::move(outcome));
                            });
}

void FlowInstaller::finish(tl::expected<void, BundleFailure> outcome) {
  sending_ = false;
  if (outcome) {
    accept();
  } else {
    refuse(outcome.error());
  }
  bool complete = outcome && pending_.empty();
  if (complete) callbacks_.on_committed();
  drain();
  if (!pending_.empty() || !forgotten_.empty()) update();
  callbacks_.on_answer();
}

void FlowInstaller::accept() {
  for (Sent& sent : in_flight_) {
    refused_.erase(sent.key);
    if (sent.body) {
      installed_.insert_or_assign(sent.key, Installed{sent.body->actions, sent.body->cookie()});
    } else {
      installed_.erase(sent.key);
    }
  }
  in_flight_.clear();
}

void FlowInstaller::note_refused(const FlowKey& key, const FlowBody& body,
                                 const std::string& reason) {
  ++counters_.rejected;
  auto [it, fresh] = refused_.insert_or_assign(key, Refused{body, reason});
  if (!fresh) return;  // tried again, and told before
  logger_.err("the switch refused a flow ({}): {} actions={}", reason, key.to_string(),
              body.actions.to_string());
}

void FlowInstaller::refuse(const BundleFailure& failure) {
  std::size_t first = in_flight_cookies_.size();
  for (const auto& rejected : failure.rejected) {
    if (rejected.index < first || rejected.index - first >= in_flight_.size()) continue;
    const Sent& sent = in_flight_[rejected.index - first];
    if (sent.body) note_refused(sent.key, *sent.body, rejected.error.name());
  }
  if (failure.rejected.empty()) {
    logger_.warn("a bundle of flows failed as a whole: {}", failure.message);
    read_back();
  }
  for (Sent& sent : in_flight_) pending_.insert(std::move(sent.key));
  forgotten_.insert(in_flight_cookies_.begin(), in_flight_cookies_.end());
  in_flight_.clear();
}

std::map<FindingKey, Finding> FlowInstaller::findings() const {
  std::map<FindingKey, Finding> out;
  for (const auto& [key, refused] : refused_) {
    auto [row_table, name] = callbacks_.describe(refused.body.origin);
    out.emplace(
        FindingKey{std::string(model::code::kFlowRejected), row_table, refused.body.origin, name},
        Finding{model::Severity::kError,
                fmt::format("the switch refused a flow ({}): {} actions={}", refused.reason,
                            key.to_string(), refused.body.actions.to_string())});
  }
  return out;
}

}  // namespace mooring::controller
