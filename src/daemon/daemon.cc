#include "daemon/daemon.h"

#include <fmt/core.h>
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "daemon/log_commands.h"
#include "daemon/process.h"

namespace mooring::daemon {
namespace {

constexpr int kOwnMemory = 256 * 1024;  // bytes

Result<void> set_up_log(Log& log, const CommonOptions& options, const std::string& name,
                        const RunDirs& dirs) {
  for (const std::string& spec : options.log_specs) {
    if (auto done = log.set(spec); !done) return fail("-v: " + done.error().message);
  }
  if (!options.log_file) return {};
  std::string path = options.log_path;
  if (path.empty()) path = fmt::format("{}/{}.log", dirs.ovn_log, name);
  std::error_code ignored;
  // Absolute, since it is opened again from another folder.
  return log.open_file(std::filesystem::absolute(path, ignored).string());
}

ProcessOptions process_options(const CommonOptions& options, const std::string& name,
                               const RunDirs& dirs) {
  ProcessOptions out;
  if (options.pidfile) {
    std::string path = options.pidfile_path.empty() ? name + ".pid" : options.pidfile_path;
    out.pidfile = absolute_in(dirs.ovn_run, path);
  }
  out.overwrite_pidfile = options.overwrite_pidfile;
  out.detach = options.detach;
  out.change_folder = !options.no_chdir;
  out.monitor = options.monitor;
  return out;
}

// The default folders may be missing where no package of OVN's made them. That one can't be made is
// told by what is to go into it.
void make_folders(const CommonOptions& options, const RunDirs& dirs) {
  std::error_code ignored;
  if (options.pidfile || options.unixctl != "none") {
    std::filesystem::create_directories(dirs.ovn_run, ignored);
  }
  if (options.log_file && options.log_path.empty()) {
    std::filesystem::create_directories(dirs.ovn_log, ignored);
  }
}

std::string memory_line(const Map<std::string, std::uint64_t>& report) {
  std::string out;
  for (const auto& [name, value] : report) {
    out += fmt::format("{}{}:{}", out.empty() ? "" : " ", name, value);
  }
  return out;
}

}  // namespace

struct Daemon::Impl {
  Impl(const Identity& who) : identity(who), log(who.name) {}

  Result<void> listen(const CommonOptions& options, const RunDirs& dirs);
  void add_commands();
  void add_counter_commands();
  void leave(Exit kind);

