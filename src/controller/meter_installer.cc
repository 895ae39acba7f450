#include "controller/meter_installer.h"

#include <fmt/core.h>

#include <utility>
#include <vector>

namespace mooring::controller {
namespace {

// Higher ones are the switch's own: OFPM_SLOWPATH, OFPM_CONTROLLER and OFPM_ALL.
constexpr std::uint32_t kMaxMeter = 0xffff0000;

}  // namespace

MeterInstaller::MeterInstaller(openflow::Connection& connection, Outputs& outputs,
                               std::function<void()> on_answer, Logger logger)
    : connection_(connection),
      outputs_(outputs),
      on_answer_(std::move(on_answer)),
      logger_(std::move(logger)) {}

void MeterInstaller::connected() {
  disconnected();
  connection_.dump_meters([this, session = session_](Result<std::vector<openflow::Meter>> meters) {
    if (session != session_) return;
    // A datapath without meters refuses the question too.
    if (!meters) logger_.info("the switch tells of no meters: {}", meters.error().message);
    adopt(meters ? std::move(*meters) : std::vector<openflow::Meter>());
    on_answer_();
  });
}

void MeterInstaller::disconnected() {
  ++session_;
  known_ = false;
  barriers_ = 0;
  in_flight_.clear();
}

void MeterInstaller::enable() {
  if (std::exchange(enabled_, true)) return;
  if (known_) compare_all();
}

void MeterInstaller::adopt(std::vector<openflow::Meter> meters) {
  installed_.clear();
  refused_.clear();
  for (openflow::Meter& meter : meters) {
    const std::uint32_t id = meter.id;
    if (id <= kMaxMeter) installed_.emplace(id, std::move(meter));
  }
  known_ = true;
  if (enabled_) compare_all();
  update();
}

void MeterInstaller::compare_all() {
  outputs_.meters.for_each([this](std::uint32_t id, const auto&) { pending_.insert(id); });
  for (const auto& [id, meter] : installed_) pending_.insert(id);
}

const Meter* MeterInstaller::wanted(std::uint32_t id) const {
  auto meters = outputs_.meters.find(id);
  return meters.empty() ? nullptr : &meters.front();
}

void MeterInstaller::update() {
  for (auto& difference : outputs_.meters.drain()) pending_.insert(difference.key);
  if (!enabled_ || !known_) return;
  for (std::uint32_t id : std::exchange(pending_, {})) {
    const Meter* meter = wanted(id);
    if (meter != nullptr) {
      unwanted_.erase(id);
      install(id, *meter);
    } else {
      refused_.erase(id);
      if (installed_.contains(id)) unwanted_.insert(id);
    }
  }
  wait_for_answers();
}

void MeterInstaller::install(std::uint32_t id, const Meter& meter) {
  auto refused = refused_.find(id);
  if (refused != refused_.end()) {
    if (refused->second.meter == meter) return;
    refused_.erase(refused);
  }
  openflow::Meter body = meter.to_openflow(id);
  auto present = installed_.find(id);
  if (present != installed_.end() && present->second == body) return;
  send(present == installed_.end() ? Command::kAdd : Command::kModify, body);
  installed_.insert_or_assign(id, std::move(body));
}

void MeterInstaller::remove_unwanted() {
  if (!enabled_ || !known_) return;
  for (std::uint32_t id : std::exchange(unwanted_, {})) {
    send(Command::kDelete, openflow::Meter{.id = id});
    installed_.erase(id);
  }
  wait_for_answers();
}

void MeterInstaller::send(Command command, const openflow::Meter& meter) {
  auto present = installed_.find(meter.id);
  Sent sent{meter.id, present == installed_.end() ? std::nullopt : std::optional(present->second)};
  const std::uint32_t xid = connection_.send(openflow::MeterMod{command, meter});
  if (xid != 0) in_flight_.insert_or_assign(xid, std::move(sent));
}

void MeterInstaller::wait_for_answers() {
  if (in_flight_.empty() || barriers_ > 0) return;
  ++barriers_;
  const std::uint32_t last = in_flight_.rbegin()->first;
  connection_.barrier([this, last, session = session_](const Result<void>&) {
    if (session != session_) return;
    --barriers_;
    in_flight_.erase(in_flight_.begin(), in_flight_.upper_bound(last));
    wait_for_answers();
    on_answer_();
  });
}

void MeterInstaller::take_error(const openflow::ErrorReply& error) {
  auto it = in_flight_.find(error.xid);
  if (it == in_flight_.end()) return;
  const Sent sent = std::move(it->second);
  in_flight_.erase(it);
  const Meter* meter = wanted(sent.id);
  logger_.err("the switch refused meter {} ({}): {}", sent.id, meter == nullptr ? "" : meter->name,
              error.name());
  if (sent.before) {
    installed_.insert_or_assign(sent.id, *sent.before);
  } else {
    installed_.erase(sent.id);
  }
  if (meter != nullptr) refused_.insert_or_assign(sent.id, Refused{*meter, error.name()});
}

bool MeterInstaller::settled() const {
  return enabled_ && known_ && pending_.empty() && unwanted_.empty() && in_flight_.empty();
}

std::map<FindingKey, Finding> MeterInstaller::findings() const {
  std::map<FindingKey, Finding> out;
  for (const auto& [id, refused] : refused_) {
    const Meter& meter = refused.meter;
    out.emplace(
        FindingKey{std::string(model::code::kMeterRejected), "Meter", meter.origin, meter.name},
        Finding{model::Severity::kError,
                fmt::format("the switch refused the meter ({}): what names it is not "
                            "limited: {}",
                            refused.reason, meter.to_openflow(id).to_string())});
  }
  return out;
}

std::string MeterInstaller::list() const {
  std::map<std::string, std::uint32_t> names;
  for (const auto& [id, meter] : installed_) {
    if (const Meter* named = wanted(id)) names.emplace(named->name, id);
  }
  std::string out;
  for (const auto& [name, id] : names) out += fmt::format("{}: {}\n", name, id);
  return out;
}

}  // namespace mooring::controller
