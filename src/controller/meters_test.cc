// Meters from southbound rows to the switch.

#include "controller/meters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "controller/meter_installer.h"
#include "controller/test_chassis.h"
#include "openflow/testing/test_switch.h"

namespace mooring::controller {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Two names whose numbers begin alike.
constexpr char kTwin[] = "m763399";
constexpr char kOtherTwin[] = "m1109514";

// A chassis with derivations that name meters, as those of access control lists do.
struct MeteredChassis : TestChassis {
  MeteredChassis()
      : user(derived.graph, "user", stratum::kFlows,
             [this](engine::Context& context, const std::string& name) {
               return derived.meters.id(context, name);
             }) {}

  sb::Meter add_meter(const std::string& name, const std::string& unit,
                      std::vector<std::pair<std::int64_t, std::int64_t>> rates) {
    sb::Meter row;
    row.uuid = fresh();
    row.name = name;
    row.unit = unit;
    for (const auto& [rate, burst] : rates) {
      sb::MeterBand band;
      band.uuid = fresh();
      band.rate = rate;
      band.burst_size = burst;
      sb.meter_band.put(band);
      row.bands.insert({band.uuid});
    }
    sb.meter.put(row);
    return row;
  }
  std::optional<std::uint32_t> id_of(const std::string& name) { return *user.peek(name); }
  bool wants(const Wanted& wanted) { return !derived.outputs.wanted.find(wanted).empty(); }

  engine::Memo<std::string, std::optional<std::uint32_t>> user;
};

TEST(MetersTest, AnUnknownMeterLimitsNothingAndIsAskedFor) {
  MeteredChassis c;
  c.user.demand("m");
  c.update();
  EXPECT_EQ(c.id_of("m"), std::nullopt);
  EXPECT_TRUE(c.wants(Wanted::meter_named("m")));
  c.user.undemand("m");
  c.update();
  EXPECT_FALSE(c.wants(Wanted::meter_named("m")));
}

TEST(MetersTest, AMeterIsThereWithAllItsBands) {
  MeteredChassis c;
  c.user.demand("m");
  const sb::Meter row = c.add_meter("m", "pktps", {{10, 5}, {7, 0}});
  const Uuid band = row.bands.begin()->uuid;
  const sb::MeterBand kept = *c.sb.meter_band.find(band);
  c.sb.meter_band.erase(band);
  c.update();
  EXPECT_EQ(c.id_of("m"), std::nullopt);
  EXPECT_TRUE(c.wants(Wanted::meter_band(band)));
  c.sb.meter_band.put(kept);
  c.update();
  ASSERT_EQ(c.id_of("m"), Meter::first_id("m"));
  const auto meters = c.derived.outputs.meters.find(Meter::first_id("m"));
  ASSERT_EQ(meters.size(), 1u);
  EXPECT_EQ(meters.front().to_openflow(3).to_string(),
            "meter=3 pktps burst stats bands=\ntype=drop rate=7 burst_size=7\n"
            "type=drop rate=10 burst_size=5");
  c.sb.meter.erase(row.uuid);
  c.update();
  EXPECT_EQ(c.id_of("m"), std::nullopt);
  EXPECT_TRUE(c.derived.outputs.meters.find(Meter::first_id("m")).empty());
}

TEST(MetersTest, NumbersAreTheNamesOwnAndStay) {
  EXPECT_EQ(Meter::first_id("m1"), 2486071276u);
  ASSERT_EQ(Meter::first_id(kTwin), Meter::first_id(kOtherTwin));
  MeteredChassis c;
  for (const char* name : {kTwin, kOtherTwin}) c.user.demand(name);
  const sb::Meter first = c.add_meter(kTwin, "kbps", {{1, 0}});
  c.add_meter(kOtherTwin, "kbps", {{2, 0}});
  c.update();
  EXPECT_EQ(c.id_of(kTwin), Meter::first_id(kTwin));
  EXPECT_EQ(c.id_of(kOtherTwin), Meter::first_id(kTwin) + 1);
  c.sb.meter.erase(first.uuid);
  c.update();
  EXPECT_EQ(c.id_of(kOtherTwin), Meter::first_id(kTwin));
}

// A chassis' meters on their way into a real switch.
class MeterInstallerTest : public testing::Test {
 protected:
  void connect() {
    openflow::Connection::Callbacks callbacks;
    callbacks.on_connected = [this](const auto&) { installer_->connected(); };
    callbacks.on_disconnected = [this](const auto&) { installer_->disconnected(); };
    callbacks.on_error = [this](const auto& error) { installer_->take_error(error); };
    connection_ = std::make_unique<openflow::Connection>(loop_, openflow::Connection::Options{},
                                                         std::move(callbacks), Logger());
    installer_ = std::make_unique<MeterInstaller>(
        *connection_, c_.derived.outputs, [] {}, Logger());
    connection_->start(*io::Remote::parse(switch_.remote(), 6653));
  }
  void SetUp() override {
    connect();
    c_.user.demand("m");
  }
  // What a turn of the controller does, until all is done.
  void settle() {
    c_.update();
    installer_->enable();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    do {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      installer_->update();
      installer_->remove_unwanted();
      loop_.run_for(std::chrono::milliseconds(20));
    } while (!installer_->settled());
  }
  std::string meters() const { return switch_.ofctl({"dump-meters"}).text; }
  std::uint64_t messages() const { return connection_->counters().messages_sent; }

