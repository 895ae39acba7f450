#include "ovsdb/server_watch.h"

#include "jsonrpc/writer.h"

namespace mooring::ovsdb {

std::string ServerWatch::monitor_params() {
  std::string out;
  json::Writer writer(out);
  writer.begin_array().string(kDatabase).string(kMonitorId).begin_object().key("Database");
  writer.begin_array().begin_object().key("columns").begin_array();
  for (std::string_view column : {"name", "model", "connected", "leader"}) writer.string(column);
  writer.end_array().end_object().end_array().end_object().end_array();
  return out;
}

void ServerWatch::apply(json::Value updates) {
  for (json::Member update : updates["Database"].members()) {
    auto uuid = Uuid::parse(update.key);
    if (!uuid) continue;
    json::Value fresh = update.value["new"];
    if (!fresh.is_object()) {
      rows_.erase(*uuid);
      continue;
    }
    Row row;
    row.name = fresh["name"].string().value_or("");
    row.model = fresh["model"].string().value_or("");
    row.connected = fresh["connected"].boolean().value_or(false);
    row.leader = fresh["leader"].boolean().value_or(false);
    rows_.insert_or_assign(*uuid, std::move(row));
  }
}

std::optional<Error> ServerWatch::unfit(std::string_view database, bool leader_only) const {
  for (const auto& [uuid, row] : rows_) {
    if (row.name != database) continue;
    if (!row.connected) {
      return Error{"the server's " + row.name + " has lost contact with " +
                   (row.model == "relay" ? "its source" : "its cluster")};
    }
    if (leader_only && row.model == "clustered" && !row.leader) {
      return Error{"the server isn't the leader of the cluster"};
    }
    return std::nullopt;
  }
  return Error{"the server has no database " + std::string(database)};
}

}  // namespace mooring::ovsdb
