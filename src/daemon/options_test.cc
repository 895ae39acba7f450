#include "daemon/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/run_dirs.h"

namespace mooring::daemon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class OptionsTest : public testing::Test {
 protected:
  OptionsTest() {
    common_.add_to(parser_);
    parser_.add_group("Northd options",
                      {Option::text("ovnnb-db", 0, northbound_, "DATABASE", "northbound database"),
                       Option::number("n-threads", threads_, 1, 256, "N", "number of threads"),
                       Option::flag("dry-run", 0, dry_run_, "start paused")});
    parser_.allow_arguments(1);
  }
  Result<std::vector<std::string>> parse(const std::vector<std::string>& words) {
    return parser_.parse(words);
  }
  std::string error(const std::vector<std::string>& words) {
    auto result = parse(words);
    return result ? "(none)" : result.error().message;
  }

  CommonOptions common_;
  std::string northbound_;
  int threads_ = 1;
  bool dry_run_ = false;
  OptionParser parser_{"ovn-northd", "compiles the northbound database", "[OPTIONS] [ARGUMENT]"};
};

TEST_F(OptionsTest, ACommandLineOfOvnCtl) {
  auto rest = parse({"-vconsole:emer", "-vsyslog:err", "--verbose=file:info", "--ovnnb-db=unix:/nb",
                     "--n-threads", "4", "-p", "k.pem", "-cc.pem", "--ca-cert=ca.pem", "--no-chdir",
                     "--log-file=/l", "--pidfile=/p", "--detach", "--unixctl", "/s", "--dry-run"});
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_THAT(*rest, IsEmpty());
  EXPECT_THAT(common_.log_specs, ElementsAre("console:emer", "syslog:err", "file:info"));
  EXPECT_EQ(northbound_, "unix:/nb");
  EXPECT_EQ(threads_, 4);
  EXPECT_EQ(common_.tls, (io::TlsFiles{"k.pem", "c.pem", "ca.pem", "", ""}));
  EXPECT_TRUE(common_.no_chdir && common_.detach && common_.pidfile && common_.log_file &&
              dry_run_);
  EXPECT_EQ(common_.log_path, "/l");
  EXPECT_EQ(common_.pidfile_path, "/p");
  EXPECT_EQ(common_.unixctl, "/s");
}

TEST_F(OptionsTest, OptionalValuesAreNeverTheNextWord) {
  auto rest = parse({"--pidfile", "-v", "unix:/db.sock"});
  ASSERT_TRUE(rest);
  EXPECT_THAT(*rest, ElementsAre("unix:/db.sock"));
  EXPECT_TRUE(common_.pidfile);
  EXPECT_EQ(common_.pidfile_path, "");
  EXPECT_THAT(common_.log_specs, ElementsAre("ANY:ANY:dbg"));
}

TEST_F(OptionsTest, GnuHabits) {
  auto rest = parse({"word", "--det", "-hV", "--"});
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_TRUE(common_.detach && common_.help && common_.version);
  rest = parse({"--", "--detach"});
  ASSERT_TRUE(rest);
  EXPECT_THAT(*rest, ElementsAre("--detach"));
  rest = parse({"-"});
  ASSERT_TRUE(rest);
  EXPECT_THAT(*rest, ElementsAre("-"));
}

TEST_F(OptionsTest, ErrorsNameTheWord) {
  EXPECT_THAT(error({"--bogus"}), HasSubstr("unknown option --bogus"));
  EXPECT_THAT(error({"-z"}), HasSubstr("unknown option -z"));
  EXPECT_THAT(error({"--no-"}), HasSubstr("--no- may mean several"));
  EXPECT_THAT(error({"--detach=yes"}), HasSubstr("--detach takes no value"));
  EXPECT_THAT(error({"--ovnnb-db"}), HasSubstr("--ovnnb-db needs a value"));
  EXPECT_THAT(error({"-p"}), HasSubstr("-p needs a value"));
  EXPECT_THAT(error({"a", "b"}), HasSubstr("\"b\" is one more"));
  for (const char* number : {"0", "257", "x", "", "4x", "99999999999999"}) {
    EXPECT_THAT(
        error({std::string("--n-threads=") + number}),
        HasSubstr("--n-threads: \"" + std::string(number) + "\" is not a number from 1 to 256"));
  }
}

TEST_F(OptionsTest, HelpListsEveryOption) {
  std::string help = parser_.help();
  EXPECT_THAT(help, HasSubstr("usage: ovn-northd [OPTIONS] [ARGUMENT]\n"));
  for (const char* option : {"  -p, --private-key=FILE ", "--pidfile[=FILE] ", "--dry-run ",
                             "Northd options:", "-v, --verbose[=SPEC] ", "-h, --help "}) {
    EXPECT_THAT(help, HasSubstr(option));
  }
}

TEST(ProgramName, IsTheLastPartOfArgv0) {
  EXPECT_EQ(program_name("/usr/bin/ovn-northd"), "ovn-northd");
  EXPECT_EQ(program_name("mooring-northd"), "mooring-northd");
}

TEST(RunDirs, FollowTheEnvironment) {
  auto nothing = [](const char*) -> const char* { return nullptr; };
  RunDirs dirs = RunDirs::from_environment(nothing);
  EXPECT_EQ(dirs.northbound, "unix:/var/run/ovn/ovnnb_db.sock");
  EXPECT_EQ(dirs.open_vswitch, "unix:/var/run/openvswitch/db.sock");
  auto some = [](const char* variable) -> const char* {
    std::string_view name = variable;
    if (name == "OVN_RUNDIR") return "/tmp/run/";
    if (name == "OVN_SB_DB") return "ssl:10.0.0.1:6642,ssl:10.0.0.2:6642";
    if (name == "OVS_RUNDIR") return "/tmp/ovs";
    if (name == "OVN_SYSCONFDIR") return "/tmp/etc";
    if (name == "OVN_NB_DB") return "";
    return nullptr;
  };
  dirs = RunDirs::from_environment(some);
  EXPECT_EQ(dirs.ovn_run, "/tmp/run");
  EXPECT_EQ(dirs.northbound, "unix:/tmp/run/ovnnb_db.sock");
  EXPECT_EQ(dirs.southbound, "ssl:10.0.0.1:6642,ssl:10.0.0.2:6642");
  EXPECT_EQ(dirs.open_vswitch, "unix:/tmp/ovs/db.sock");
  EXPECT_EQ(dirs.ovn_etc, "/tmp/etc/ovn");
  EXPECT_EQ(absolute_in("/run", "x.pid"), "/run/x.pid");
  EXPECT_EQ(absolute_in("/run", "/x.pid"), "/x.pid");
}

}  // namespace
}  // namespace mooring::daemon
