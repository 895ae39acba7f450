#include "ovsdb/testing/server.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

extern char** environ;

namespace mooring::ovsdb::testing {

bool run_until(io::Loop& loop, const std::function<bool()>& done) {
  auto end = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    loop.run_for(std::chrono::milliseconds(100));
  }
  return true;
}

int run(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t pid = 0;
  if (posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ) != 0) return -1;
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TempDir::TempDir() {
  std::string pattern = "/tmp/mooring-test-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
  path_ = pattern;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Server::Server(const TempDir& dir, std::string name) : base_(dir / name) {}

std::string Server::file(const std::string& extension) const { return base_ + "." + extension; }

io::Remote Server::remote() const { return {io::Remote::Kind::kUnix, file("sock"), 0}; }

void Server::create(const std::string& schema) {
  ASSERT_EQ(run({"ovsdb-tool", "create", file("db"), schema}), 0);
}

void Server::create_cluster(const std::string& schema) {
  ASSERT_EQ(run({"ovsdb-tool", "create-cluster", file("db"), schema, "unix:" + file("raft")}), 0);
}

void Server::join_cluster(const std::string& database, const Server& member) {
  ASSERT_EQ(run({"ovsdb-tool", "join-cluster", file("db"), database, "unix:" + file("raft"),
                 "unix:" + member.file("raft")}),
            0);
}

void Server::start(const std::vector<std::string>& options) {
  std::vector<std::string> command = {"ovsdb-server",
                                      "-vconsole:off",
                                      "-vsyslog:off",
                                      "--no-chdir",
                                      "--detach",
                                      "--pidfile=" + file("pid"),
                                      "--log-file=" + file("log"),
                                      "--unixctl=" + file("ctl"),
                                      "--remote=punix:" + file("sock")};
  command.insert(command.end(), options.begin(), options.end());
  command.push_back(file("db"));
  ASSERT_EQ(run(command), 0);
  std::ifstream(file("pid")) >> pid_;
  ASSERT_GT(pid_, 1);
}

std::uint16_t Server::port() const {
  const std::string before = "listening on port ";
  std::uint16_t out = 0;
  std::ifstream log(file("log"));
  for (std::string line; std::getline(log, line);) {
    auto at = line.find(before);
    if (at != line.npos) {
      out = static_cast<std::uint16_t>(std::stoul(line.substr(at + before.size())));
    }
  }
  return out;
}

void Server::kill() {
  if (pid_ <= 1) return;
  int fd = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  ::kill(pid_, SIGKILL);
  if (fd >= 0) {
    pollfd gone{fd, POLLIN, 0};
    poll(&gone, 1, 60000);
    close(fd);
  }
  pid_ = 0;
}

void Server::wait_connected(const std::string& database) {
  ASSERT_EQ(run({"ovsdb-client", "-vconsole:off", "--timeout=60", "wait", "unix:" + file("sock"),
                 database, "connected"}),
            0);
}

void Server::appctl(std::vector<std::string> arguments) {
  std::vector<std::string> all = {"ovs-appctl", "-t", file("ctl")};
  all.insert(all.end(), arguments.begin(), arguments.end());
  ASSERT_EQ(run(all), 0);
}

std::string schema_file() {
  const char* source = std::getenv("MOORING_SOURCE_DIR");
  return std::string(source ? source : ".") + "/src/ovsdb/testdata/test.ovsschema";
}

}  // namespace mooring::ovsdb::testing
