#include "daemon/log_commands.h"

namespace mooring::daemon {

void add_log_commands(ControlServer& server, Log& log) {
  server.add("vlog/list", [&log] { return log.list(); });
  server.add("vlog/close", [&log] {
    log.close_file();
    return std::string();
  });
  server.add("vlog/reopen", "", 0, 0,
             [&log](const ControlServer::Arguments&, const Answer& answer) {
               auto done = log.reopen_file();
               return done ? answer.ok() : answer.error(done.error().message);
             });
  server.add("vlog/set", "[MODULE][:DESTINATION][:LEVEL]...", 0, ControlServer::kAnyNumber,
             [&log](const ControlServer::Arguments& args, const Answer& answer) {
               // Without words, everything is logged.
               if (args.empty()) static_cast<void>(log.set("ANY:ANY:dbg"));
               for (const std::string& spec : args) {
                 if (auto done = log.set(spec); !done) return answer.error(done.error().message);
               }
               answer.ok();
             });
}

}  // namespace mooring::daemon
