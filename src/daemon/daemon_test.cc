// A daemon as scripts see it: started from the command line, driven by ovs-appctl.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

namespace mooring::daemon {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr std::chrono::seconds kPatience{30};
constexpr int kPause = 5;  // ms between two looks at a condition

struct Outcome {
  int status = -1;
  std::string output;  // of both streams
};

std::string contents(const fs::path& path) {
  std::stringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

bool wait_until(const std::function<bool()>& done) {
  auto end = std::chrono::steady_clock::now() + kPatience;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, kPause);
  }
  return true;
}

class DaemonTest : public testing::Test {
 protected:
  DaemonTest() {
    std::string form = testing::TempDir() + "/daemon_test.XXXXXX";
    folder_ = ::mkdtemp(form.data());
    // Started under another program's name, it bears that name.
    program_ = folder_ / "ovn-testd";
    fs::create_symlink(fs::read_symlink("/proc/self/exe").parent_path() / "test_daemon", program_);
  }
  ~DaemonTest() override {
    if (pid_t running = pid(); running > 0) ::kill(running, SIGKILL);
    fs::remove_all(folder_);
  }

  // The output goes to a file: a daemon that kept its parent's pipe open would hang popen.
  Outcome run(const std::string& command) {
    fs::path output = folder_ / "output";
    std::string line = "cd " + folder_.string() + " && OVN_RUNDIR=" + folder_.string() +
                       " OVN_LOGDIR=" + folder_.string() + " OVS_RUNDIR=" + folder_.string() + " " +
                       command + " >" + output.string() + " 2>&1 </dev/null";
    int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents(output)};
  }
  Outcome start(const std::string& options = "") {
    return run(program_.string() + " --detach --pidfile --log-file -vconsole:off -vsyslog:off " +
               options);
  }
  Outcome control(const std::string& words) { return run("ovs-appctl -t ovn-testd " + words); }

  pid_t pid() const {
    std::string text = contents(folder_ / "ovn-testd.pid");
    return text.empty() ? 0 : static_cast<pid_t>(std::stol(text));
  }
  // Gone, or waiting for init to take notice.
  bool gone(pid_t process) {
    fs::path status = "/proc/" + std::to_string(process) + "/status";
    return wait_until([&] {
      std::string text = contents(status);
      return text.empty() || text.find("State:\tZ") != text.npos;
    });
  }
  bool log_has(const std::string& text) {
    return wait_until(
        [&] { return contents(folder_ / "ovn-testd.log").find(text) != std::string::npos; });
  }

  fs::path folder_;
  fs::path program_;
};

TEST_F(DaemonTest, ServesWhenItsStartReturnsAndLeavesNothingBehind) {
  Outcome started = start();
  ASSERT_EQ(started.status, 0) << started.output;
  EXPECT_EQ(started.output, "");
  pid_t process = pid();
  ASSERT_GT(process, 0);
  EXPECT_TRUE(fs::is_socket(folder_ / ("ovn-testd." + std::to_string(process) + ".ctl")));
  EXPECT_EQ(control("version").output, "ovn-testd 1.2.3\n");
  for (int fd = 0; fd < 3; ++fd) {
    EXPECT_EQ(fs::read_symlink("/proc/" + std::to_string(process) + "/fd/" + std::to_string(fd)),
              "/dev/null");
  }
  EXPECT_EQ(fs::read_symlink("/proc/" + std::to_string(process) + "/cwd"), "/");
  Outcome left = control("exit");
  EXPECT_EQ(left.status, 0) << left.output;
  EXPECT_TRUE(gone(process));
  EXPECT_FALSE(fs::exists(folder_ / "ovn-testd.pid"));
  EXPECT_FALSE(fs::exists(folder_ / ("ovn-testd." + std::to_string(process) + ".ctl")));
  EXPECT_TRUE(log_has("|test|INFO|leaving for good\n"));
}

TEST_F(DaemonTest, ASecondStartOnThePidfileFails) {
  ASSERT_EQ(start().status, 0);
  pid_t process = pid();
  Outcome second = start();
  EXPECT_EQ(second.status, 1);
  EXPECT_THAT(second.output, HasSubstr("already running as pid " + std::to_string(process)));
  EXPECT_EQ(pid(), process);
  EXPECT_EQ(control("version").status, 0);
  Outcome third = start("--overwrite-pidfile");
  EXPECT_EQ(third.status, 0) << third.output;
  EXPECT_NE(pid(), process);
  ::kill(process, SIGTERM);
  EXPECT_TRUE(gone(process));
  EXPECT_GT(pid(), 0) << "the first daemon took the second's pidfile away";
}

TEST_F(DaemonTest, APidfileOfADeadProcessIsTakenOver) {
  ASSERT_EQ(start().status, 0);
  pid_t process = pid();
  ::kill(process, SIGKILL);
  ASSERT_TRUE(gone(process));
  EXPECT_TRUE(fs::exists(folder_ / "ovn-testd.pid"));
  Outcome again = start();
  EXPECT_EQ(again.status, 0) << again.output;
  EXPECT_EQ(control("version").status, 0);
}

