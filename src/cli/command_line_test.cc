#include "cli/command_line.h"

#include <gtest/gtest.h>

namespace mooring::cli {
namespace {

using Words = std::vector<std::string>;

const CommandOptions kCommandOptions{{"may-exist", false}, {"columns", true}, {"id", true}};

Result<CommandLine> parse(const Words& words, std::map<std::string, std::string> variables = {}) {
  return parse_command_line(words, kCommandOptions,
                            [&](const char* name) -> std::optional<std::string> {
                              const auto it = variables.find(name);
                              if (it == variables.end()) return std::nullopt;
                              return it->second;
                            });
}

std::string error_of(const Words& words) {
  auto line = parse(words);
  return line ? "no error" : line.error().message;
}

TEST(CommandLine, SeparatesCommands) {
  auto line = parse({"ls-add", "a", "--", "--may-exist", "lsp-add", "a", "-p", "--", "--", "show"});
  ASSERT_TRUE(line);
  ASSERT_EQ(line->commands.size(), 3U);
  EXPECT_EQ(line->commands[0].text(), "ls-add a");
  EXPECT_EQ(line->commands[1].text(), "--may-exist lsp-add a -p");
  EXPECT_TRUE(line->commands[1].has("may-exist"));
  EXPECT_EQ(line->commands[2].name, "show");
}

TEST(CommandLine, OptionsMayStandRightBehindTheVerb) {
  auto line = parse({"list", "--columns=a", "--may-exist", "T", "--id=x", "--foo"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->commands[0].option("columns"), "a");
  EXPECT_TRUE(line->commands[0].has("may-exist"));
  EXPECT_EQ(line->commands[0].arguments, (Words{"T", "--id=x", "--foo"}));
  line = parse({"list", "--columns", "a", "T", "--", "comment", "--foo"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->commands[0].option("columns"), "a");
  EXPECT_EQ(line->commands[1].arguments, Words{"--foo"});  // no option of any command
  EXPECT_EQ(error_of({"--may-exist", "list", "--may-exist", "T"}),
            "option --may-exist is given twice");
}

TEST(CommandLine, TakesValuesInEitherForm) {
  for (const Words& words : {Words{"--db=tcp:1.2.3.4", "-t5", "-f", "json", "show"},
                             Words{"--db", "tcp:1.2.3.4", "-t", "5", "--format", "json", "show"}}) {
    auto line = parse(words);
    ASSERT_TRUE(line);
    EXPECT_EQ(line->options.nb_db, "tcp:1.2.3.4");
    EXPECT_EQ(line->options.timeout_s, 5);
    EXPECT_EQ(line->options.format, TableFormat::kJson);
    EXPECT_EQ(line->commands.size(), 1U);
  }
}

TEST(CommandLine, GivesUnknownOptionsToTheFirstCommand) {
  auto line = parse({"--columns", "a,b", "--wait=hv", "list", "T", "--", "show"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->options.follow, Follow::kHypervisors);
  EXPECT_EQ(line->commands[0].option("columns"), "a,b");
  EXPECT_TRUE(line->commands[1].options.empty());
}

TEST(CommandLine, TakesDefaultsFromTheEnvironment) {
  auto line = parse({"show"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->options.nb_db, "unix:/var/run/ovn/ovnnb_db.sock");
  EXPECT_FALSE(line->options.sb_db_given);
  line = parse({"show"}, {{"OVN_RUNDIR", "/r"}, {"OVN_SB_DB", "tcp:h"}});
  EXPECT_EQ(line->options.nb_db, "unix:/r/ovnnb_db.sock");
  EXPECT_EQ(line->options.sb_db, "tcp:h");
  EXPECT_TRUE(line->options.sb_db_given);
  line = parse({"--db=x", "show"}, {{"OVN_NB_DB", "y"}, {"OVN_NBCTL_OPTIONS", " --db=z -t 3"}});
  EXPECT_EQ(line->options.nb_db, "x");
  EXPECT_EQ(line->options.timeout_s, 3);
}

TEST(CommandLine, NamesWhatIsWrong) {
  EXPECT_EQ(error_of({"--db"}), "option --db needs a value");
  EXPECT_EQ(error_of({"--oneline=1", "show"}), "option --oneline takes no value");
  EXPECT_EQ(error_of({"-x", "show"}), "unknown option -x");
  EXPECT_EQ(error_of({"--tiemout=1"}), "unknown option --tiemout; did you mean --timeout?");
  EXPECT_EQ(error_of({"show", "--", "-x", "show"}),
            "option -x of a command: only long options stand there");
  EXPECT_EQ(error_of({"--may-exist"}), "--may-exist stands before no command");
  EXPECT_EQ(error_of({"--", "--may-exist", "--may-exist", "show"}),
            "option --may-exist is given twice");
  EXPECT_EQ(error_of({"-t", "-1"}),
            "--timeout=-1: a whole number of seconds is needed, 0 for no limit");
}

}  // namespace
}  // namespace mooring::cli
