// Who uses which southbound meter.

#include "northd/meters.h"

#include <gtest/gtest.h>

namespace mooring::northd {
namespace {

class MetersTest : public ::testing::Test {
 protected:
  void put_meter(bool fair, std::int64_t rate) {
    nb::MeterBand band;
    band.uuid = Uuid(1, 1);
    band.action = "drop";
    band.rate = rate;
    nb_.meter_band.put(band);
    nb::Meter row;
    row.uuid = Uuid(1, 2);
    row.name = "m";
    row.unit = "pktps";
    row.fair = fair;
    row.bands.insert({band.uuid});
    nb_.meter.put(row);
    graph_.update();
  }
  std::optional<std::string> name_for(const Uuid& user) { return *user_.peek(user); }
  std::int64_t rate_of(const std::string& name) {
    auto rows = outputs_.meters.find(name);
    return rows.empty() ? 0 : rows.front().bands.begin()->rate;
  }

  nb::Database nb_;
  sb::Database sb_;
  Problems problems_;
  engine::Graph graph_;
  Inputs inputs_{graph_, nb_, sb_, problems_};
  Outputs outputs_{graph_};
  Meters meters_{graph_, inputs_, outputs_};
  // What an ACL's derivation does.
  engine::Memo<Uuid, std::optional<std::string>> user_{
      graph_, "user", stratum::kRows, [this](engine::Context& context, const Uuid& uuid) {
        return meters_.name_for(context, "m", uuid);
      }};
  const Uuid one_{0x11, 1}, other_{0x22, 2};
  const std::string of_one_ = "m__" + one_.to_string();
};

TEST_F(MetersTest, AMeterThatIsntThereLimitsNothing) {
  user_.demand(one_);
  graph_.update();
  EXPECT_EQ(name_for(one_), std::nullopt);
  put_meter(false, 5);
  EXPECT_EQ(name_for(one_), "m");
}

TEST_F(MetersTest, AMeterIsSharedUnlessItIsFair) {
  user_.demand(one_);
  user_.demand(other_);
  put_meter(false, 5);
  EXPECT_EQ(name_for(one_), "m");
  EXPECT_EQ(name_for(other_), "m");
  EXPECT_EQ(rate_of("m"), 5);
  EXPECT_EQ(rate_of(of_one_), 0);
  put_meter(true, 6);
  EXPECT_EQ(name_for(one_), of_one_);
  EXPECT_NE(name_for(other_), of_one_);
  EXPECT_EQ(rate_of(of_one_), 6);
  put_meter(true, 7);
  EXPECT_EQ(rate_of(of_one_), 7);
  user_.undemand(one_);
  graph_.update();
  EXPECT_EQ(rate_of(of_one_), 0);
  EXPECT_EQ(rate_of("m"), 7);
}

}  // namespace
}  // namespace mooring::northd
