#include <fmt/core.h>

#include <cstdio>

#include "daemon/daemon.h"
#include "northd/commands.h"
#include "northd/northd.h"

namespace mooring::northd {
namespace {

constexpr std::uint16_t kDatabasePort = 6640;  // IANA's for OVSDB (ovsdb(7))

struct Arguments {
  daemon::CommonOptions common;
  std::string northbound;
  std::string southbound;
  bool dry_run = false;
  int threads = 1;

  void add_to(daemon::OptionParser& parser) {
    using daemon::Option;
    parser.add_group(
        "Databases",
        {Option::text("ovnnb-db", 0, northbound, "DATABASE", "where OVN_Northbound is served"),
         Option::text("ovnsb-db", 0, southbound, "DATABASE", "where OVN_Southbound is served"),
         Option::flag("dry-run", 0, dry_run, "start paused: write nothing until resumed"),
         Option::number("n-threads", threads, 1, 256, "N", "accepted for compatibility")});
    common.add_to(parser);
  }
};

Result<Northd::Options> northd_options(const Arguments& arguments) {
  auto nb = io::Remote::parse_list(arguments.northbound, kDatabasePort);
  if (!nb) return fail("--ovnnb-db: " + nb.error().message);
  auto sb = io::Remote::parse_list(arguments.southbound, kDatabasePort);
  if (!sb) return fail("--ovnsb-db: " + sb.error().message);
  return Northd::Options{*nb, *sb, arguments.common.tls, arguments.dry_run};
}

int complain(const std::string& name, const Error& error) {
  fmt::print(stderr, "{}: {}\n", name, error.message);
  return 1;
}

int run(int argc, char** argv) {
  auto dirs = daemon::RunDirs::from_environment();
  Arguments arguments;
  arguments.northbound = dirs.northbound;
  arguments.southbound = dirs.southbound;
  std::string name = daemon::program_name(argv[0]);
  daemon::OptionParser parser(name, "compiles OVN_Northbound into OVN_Southbound", "[OPTIONS]");
  arguments.add_to(parser);
  std::vector<std::string> words;
  auto status =
      daemon::parse_command_line(argc, argv, MOORING_VERSION, parser, arguments.common, words);
  if (status) return *status;
  auto options = northd_options(arguments);
  if (!options) return complain(name, options.error());
  auto daemon = daemon::Daemon::start({name, MOORING_VERSION}, arguments.common, dirs);
  if (!daemon) return complain(name, daemon.error());
  SystemClock clock;
  Northd northd((*daemon)->loop(), (*daemon)->logger("northd"), clock, (*daemon)->counters(),
                std::move(*options));
  add_commands((*daemon)->control(), northd);
  (*daemon)->on_memory_report([&northd] { return northd.memory(); });
  northd.start();
  (*daemon)->run();
  return 0;
}

}  // namespace
}  // namespace mooring::northd

int main(int argc, char** argv) { return mooring::northd::run(argc, argv); }
