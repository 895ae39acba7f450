// mooring-controller: carries out, on one hypervisor, what the southbound database says.

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "controller/controller.h"
#include "daemon/daemon.h"

namespace mooring::controller {
namespace {

constexpr char kVersion[] = "0.1.0";

std::string hostname() {
  std::array<char, 256> buffer{};
  if (gethostname(buffer.data(), buffer.size() - 1) != 0) return "localhost";
  return buffer.data();
}

// The first word of a file that gives this chassis its name, "" when there is none
// (ovn-controller(8), system-id-override).
std::string system_id_override(const daemon::RunDirs& dirs) {
  std::ifstream file(dirs.ovn_etc + "/system-id-override");
  std::string word;
  file >> word;
  return word;
}

void add_debug_commands(daemon::ControlServer& control, Controller& controller) {
  control.add("connection-status", [&] {
    return std::string(controller.southbound_connected() ? "connected" : "not connected");
  });
  control.add("recompute", [&] { return controller.recompute(), std::string(); });
  control.add("inc-engine/recompute", [&] { return controller.recompute(), std::string(); });
  control.add("engine/check", [&] {
    std::size_t differences = controller.check();
    return differences == 0 ? std::string("no difference")
                            : fmt::format("{} differences", differences);
  });
  control.add("engine/stats", [&] { return controller.dump_stats(); });
  control.add("meter-table-list", [&] { return controller.list_meters(); });
  control.add("debug/pause", [&] { return controller.set_paused(true), std::string(); });
  control.add("debug/resume", [&] { return controller.set_paused(false), std::string(); });
  control.add("debug/status",
              [&] { return std::string(controller.paused() ? "paused" : "running"); });
  control.add("port-security/show", "[PORT]", 0, 1,
              [&](const daemon::ControlServer::Arguments& words, const daemon::Answer& answer) {
                controller.show_refusals(words.empty() ? "" : words[0], [answer](auto shown) {
                  if (!shown) return answer.error(shown.error().message);
                  answer.ok(*shown);
                });
              });
  control.add("debug/dump-local-bindings", [&] { return controller.dump_bindings(); });
}

int run(int argc, char** argv) {
  daemon::OptionParser parser(daemon::program_name(argv[0]),
                              "Carries out on this hypervisor what the southbound database says.",
                              "[OPTIONS] [OVS-DATABASE]");
  std::string system_id;
  bool dummy_vif_plug = false;
  parser.add_group("Chassis",
                   {daemon::Option::text("system-id", 'n', system_id, "ID",
                                         "the chassis' name, instead of external_ids:system-id"),
                    daemon::Option::flag("enable-dummy-vif-plug", 0, dummy_vif_plug,
                                         "accepted; there is no VIF plugging")});
  parser.allow_arguments(1);
  daemon::CommonOptions common;
  std::vector<std::string> arguments;
  if (auto status = daemon::parse_command_line(argc, argv, kVersion, parser, common, arguments)) {
    return *status;
  }
  auto dirs = daemon::RunDirs::from_environment();
  std::string database = arguments.empty() ? dirs.open_vswitch : arguments.front();
  auto remotes = io::Remote::parse_list(database, 6640);
  if (!remotes) {
    std::cerr << daemon::program_name(argv[0]) << ": " << remotes.error().message << "\n";
    return 1;
  }
  auto daemon = daemon::Daemon::start({daemon::program_name(argv[0]), kVersion}, common, dirs);
  if (!daemon) {
    std::cerr << daemon::program_name(argv[0]) << ": " << daemon.error().message << "\n";
    return 1;
  }
  daemon::Daemon& self = **daemon;
  if (system_id.empty()) system_id = system_id_override(dirs);
  SystemClock clock;
  Controller controller(self.loop(), clock, self.logger("controller"), self.counters(),
                        {{system_id, hostname()}, std::move(*remotes), common.tls, dirs.ovs_run});
  add_debug_commands(self.control(), controller);
  self.on_memory_report([&] { return controller.memory_report(); });
  self.on_exit([&](daemon::Exit exit) {
    if (exit == daemon::Exit::kForRestart) return self.stop();
    controller.leave([&] { self.stop(); });
  });
  controller.start();
  self.run();
  return 0;
}

}  // namespace
}  // namespace mooring::controller

int main(int argc, char** argv) { return mooring::controller::run(argc, argv); }