  io::Loop loop_;
  openflow::TestSwitch switch_{1};
  MeteredChassis c_;
  std::unique_ptr<MeterInstaller> installer_;
  std::unique_ptr<openflow::Connection> connection_;
};

TEST_F(MeterInstallerTest, AMeterComesChangesAndGoes) {
  const sb::Meter row = c_.add_meter("m", "pktps", {{10, 5}});
  settle();
  EXPECT_THAT(meters(), HasSubstr("pktps burst stats bands=\ntype=drop rate=10 burst_size=5"));
  EXPECT_EQ(installer_->list(), "m: " + std::to_string(Meter::first_id("m")) + "\n");
  sb::MeterBand band = *c_.sb.meter_band.find(row.bands.begin()->uuid);
  band.rate = 20;
  c_.sb.meter_band.put(band);
  settle();
  EXPECT_THAT(meters(), HasSubstr("rate=20 burst_size=5"));
  c_.user.undemand("m");
  settle();
  EXPECT_THAT(meters(), testing::Not(HasSubstr("rate=")));
  EXPECT_EQ(installer_->list(), "");
  EXPECT_THAT(installer_->findings(), IsEmpty());
}

TEST_F(MeterInstallerTest, NothingIsDoneBeforeTheWantsAreComplete) {
  switch_.ofctl({"add-meter"}, {"meter=77,kbps,band=type=drop,rate=5"});
  loop_.run_for(std::chrono::milliseconds(200));
  installer_->update();
  installer_->remove_unwanted();
  EXPECT_THAT(meters(), HasSubstr("meter=77"));
  settle();
  EXPECT_THAT(meters(), testing::Not(HasSubstr("meter=77")));
}

TEST_F(MeterInstallerTest, ARestartSendsOnlyDifferences) {
  c_.add_meter("m", "kbps", {{10, 0}, {20, 3}});
  settle();
  const std::string before = meters();
  // The next process: it has derived the same, and reads what the switch has.
  installer_.reset();
  connect();
  settle();
  EXPECT_EQ(meters(), before);
  // Hello, features, two messages of greeting, and the question: no meter, no barrier.
  EXPECT_EQ(messages(), 5u);
  c_.user.demand("new");
  c_.add_meter("new", "kbps", {{30, 0}});
  settle();
  EXPECT_EQ(messages(), 7u);
}

TEST_F(MeterInstallerTest, AfterTheSwitchHasRestartedTheyAreSentAgain) {
  c_.add_meter("m", "kbps", {{10, 0}});
  settle();
  switch_.kill_vswitchd();
  while (connection_->connected()) loop_.run_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(installer_->settled());
  switch_.start_vswitchd();
  settle();
  EXPECT_THAT(meters(), HasSubstr("rate=10"));
}

TEST_F(MeterInstallerTest, WhatTheSwitchRefusesIsReportedAndTriedAgainWhenChanged) {
  // More bands than the userspace datapath has.
  std::vector<std::pair<std::int64_t, std::int64_t>> many;
  for (int i = 1; i <= 100; ++i) many.emplace_back(i, 0);
  sb::Meter row = c_.add_meter("m", "kbps", many);
  settle();
  const auto findings = installer_->findings();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings.begin()->first.code, model::code::kMeterRejected);
  EXPECT_EQ(findings.begin()->first.subject, "m");
  EXPECT_THAT(findings.begin()->second.message, HasSubstr("OUT_OF_BANDS"));
  EXPECT_EQ(installer_->list(), "");
  const std::uint64_t sent = messages();
  settle();
  EXPECT_EQ(messages(), sent);
  const auto kept = *row.bands.begin();
  row.bands = {kept};
  c_.sb.meter.put(row);
  settle();
  EXPECT_THAT(installer_->findings(), IsEmpty());
  EXPECT_THAT(meters(), HasSubstr("rate=1"));
}

}  // namespace
}  // namespace mooring::controller