TEST_F(DaemonTest, SignalsAreARestart) {
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) {
    ASSERT_EQ(start().status, 0);
    pid_t process = pid();
    ::kill(process, signal);
    EXPECT_TRUE(gone(process));
    EXPECT_TRUE(log_has("leaving for a restart"));
    fs::remove(folder_ / "ovn-testd.log");
  }
  ASSERT_EQ(start().status, 0);
  EXPECT_EQ(control("exit --restart").status, 0);
  EXPECT_TRUE(log_has("leaving for a restart"));
}

TEST_F(DaemonTest, AFailureIsTheStartsOwn) {
  EXPECT_EQ(start("--fail-late").status, 1);
  EXPECT_FALSE(fs::exists(folder_ / "ovn-testd.pid"));
  Outcome unknown = start("--bogus");
  EXPECT_EQ(unknown.status, 1);
  EXPECT_EQ(unknown.output, "ovn-testd: unknown option --bogus (--help lists those known)\n");
  Outcome no_folder = start("--pidfile=/nonexistent/x.pid");
  EXPECT_EQ(no_folder.status, 1);
  EXPECT_THAT(no_folder.output, HasSubstr("/nonexistent/x.pid: No such file or directory"));
  EXPECT_THAT(start("--log-file=/nonexistent/log").output, HasSubstr("/nonexistent/log"));
  EXPECT_THAT(start("-vconsole:loud:er").output, HasSubstr("\"er\""));
  EXPECT_THAT(start("--unixctl=/nonexistent/ctl").output,
              HasSubstr("can't make the control socket"));
}

TEST_F(DaemonTest, HelpAndVersionAreForStandardOutput) {
  Outcome help = run(program_.string() + " --help");
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.output, HasSubstr("--fail-late"));
  EXPECT_EQ(run(program_.string() + " -V").output, "ovn-testd (Mooring) 1.2.3\n");
}

TEST_F(DaemonTest, CommandsAndTheirArguments) {
  ASSERT_EQ(start("--unixctl=here.ctl").status, 0);
  auto at_path = [this](const std::string& words) {
    return run("ovs-appctl -t " + (folder_ / "here.ctl").string() + " " + words);
  };
  EXPECT_EQ(at_path("say 'a \"b\"' c").output, "a \"b\"\nc\n");
  Outcome few = at_path("say");
  EXPECT_EQ(few.status, 2);
  EXPECT_THAT(few.output, HasSubstr("\"say\" needs at least 1 argument\n"));
  EXPECT_THAT(at_path("say a b c d").output, HasSubstr("\"say\" takes at most 3 arguments\n"));
  EXPECT_THAT(at_path("bogus").output, HasSubstr("\"bogus\" is not a command"));
  EXPECT_THAT(at_path("exit now").output, HasSubstr("\"now\" is not --restart"));
  std::string list = at_path("list-commands").output;
  EXPECT_THAT(list, HasSubstr("The available commands are:\n"));
  for (const char* command :
       {"  coverage/read-counter          COUNTER\n", "  say                            WORD...\n",
        "  exit                           [--restart]\n", "  list-commands\n", "  memory/show\n",
        "  version\n", "  vlog/list\n", "  vlog/reopen\n", "  vlog/close\n"}) {
    EXPECT_THAT(list, HasSubstr(command));
  }
  EXPECT_EQ(at_path("help").output, list);
  EXPECT_EQ(at_path("exit").status, 0);
}

TEST_F(DaemonTest, AnswersMayComeLaterOrNever) {
  ASSERT_EQ(start().status, 0);
  Outcome late;
  std::thread waiting([&] {
    // Its own shell and file: run() serves the main thread.
    fs::path output = folder_ / "late";
    std::string line =
        "OVS_RUNDIR=" + folder_.string() + " ovs-appctl -t ovn-testd keep >" + output.string();
    late.status = std::system(line.c_str());
    late.output = contents(output);
  });
  EXPECT_TRUE(wait_until([&] { return control("count-kept").output == "1\n"; }));
  EXPECT_EQ(control("answer-kept").status, 0);
  waiting.join();
  EXPECT_EQ(late.output, "late\n");
  Outcome forgotten = control("forget");
  EXPECT_EQ(forgotten.status, 2);
  EXPECT_THAT(forgotten.output, HasSubstr("given up without an answer"));
  // A caller that is gone when its answer comes harms nobody.
  EXPECT_NE(run("timeout 0.2 ovs-appctl -t ovn-testd keep").status, 0);
  EXPECT_EQ(control("answer-kept").status, 0);
  EXPECT_EQ(control("version").status, 0);
}

