#include "northd/datapaths.h"

namespace mooring::northd {

Datapaths::Datapaths(engine::Graph& graph, Outputs& outputs, Networks& networks)
    : datapath_(graph, "datapath", stratum::kClashes,
                [&outputs, &networks](engine::Context& context, const Uuid& uuid) {
                  auto found = context.elements(networks.networks, uuid);
                  if (found.empty()) return engine::Nothing{};
                  const Network& network = found.front();
                  DesiredDatapath out{.kind = network.kind,
                                      .name = network.name,
                                      .name2 = network.name2,
                                      .provider = network.provider,
                                      .physical_network = {},
                                      .tag = 0,
                                      .requested_key = network.requested_key};
                  if (!network.uplinks.empty()) {
                    out.physical_network = network.uplinks.front().physical_network;
                    out.tag = network.uplinks.front().tag;
                  }
                  context.emit(outputs.datapaths, uuid, std::move(out));
                  return engine::Nothing{};
                }) {
  networks.networks.demand_each(datapath_);
}
Datapaths::~Datapaths() = default;

}  // namespace mooring::northd
