// What a server says of its databases in the _Server database (ovsdb-server(5)).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/uuid.h"
#include "jsonrpc/json.h"

namespace mooring::ovsdb {

class ServerWatch {
 public:
  static constexpr std::string_view kDatabase = "_Server";
  static constexpr std::string_view kMonitorId = "server";

  // The params of the monitor request for it.
  static std::string monitor_params();

  // Takes table-updates (RFC 7047 section 4.1.6), of the reply or of an update.
  void apply(json::Value updates);
  void clear() { rows_.clear(); }

  // Why the server won't do for this database now; nullopt when it will.
  std::optional<Error> unfit(std::string_view database, bool leader_only) const;

 private:
  struct Row {
    std::string name;
    std::string model;
    bool connected = false;
    bool leader = false;
  };
  std::map<Uuid, Row> rows_;
};

}  // namespace mooring::ovsdb
