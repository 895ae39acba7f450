#include "openflow/testing/test_switch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>
#include <stdexcept>

namespace mooring::openflow {
namespace {

constexpr const char* kSchema = "/usr/share/openvswitch/vswitch.ovsschema";

[[noreturn]] void exec(const std::vector<std::string>& command, const std::string& directory) {
  for (const char* name : {"OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR", "OVS_SYSCONFDIR"}) {
    ::setenv(name, directory.c_str(), 1);
  }
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  ::_exit(127);
}

void end(int& pid) {
  if (pid <= 0) return;
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  pid = -1;
}

}  // namespace

Output run_program(const std::vector<std::string>& command, const std::string& directory) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe failed");
  const int pid = ::fork();
  if (pid == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    exec(command, directory);
  }
  ::close(ends[1]);
  Output out;
  char buffer[65536];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    out.text.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  out.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return out;
}

TestSwitch::TestSwitch(unsigned ports) {
  std::string pattern = (std::filesystem::temp_directory_path() / "openflow-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  directory_ = pattern;
  const std::string db = directory_ + "/conf.db";
  if (run({"ovsdb-tool", "create", db, kSchema}).code != 0) {
    throw std::runtime_error("ovsdb-tool failed: is openvswitch-switch installed?");
  }
  ovsdb_ = spawn({"ovsdb-server", db, "--remote=punix:" + directory_ + "/db.sock"});
  vsctl({"--no-wait", "--retry", "init"});
  start_vswitchd();
  std::vector<std::string> words = {
      "add-br", "br0", "--", "set", "Bridge", "br0", "datapath_type=dummy", "fail_mode=secure"};
  for (unsigned i = 1; i <= ports; ++i) {
    const std::string name = "p" + std::to_string(i);
    for (const char* word : {"--", "add-port", "br0"}) words.emplace_back(word);
    words.push_back(name);
    for (const char* word : {"--", "set", "Interface"}) words.emplace_back(word);
    words.push_back(name);
    words.emplace_back("type=dummy");
    words.push_back("ofport_request=" + std::to_string(i));
  }
  const Output made = vsctl(words);
  if (made.code != 0) throw std::runtime_error("no bridge: " + made.text);
}

TestSwitch::~TestSwitch() {
  end(vswitchd_);
  end(ovsdb_);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::string TestSwitch::remote() const { return "unix:" + directory_ + "/br0.mgmt"; }

void TestSwitch::start_vswitchd() {
  vswitchd_ =
      spawn({"ovs-vswitchd", "--enable-dummy=override", "--disable-system",
             "--pidfile=" + directory_ + "/ovs-vswitchd.pid", "unix:" + directory_ + "/db.sock"});
}

void TestSwitch::kill_vswitchd() { end(vswitchd_); }

int TestSwitch::spawn(const std::vector<std::string>& command) const {
  const int pid = ::fork();
  if (pid != 0) return pid;
  // Nothing is left over when the test dies.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int log = ::open((directory_ + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  exec(command, directory_);
}

Output TestSwitch::ofctl(std::vector<std::string> before,
                         const std::vector<std::string>& after) const {
  std::vector<std::string> command = {"ovs-ofctl", "-O", "OpenFlow15", "--no-names"};
  command.insert(command.end(), before.begin(), before.end());
  command.push_back(remote());
  command.insert(command.end(), after.begin(), after.end());
  return run(command);
}

Output TestSwitch::vsctl(const std::vector<std::string>& words) const {
  std::vector<std::string> command = {"ovs-vsctl", "--db=unix:" + directory_ + "/db.sock",
                                      "--timeout=60"};
  command.insert(command.end(), words.begin(), words.end());
  return run(command);
}

Output TestSwitch::appctl(const std::vector<std::string>& words) const {
  std::vector<std::string> command = {"ovs-appctl", "--target=ovs-vswitchd"};
  command.insert(command.end(), words.begin(), words.end());
  return run(command);
}

std::vector<std::string> TestSwitch::flow_lines() const {
  std::istringstream text(ofctl({"--no-stats", "dump-flows"}).text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) {
    const std::size_t start = line.find_first_not_of(' ');
    if (start != std::string::npos) lines.push_back(line.substr(start));
  }
  return lines;
}

}  // namespace mooring::openflow
