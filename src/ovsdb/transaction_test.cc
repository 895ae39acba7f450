#include "ovsdb/transaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ovsdb/condition.h"
#include "ovsdb/outcome.h"
#include "ovsdb/testdb.h"

namespace mooring::ovsdb {
namespace {

using testdb::Port;
using testdb::Switch;
using testing::HasSubstr;
using testing::Not;
using C = Port::Columns;

const Uuid kRow = *Uuid::parse("00000000-0000-4000-8000-000000000001");

#define WHERE R"("where":[["_uuid","==",["uuid","00000000-0000-4000-8000-000000000001"]]])"

TEST(Transaction, InsertsWhatIsNotDefault) {
  Transaction txn;
  auto port = txn.insert(Port{.name = "p", .tag = 0, .enabled = false, .options = {{"a", "b"}}});
  txn.update(port.uuid, C::enabled, true);
  txn.update(port.uuid, C::name, "q");
  EXPECT_EQ(txn.to_params("D"), R"(["D",{"op":"insert","table":"Port","row":{"name":"q","tag":0,)"
                                R"("options":["map",[["a","b"]]],"enabled":true}}])");
}

TEST(Transaction, NamesWhatIsReferredTo) {
  Transaction txn;
  auto port = txn.insert(Port{.name = "p"});
  auto other = txn.insert(Switch{.name = "s", .ports = {port}});
  std::string text = txn.to_params("D");
  EXPECT_THAT(text, HasSubstr(R"("uuid-name":")" + placeholder_name(port.uuid) + "\""));
  EXPECT_THAT(text, Not(HasSubstr(placeholder_name(other.uuid))));
}

TEST(Transaction, InsertsUnderAGivenUuid) {
  Transaction txn;
  txn.insert_as(kRow, Port{.name = "p"});
  EXPECT_EQ(txn.to_params("D"),
            R"(["D",{"op":"insert","table":"Port",)"
            R"("uuid":"00000000-0000-4000-8000-000000000001","row":{"name":"p"}}])");
}

TEST(Transaction, UpdatesWhereMoreHolds) {
  Transaction txn;
  txn.update(kRow, C::tag, 5);
  EXPECT_EQ(txn.update_where(kRow, Condition::none().equals(C::name, "p"), C::tag, 6), 1u);
  EXPECT_THAT(txn.to_params("D"),
              HasSubstr(R"({"op":"update","table":"Port","where":[["_uuid","==",["uuid",)"
                        R"("00000000-0000-4000-8000-000000000001"]],["name","==","p"]],)"
                        R"("row":{"tag":6}})"));
}

TEST(Transaction, MergesWhatConcernsOneRow) {
  Transaction txn;
  txn.update(kRow, C::tag, 5);
  txn.insert_into(kRow, C::addresses, "x");
  txn.update(kRow, C::up, false);
  txn.update(kRow, C::tag, std::nullopt);
  txn.put(kRow, C::options, "k", "v");
  EXPECT_EQ(txn.to_params("D"),
            R"(["D",{"op":"update","table":"Port",)" WHERE
            R"(,"row":{"tag":["set",[]],"up":false}},{"op":"mutate","table":"Port",)" WHERE
            R"(,"mutations":[["addresses","insert","x"],["options","delete",["set",["k"]]],)"
            R"(["options","insert",["map",[["k","v"]]]]]}])");
}

TEST(Transaction, NothingMovesAcrossAWait) {
  Transaction txn;
  txn.update(kRow, C::tag, 5);
  txn.wait(kRow, C::name, "p");
  txn.update(kRow, C::tag, 6);
  EXPECT_EQ(txn.size(), 3u);
  EXPECT_NE(txn.to_params("D").find(
                R"({"op":"wait","table":"Port",)" WHERE
                R"(,"columns":["name"],"until":"==","rows":[{"name":"p"}],"timeout":0})"),
            std::string::npos);
}

TEST(Transaction, DifferencesAreMinimal) {
  Transaction txn;
  txn.diff(kRow, C::addresses, {"a", "b"}, {"a", "b"});
  txn.diff(kRow, C::options, {{"a", "1"}}, {{"a", "1"}});
  txn.diff(kRow, C::name, "x", "x");
  EXPECT_TRUE(txn.empty());
  txn.diff(kRow, C::addresses, {"a", "b"}, {"b", "c"});
  txn.diff(kRow, C::options, {{"a", "1"}, {"b", "2"}}, {{"a", "2"}, {"b", "2"}});
  EXPECT_EQ(txn.to_params("D"),
            R"(["D",{"op":"mutate","table":"Port",)" WHERE
            R"(,"mutations":[["addresses","insert","c"],["addresses","delete","a"],)"
            R"(["options","delete",["set",["a"]]],["options","insert",["map",[["a","2"]]]]]}])");
}

TEST(Transaction, LeavesOutWhatTheServerLacks) {
  auto lacks = [](std::string_view table, std::string_view column) {
    return table == "Switch" ? column.empty() : column == "tag";
  };
  Transaction txn;
  txn.insert(Switch{.name = "s"});
  txn.update(kRow, C::tag, 5);
  txn.update(Uuid::random(), C::tag, 5);
  txn.insert(Port{.tag = 3});
  std::vector<std::size_t> kept;
  std::string text = txn.to_params("D", lacks, &kept);
  EXPECT_EQ(kept, std::vector<std::size_t>{3});
  EXPECT_EQ(text.find("tag"), text.npos);
}

TEST(Outcome, ErrorsOfTheCommitItselfHaveNoOperation) {
  json::Parser parser;
  Transaction txn;
  txn.insert(Port{.name = "p"});
  auto outcome = read_outcome(
      txn, {0}, *parser.parse(R"([{"uuid":["uuid","00000000-0000-4000-8000-000000000001"]},
                        {"error":"referential integrity violation","details":"why"}])"),
      {});
  ASSERT_FALSE(outcome);
  EXPECT_FALSE(outcome.error().operation);
  EXPECT_EQ(outcome.error().message, "referential integrity violation: why");
}

TEST(Condition, IsCanonical) {
  auto a = Condition::none().equals(C::name, "x").equals(C::tag, 5).equals(C::name, "x");
  auto b = Condition::none().equals(C::tag, 5).equals(C::name, "x");
  EXPECT_EQ(a, b);
  auto text = [](const Condition& condition) {
    std::string out;
    json::Writer writer(out);
    condition.to_json_where(writer);
    return out;
  };
  EXPECT_EQ(text(a), R"([["name","==","x"],["tag","==",5]])");
  EXPECT_EQ(text(Condition::none()), "[false]");
  EXPECT_EQ(text(Condition::all()), "[true]");
  EXPECT_NE(Condition::all(), Condition::none());
  EXPECT_EQ(text(Condition::none().includes(C::options, "k", "v").row(kRow)),
            R"([["_uuid","==",["uuid","00000000-0000-4000-8000-000000000001"]],)"
            R"(["options","includes",["map",[["k","v"]]]]])");
}

TEST(View, NotesWhatIsRead) {
  Port row{.uuid = kRow, .name = "p", .default_ = "d"};
  store::ColumnMask used = 0;
  Port::View view(row, used);
  EXPECT_EQ(view.uuid(), kRow);
  EXPECT_EQ(used, 0u);
  EXPECT_EQ(view.default_(), "d");
  EXPECT_EQ(view.name(), "p");
  EXPECT_EQ(used, mask_of(C::default_) | mask_of(C::name));
}

}  // namespace
}  // namespace mooring::ovsdb
