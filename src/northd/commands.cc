#include "northd/commands.h"

namespace mooring::northd {
namespace {

std::string connection(bool connected) { return connected ? "connected\n" : "not connected\n"; }

void recompute(Northd& northd, const daemon::Answer& answer) {
  auto differences = northd.recompute();
  if (!differences) return answer.error(differences.error().message);
  if (differences->empty()) return answer.ok("no difference\n");
  std::string text;
  for (const std::string& words : *differences) text += words + "\n";
  answer.ok(std::move(text));
}

}  // namespace

void add_commands(daemon::ControlServer& server, Northd& northd) {
  server.add("pause", [&northd] {
    northd.pause();
    return std::string();
  });
  server.add("resume", [&northd] {
    northd.resume();
    return std::string();
  });
  server.add("is-paused",
             [&northd] { return std::string(northd.paused() ? "true\n" : "false\n"); });
  server.add("status", [&northd] { return "Status: " + northd.status() + "\n"; });
  server.add("nb-connection-status",
             [&northd] { return connection(northd.northbound_connected()); });
  server.add("sb-connection-status",
             [&northd] { return connection(northd.southbound_connected()); });
  server.add("engine/stats", [&northd] { return northd.stats() + "\n"; });
  for (const char* name : {"recompute", "inc-engine/recompute"}) {
    server.add(name, "", 0, 0,
               [&northd](const auto&, const daemon::Answer& answer) { recompute(northd, answer); });
  }
}

}  // namespace mooring::northd
