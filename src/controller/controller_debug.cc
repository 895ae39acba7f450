// What the control socket shows of the controller.
#include <fmt/core.h>

#include "controller/controller.h"

namespace mooring::controller {

void Controller::recompute() {
  derived_.graph.reset();
  installer_.retry_refused();
  schedule();
}

std::size_t Controller::check() {
  if (!ovs_ready_) return 0;
  turn();
  derived_.outputs.settle();
  std::size_t before = derived_.outputs.differences();
  derived_.graph.reset();
  derived_.graph.update();
  std::size_t after = derived_.outputs.differences();
  schedule();
  return after - before;
}

void Controller::set_paused(bool paused) {
  paused_ = paused;
  schedule();
}

std::string Controller::dump_bindings() const {
  std::string out;
  derived_.outputs.claims.for_each([&](const Uuid& uuid, const auto&) {
    const sb::PortBinding* row = sb_.port_binding.find(uuid);
    if (row == nullptr) return;
    out += fmt::format("{} {} installed={} up={}\n", row->logical_port, uuid.to_string(),
                       installed_.contains(row->logical_port), row->up.value_or(false));
  });
  return out;
}

void Controller::show_refusals(const std::string& name,
                               std::function<void(Result<std::string>)> done) {
  switch_.dump_flows([this, name, done = std::move(done)](auto flows) {
    if (!flows) return done(tl::unexpected(flows.error()));
    done(controller::show_refusals(derived_.outputs.refusals, *flows, name));
  });
}

std::string Controller::dump_stats() const {
  engine::Stats stats = derived_.graph.stats();
  std::string memos;
  for (const engine::MemoStats& memo : stats.memos) {
    memos += fmt::format("{}\"{}\":{{\"nodes\":{},\"runs\":{},\"cutoffs\":{}}}",
                         memos.empty() ? "" : ",", memo.name, memo.nodes, memo.runs, memo.cutoffs);
  }
  const FlowInstaller::Counters& flows = installer_.counters();
  return fmt::format(
      "{{\"nodes\":{},\"edges\":{},\"runs\":{},\"cutoffs\":{},\"bytes\":{},\"memos\":{{{}}},"
      "\"flows\":{{\"installed\":{},\"sent\":{},\"bundles\":{},\"rejected\":{},\"reads\":{}}},"
      "\"meters\":{},\"southbound_rows\":{},\"announcements\":{}}}\n",
      stats.nodes, stats.edges, stats.runs, stats.cutoffs, stats.bytes, memos,
      installer_.installed(), flows.flows_sent, flows.bundles, flows.rejected, flows.reads,
      meters_.installed(), southbound_rows(), announcer_.sent());
}

std::size_t Controller::southbound_rows() const {
  return sb_.sb_global.size() + sb_.chassis.size() + sb_.chassis_private.size() + sb_.encap.size() +
         sb_.datapath_binding.size() + sb_.port_binding.size() + sb_.uplink.size() +
         sb_.pipeline.size() + sb_.address_set.size() + sb_.meter.size() + sb_.meter_band.size() +
         sb_.chassis_diagnostic.size() + sb_.acl_stats.size();
}

Map<std::string, std::uint64_t> Controller::memory_report() const {
  engine::Stats stats = derived_.graph.stats();
  return {{"engine-bytes", stats.bytes},
          {"engine-nodes", stats.nodes},
          {"engine-edges", stats.edges},
          {"flows-installed", installer_.installed()},
          {"southbound-rows", southbound_rows()}};
}

}  // namespace mooring::controller
