// The smallest daemon, which daemon_test starts and drives from outside.
#include <cstdio>
#include <cstdlib>

#include "daemon/daemon.h"

using namespace mooring;
using namespace mooring::daemon;

namespace {

void add_test_commands(Daemon& self, std::vector<Answer>& kept) {
  ControlServer& control = self.control();
  control.add("say", "WORD...", 1, 3,
              [](const ControlServer::Arguments& args, const Answer& answer) {
                std::string out;
                for (const std::string& word : args) out += word + "\n";
                answer.ok(out);
                answer.ok("an answer given twice counts once");
              });
  control.add("keep", "", 0, 0, [&kept](const ControlServer::Arguments&, const Answer& answer) {
    kept.push_back(answer);
  });
  control.add("answer-kept", [&kept] {
    for (const Answer& answer : kept) answer.ok("late");
    kept.clear();
    return std::string();
  });
  control.add("count-kept", [&kept] { return std::to_string(kept.size()); });
  control.add("forget", "", 0, 0, [](const ControlServer::Arguments&, const Answer&) {});
  control.add("crash", [] {
    std::abort();
    return std::string();
  });
  control.add("log", [&self] {
    self.logger("test").info("a line");
    return std::string();
  });
}

}  // namespace

int main(int argc, char** argv) {
  OptionParser parser(program_name(argv[0]), "does nothing, as a daemon does", "[OPTIONS]");
  bool fail_late = false;
  parser.add_group("Test options",
                   {Option::flag("fail-late", 0, fail_late, "fail after the start")});
  CommonOptions common;
  std::vector<std::string> arguments;
  if (auto status = parse_command_line(argc, argv, "1.2.3", parser, common, arguments))
    return *status;
  auto started =
      Daemon::start({program_name(argv[0]), "1.2.3"}, common, RunDirs::from_environment());
  if (!started) {
    std::fprintf(stderr, "%s: %s\n", argv[0], started.error().message.c_str());
    return EXIT_FAILURE;
  }
  Daemon& self = **started;
  if (fail_late) return EXIT_FAILURE;
  std::vector<Answer> kept;
  add_test_commands(self, kept);
  self.counters().get("flows_sent").add(3);
  self.counters().get("never");
  self.on_memory_report([] {
    return Map<std::string, std::uint64_t>{{"nodes", 7}, {"bytes", 1000}};
  });
  self.on_exit([&self](Exit kind) {
    self.logger("test").info("leaving {}", kind == Exit::kForGood ? "for good" : "for a restart");
    self.stop();
  });
  self.run();
  return EXIT_SUCCESS;
}