TEST_F(DaemonTest, Logging) {
  ASSERT_EQ(start().status, 0);
  EXPECT_EQ(control("vlog/set test:file:err").status, 0);
  EXPECT_EQ(control("log").status, 0);
  EXPECT_THAT(contents(folder_ / "ovn-testd.log"), Not(HasSubstr("a line")));
  EXPECT_THAT(control("vlog/list").output,
              HasSubstr("test                OFF       OFF        ERR\n"));
  EXPECT_EQ(control("vlog/set ANY:file:info").status, 0);
  fs::rename(folder_ / "ovn-testd.log", folder_ / "rotated");
  EXPECT_EQ(control("vlog/reopen").status, 0);
  EXPECT_EQ(control("log").status, 0);
  EXPECT_THAT(contents(folder_ / "ovn-testd.log"), HasSubstr("|test|INFO|a line\n"));
  EXPECT_EQ(control("vlog/close").status, 0);
  Outcome bad = control("vlog/set a:b:c");
  EXPECT_EQ(bad.status, 2);
  EXPECT_THAT(bad.output, HasSubstr("no destination, level, or module \"b\""));
}

TEST_F(DaemonTest, NumbersToRead) {
  ASSERT_EQ(start().status, 0);
  EXPECT_EQ(control("coverage/read-counter flows_sent").output, "3\n");
  EXPECT_THAT(control("coverage/read-counter bogus").output, HasSubstr("no such counter: bogus"));
  std::string table = control("coverage/show").output;
  EXPECT_THAT(table, HasSubstr("flows_sent                       total: 3\n"));
  EXPECT_THAT(table, HasSubstr("1 events never hit\n"));
  EXPECT_EQ(control("memory/show").output, "bytes:1000 nodes:7\n");
}

// What the socket at path says to bytes before it hangs up.
std::string talk(const fs::path& path, std::string_view bytes) {
  int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  // The daemon may hang up before it has read everything.
  EXPECT_GT(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), 0);
  ::shutdown(fd, SHUT_WR);
  std::string out;
  char buffer[4096];
  for (ssize_t n; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;) {
    out.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(fd);
  return out;
}

TEST_F(DaemonTest, TheControlSocketOutlivesHostileClients) {
  ASSERT_EQ(start("--unixctl=here.ctl").status, 0);
  fs::path path = folder_ / "here.ctl";
  for (const char* bytes :
       {"not json", "[[[[", "{}", R"({"id":1,"method":5,"params":[]})",
        R"({"id":{},"method":"version"})", "{\"id\":1,\"method\":\"\xff\",\"params\":[]}"}) {
    EXPECT_EQ(talk(path, bytes), "") << bytes;
  }
  EXPECT_THAT(talk(path, R"({"id":1,"method":"say","params":[1]})"),
              HasSubstr("arguments must be an array of strings"));
  EXPECT_THAT(
      talk(path,
           R"({"id":1,"method":"version","params":[]}{"id":2,"method":"version","params":[]})"),
      HasSubstr("\"id\":2"));
  talk(path, std::string(std::size_t{1} << 20, '{'));
  EXPECT_EQ(run("ovs-appctl -t " + path.string() + " version").status, 0);
  ::kill(pid(), SIGTERM);
}

TEST_F(DaemonTest, MissingFoldersAreMade) {
  fs::path run_folder = folder_ / "var/run/ovn";
  fs::path log_folder = folder_ / "var/log/ovn";
  Outcome started = run("OVN_RUNDIR=" + run_folder.string() + " OVN_LOGDIR=" + log_folder.string() +
                        " " + program_.string() + " --detach --pidfile --log-file -vsyslog:off");
  EXPECT_EQ(started.status, 0) << started.output;
  EXPECT_TRUE(fs::exists(log_folder / "ovn-testd.log"));
  EXPECT_EQ(run("OVS_RUNDIR=" + run_folder.string() + " ovs-appctl -t ovn-testd exit").status, 0);
}

TEST_F(DaemonTest, WithoutAControlSocket) {
  ASSERT_EQ(start("--unixctl=none").status, 0);
  EXPECT_NE(control("version").status, 0);
  for (const auto& entry : fs::directory_iterator(folder_))
    EXPECT_NE(entry.path().extension(), ".ctl");
  ::kill(pid(), SIGTERM);
}

TEST_F(DaemonTest, AMonitoredDaemonComesBackAfterACrash) {
  ASSERT_EQ(start("--monitor").status, 0);
  pid_t first = pid();
  EXPECT_NE(control("crash").status, 0);
  EXPECT_TRUE(wait_until([&] { return pid() != first && control("version").status == 0; }));
  EXPECT_TRUE(log_has("pid " + std::to_string(first) + " was ended by signal 6"));
  pid_t second = pid();
  EXPECT_EQ(control("exit").status, 0);
  EXPECT_TRUE(gone(second));
  EXPECT_EQ(start().status, 0) << "it was started again after it left by itself";
}

}  // namespace
}  // namespace mooring::daemon
