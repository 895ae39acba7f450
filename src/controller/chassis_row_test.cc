#include "controller/chassis_row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mooring::controller {
namespace {

using testing::HasSubstr;
using testing::Not;

class ChassisRowTest : public testing::Test {
 protected:
  std::string written() {
    ovsdb::Transaction txn;
    write_chassis(database, wanted, txn);
    return txn.to_params("D");
  }
  void put_private(std::optional<store::Ref<sb::Chassis>> chassis) {
    sb::ChassisPrivate row;
    row.uuid = Uuid(1, 1);
    row.name = "hv1";
    row.chassis = chassis;
    database.chassis_private.put(row);
  }

  sb::Database database;
  WantedChassis wanted{"hv1", "host", {{"geneve", "192.0.2.1"}}, {{"datapath-type", "system"}}};
};

TEST_F(ChassisRowTest, ItsRowsAreMadeTogether) {
  const std::string text = written();
  EXPECT_THAT(text, HasSubstr(R"("op":"insert","table":"Chassis")"));
  EXPECT_THAT(text, HasSubstr(R"("op":"insert","table":"Encap")"));
  EXPECT_THAT(text, HasSubstr(R"("op":"insert","table":"Chassis_Private")"));
}

TEST_F(ChassisRowTest, AChassisPrivateThatWasLeftIsTakenUpAgain) {
  put_private(std::nullopt);
  const std::string text = written();
  EXPECT_THAT(text, HasSubstr(R"("op":"insert","table":"Chassis")"));
  EXPECT_THAT(text, HasSubstr(R"("op":"update","table":"Chassis_Private")"));
  EXPECT_THAT(text, Not(HasSubstr(R"("op":"insert","table":"Chassis_Private")")));
}

TEST_F(ChassisRowTest, EncapsAreReplacedOneByOneAndTheSetIsNeverEmpty) {
  sb::Encap kept{.uuid = Uuid(3, 1), .type = "geneve", .ip = "192.0.2.1"};
  sb::Encap gone{.uuid = Uuid(3, 2), .type = "vxlan", .ip = "192.0.2.1"};
  database.encap.put(kept);
  database.encap.put(gone);
  sb::Chassis row;
  row.uuid = Uuid(2, 1);
  row.name = wanted.name;
  row.hostname = wanted.hostname;
  row.other_config = row.external_ids = wanted.config;
  row.encaps = {{kept.uuid}, {gone.uuid}};
  database.chassis.put(row);
  put_private(store::Ref<sb::Chassis>{row.uuid});
  wanted.encaps = {{"geneve", "192.0.2.1"}, {"geneve", "192.0.2.2"}};
  const std::string text = written();
  EXPECT_THAT(text, HasSubstr(R"("ip":"192.0.2.2")"));
  EXPECT_THAT(text, Not(HasSubstr(R"("ip":"192.0.2.1")")));
  EXPECT_THAT(text, Not(HasSubstr(kept.uuid.to_string())));
  // The server counts after each mutation, and wants one at least.
  EXPECT_THAT(text, testing::ContainsRegex(R"(\["encaps","insert",.*\["encaps","delete",.*)" +
                                           gone.uuid.to_string()));

  wanted.encaps = {{"geneve", "192.0.2.1"}, {"vxlan", "192.0.2.1"}};
  EXPECT_THAT(written(), Not(HasSubstr("mutate")));
}

TEST_F(ChassisRowTest, WithoutAnEncapNothingIsWritten) {
  wanted.encaps.clear();
  EXPECT_THAT(written(), Not(HasSubstr("insert")));
}

}  // namespace
}  // namespace mooring::controller