  Identity identity;
  Log log;
  Counters counters;
  std::unique_ptr<Process> process;
  std::unique_ptr<io::Loop> loop;
  std::unique_ptr<ControlServer> control;
  std::function<void(Exit)> exit_handler;
  std::function<Map<std::string, std::uint64_t>()> memory_report;
  bool leaving = false;
  bool detached = false;
};

Result<void> Daemon::Impl::listen(const CommonOptions& options, const RunDirs& dirs) {
  if (options.unixctl == "none") {
    control = ControlServer::silent();
    return {};
  }
  std::string path = options.unixctl;
  if (path.empty()) path = fmt::format("{}.{}.ctl", identity.name, ::getpid());
  auto server =
      ControlServer::listen(*loop, absolute_in(dirs.ovn_run, path), Logger(log, "unixctl"));
  if (!server) return tl::unexpected(server.error());
  control = std::move(*server);
  return {};
}

void Daemon::Impl::add_commands() {
  control->add("version", [this] { return identity.name + " " + identity.version; });
  control->add("exit", "[--restart]", 0, 1,
               [this](const ControlServer::Arguments& args, const Answer& answer) {
                 if (!args.empty() && args[0] != "--restart") {
                   return answer.error(fmt::format("\"{}\" is not --restart", args[0]));
                 }
                 answer.ok();
                 leave(args.empty() ? Exit::kForGood : Exit::kForRestart);
               });
  add_log_commands(*control, log);
  add_counter_commands();
}

void Daemon::Impl::add_counter_commands() {
  control->add("coverage/show", [this] { return counters.table(); });
  control->add("coverage/read-counter", "COUNTER", 1, 1,
               [this](const ControlServer::Arguments& args, const Answer& answer) {
                 auto value = counters.read(args[0]);
                 if (!value) return answer.error("no such counter: " + args[0]);
                 answer.ok(std::to_string(*value));
               });
  control->add("memory/show",
               [this] { return memory_report ? memory_line(memory_report()) : std::string(); });
}

void Daemon::Impl::leave(Exit kind) {
  if (std::exchange(leaving, true)) return;
  if (!exit_handler) return loop->stop();
  // A copy, since the handler may replace itself.
  auto handler = exit_handler;
  handler(kind);
}

Daemon::Daemon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Daemon::~Daemon() = default;

Result<std::unique_ptr<Daemon>> Daemon::start(const Identity& identity,
                                              const CommonOptions& options, const RunDirs& dirs) {
  auto impl = std::make_unique<Impl>(identity);
  impl->detached = options.detach;
  make_folders(options, dirs);
  if (auto done = set_up_log(impl->log, options, identity.name, dirs); !done) {
    return tl::unexpected(done.error());
  }
  auto process =
      Process::begin(process_options(options, identity.name, dirs), Logger(impl->log, "daemon"));
  if (!process) return tl::unexpected(process.error());
  impl->process = std::move(*process);
  impl->loop = std::make_unique<io::Loop>();
  if (auto done = impl->listen(options, dirs); !done) return tl::unexpected(done.error());
  impl->add_commands();
  // Messages of megabytes come and go between small things that stay. They get memory of their own,
  // which goes back when they are done; by itself mallopt(3)'s threshold rises with the first of
  // them.
  ::mallopt(M_MMAP_THRESHOLD, kOwnMemory);
  // Writing to a peer that is gone is an error of that write, not the end of the process.
  ::signal(SIGPIPE, SIG_IGN);
  impl->loop->on_signal({SIGTERM, SIGINT, SIGHUP}, [raw = impl.get()](int number) {
    Logger(raw->log, "daemon").info("got signal {}, leaving", number);
    if (raw->leaving) return raw->loop->stop();
    raw->leave(Exit::kForRestart);
  });
  return std::unique_ptr<Daemon>(new Daemon(std::move(impl)));
}

io::Loop& Daemon::loop() { return *impl_->loop; }
Log& Daemon::log() { return impl_->log; }
Logger Daemon::logger(std::string module) { return Logger(impl_->log, std::move(module)); }
ControlServer& Daemon::control() { return *impl_->control; }
Counters& Daemon::counters() { return impl_->counters; }

void Daemon::on_exit(std::function<void(Exit)> handler) {
  impl_->exit_handler = std::move(handler);
}

void Daemon::on_memory_report(std::function<Map<std::string, std::uint64_t>()> report) {
  impl_->memory_report = std::move(report);
}

void Daemon::run() {
  logger("daemon").info("{} {} serves as pid {}", impl_->identity.name, impl_->identity.version,
                        ::getpid());
  impl_->process->ready();
  // There is no terminal any more to write lines to.
  if (impl_->detached) static_cast<void>(impl_->log.set("console:off"));
  impl_->loop->run();
}

void Daemon::stop() { impl_->loop->stop(); }

std::optional<int> parse_command_line(int argc, char** argv, const std::string& version,
                                      OptionParser& parser, CommonOptions& common,
                                      std::vector<std::string>& arguments) {
  std::string name = program_name(argc > 0 ? argv[0] : "mooring");
  common.add_to(parser);
  auto parsed = parser.parse(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
  if (!parsed) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), parsed.error().message.c_str());
    return EXIT_FAILURE;
  }
  if (common.help) {
    std::fputs(parser.help().c_str(), stdout);
    return EXIT_SUCCESS;
  }
  if (common.version) {
    std::printf("%s (Mooring) %s\n", name.c_str(), version.c_str());
    return EXIT_SUCCESS;
  }
  arguments = std::move(*parsed);
  return std::nullopt;
}

}  // namespace mooring::daemon
