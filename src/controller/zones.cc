#include "controller/zones.h"

#include <charconv>

namespace mooring::controller {

std::optional<std::uint16_t> parse_zone(std::string_view text) {
  std::uint16_t zone = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), zone);
  if (error != std::errc() || end != text.data() + text.size() || zone == 0) return std::nullopt;
  return zone;
}

Zones::Zones(engine::Graph& graph, Inputs& inputs, Configuration& configuration)
    : of(graph, "zone", stratum::kLocal,
         [this](engine::Context& context, const std::string& port) { return read(context, port); }),
      inputs_(inputs),
      configuration_(configuration) {}
Zones::~Zones() = default;

std::optional<std::uint16_t> Zones::read(engine::Context& context, const std::string& port) {
  const std::string& name = context.get(configuration_.local, 0).bridge;
  for (const Uuid& uuid : context.find(inputs_.bridge_by_name, name)) {
    auto row = context.row(inputs_.bridges, uuid);
    if (!row) continue;
    const auto& ids = row->external_ids();
    auto it = ids.find(std::string(kZoneKey) + port);
    if (it != ids.end()) return parse_zone(it->second);
  }
  return std::nullopt;
}

std::uint16_t ZoneSync::next_free(const std::set<std::uint16_t>& used) {
  for (std::uint32_t tries = 0; tries < 65535; ++tries) {
    last_ = last_ == 65535 ? 1 : static_cast<std::uint16_t>(last_ + 1);
    if (!used.contains(last_)) return last_;
  }
  return 0;
}

void ZoneSync::write(const ovs::Bridge& bridge, std::uint64_t bridge_changes, bool may_remove,
                     ovsdb::Transaction& txn) {
  static_cast<void>(
      settled_.holds({bridge.uuid, bridge_changes, outputs_.zones.changes(), may_remove}, [&] {
        const std::size_t before = txn.size();
        mend(bridge, may_remove, txn);
        return txn.size() == before;
      }));
}

void ZoneSync::mend(const ovs::Bridge& bridge, bool may_remove, ovsdb::Transaction& txn) {
  std::set<std::uint16_t> used;
  std::set<std::string> have;
  for (const auto& [key, value] : bridge.external_ids) {
    if (!key.starts_with(kZoneKey)) continue;
    const std::string port = key.substr(kZoneKey.size());
    const auto zone = parse_zone(value);
    if (outputs_.zones.find(port).empty()) {
      if (zone) used.insert(*zone);
      if (may_remove) txn.erase_key(bridge.uuid, ovs::Bridge::Columns::external_ids, key);
    } else if (zone && used.insert(*zone).second) {
      have.insert(port);
    }
  }
  std::set<std::string> without;
  outputs_.zones.for_each([&](const std::string& port, const auto&) {
    if (!have.contains(port)) without.insert(port);
  });
  for (const std::string& port : without) {
    const std::uint16_t zone = next_free(used);
    if (zone == 0) return;
    used.insert(zone);
    fresh_.push_back(zone);
    txn.put(bridge.uuid, ovs::Bridge::Columns::external_ids, std::string(kZoneKey) + port,
            std::to_string(zone));
  }
}

}  // namespace mooring::controller
