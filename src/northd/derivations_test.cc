// The derivations on rows in memory: work done, and random changes against a fresh start.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/test_scale.h"
#include "northd/testing/world.h"

namespace mooring::northd::testing {
namespace {

using Ls = nb::LogicalSwitch;
using Lsp = nb::LogicalSwitchPort;
using Ps = nb::PhysicalSwitch;
using Pg = nb::PortGroup;
using As = nb::AddressSet;

// Whole columns, where the sets are small.
template <class Row, class T>
void set(ovsdb::Transaction& txn, const Uuid& row, const ovsdb::Column<Row, T>& column,
         const std::type_identity_t<T>& value) {
  txn.set_column(Row::kTable, row, column.name, ovsdb::to_json(value));
}

Lsp port_row(std::string name, std::string address) {
  Lsp row;
  row.name = std::move(name);
  if (!address.empty()) row.addresses = {std::move(address)};
  return row;
}

std::string address(int n) {
  return fmt::format("00:00:00:00:{:02x}:{:02x} 10.0.{}.{}", n / 256, n % 256, n / 256, n % 256);
}

std::uint64_t runs_of(const World& world, std::string_view memo) {
  for (const auto& stats : world.derivations.graph.stats().memos) {
    if (stats.name == memo) return stats.runs;
  }
  return 0;
}

class WorkTest : public ::testing::Test {
 protected:
  static ovsdb::Transaction switch_with(int ports, store::Ref<Ps>* made = nullptr) {
    ovsdb::Transaction txn;
    Ps row;
    row.name = "ps";
    for (int i = 0; i < ports; ++i) {
      row.ports.insert(txn.insert(port_row(fmt::format("p{}", i), address(i))));
    }
    auto ref = txn.insert(row);
    if (made != nullptr) *made = ref;
    return txn;
  }
  // A switch with so many ports, settled.
  void make_switch(int ports) {
    store::Ref<Ps> ref;
    ovsdb::Transaction txn = switch_with(ports, &ref);
    auto outcome = world_.nb.transact(txn);
    ASSERT_TRUE(outcome);
    switch_ = outcome->uuid_of(ref);
    world_.settle();
  }
  World world_;
  Uuid switch_;
};

TEST_F(WorkTest, OneMorePortIsTheWorkOfOnePort) {
  make_switch(300);
  ovsdb::Transaction txn;
  txn.insert_into(switch_, Ps::Columns::ports, txn.insert(port_row("new", address(1000))));
  ASSERT_TRUE(world_.nb.transact(txn));
  auto settled = world_.settle();
  // port, duplicate_address and port_state; the last again, when the binding is there.
  EXPECT_LE(settled.runs, 5u);
  EXPECT_EQ(settled.sb_transactions, 1u);
  EXPECT_EQ(settled.nb_transactions, 1u);
}

TEST_F(WorkTest, ANumberOnlyIsNoWorkForPorts) {
  make_switch(50);
  std::uint64_t before = runs_of(world_, "port") + runs_of(world_, "port_state");
  world_.nb_tables.nb_global.for_each([&](const nb::NBGlobal& row) {
    ovsdb::Transaction txn;
    txn.update(row.uuid, nb::NBGlobal::Columns::nb_cfg, 7);
    ASSERT_TRUE(world_.nb.transact(txn));
  });
  auto settled = world_.settle();
  EXPECT_LE(settled.runs, 4u);
  EXPECT_EQ(runs_of(world_, "port") + runs_of(world_, "port_state"), before);
}

TEST_F(WorkTest, AFirstWaveIsOneTransaction) {
  ovsdb::Transaction txn;
  Ps row;
  row.name = "ps";
  for (int i = 0; i < 100; ++i) row.ports.insert(txn.insert(port_row(fmt::format("p{}", i), "")));
  txn.insert(row);
  ASSERT_TRUE(world_.nb.transact(txn));
  EXPECT_EQ(world_.settle().sb_transactions, 1u);
}

// 600 ports by 250 at most, nine of which are what they stand on, and then what says that they are
// there.
TEST_F(WorkTest, ALargeWaveGoesByPortsWithItsNumberLast) {
  for (bool slow : {false, true}) {
    World world;
    world.slow_servers = slow;
    std::vector<int> bindings;
    std::vector<bool> numbered;
    world.sb.refuse = [&](std::string_view text) -> std::optional<std::string> {
      int count = 0;
      constexpr std::string_view kInsert = R"("insert","table":"Port_Binding")";
      for (std::size_t at = 0; (at = text.find(kInsert, at)) != text.npos; ++at) ++count;
      bindings.push_back(count);
      numbered.push_back(text.find("SB_Global") != text.npos);
      return std::nullopt;
    };
    ASSERT_TRUE(world.nb.transact(switch_with(600)));
    auto settled = world.settle();
    // It may go with the rest when all before is answered.
    EXPECT_EQ(bindings,
              slow ? (std::vector<int>{241, 250, 109, 0}) : (std::vector<int>{241, 250, 109}));
    EXPECT_EQ(numbered, slow ? (std::vector<bool>{false, false, false, true})
                             : (std::vector<bool>{false, false, true}));
    EXPECT_EQ(settled.failures, 0u);
  }
}

TEST_F(WorkTest, OneBadRowOfALargeWaveIsFoundAndTheRestIsWritten) {
  for (bool slow : {false, true}) {
    World world;
    world.slow_servers = slow;
    world.sb.refuse = [](std::string_view text) {
      return text.find("\"p77\"") == text.npos ? std::nullopt
                                               : std::optional<std::string>("constraint violation");
    };
    ASSERT_TRUE(world.nb.transact(switch_with(600)));
    world.settle();
    EXPECT_EQ(world.sb_tables.port_binding.size(), 599u);
    EXPECT_EQ(world.problems.size(), 1u);
    EXPECT_EQ(world.sb_tables.sb_global.size(), 1u);
  }
}

TEST_F(WorkTest, OneBadRowOfManyIsFoundInFewSteps) {
  world_.sb.refuse = [](std::string_view text) {
    return text.find("\"p77\"") == text.npos ? std::nullopt
                                             : std::optional<std::string>("constraint violation");
  };
  make_switch(200);
  EXPECT_EQ(world_.sb_tables.port_binding.size(), 199u);
  EXPECT_EQ(world_.problems.size(), 1u);
  world_.sb.refuse = nullptr;
  EXPECT_TRUE(world_.reconciler.southbound().release_rejected());
  EXPECT_EQ(world_.settle().sb_transactions, 1u);
  EXPECT_EQ(world_.sb_tables.port_binding.size(), 200u);
  EXPECT_EQ(world_.problems.size(), 0u);
}

TEST_F(WorkTest, AFailureThatIsntTheRowsFaultIsTriedAgainWhole) {
  int left = 3;
  world_.sb.refuse = [&left](std::string_view) {
    return left-- > 0 ? std::optional<std::string>("I/O error") : std::nullopt;
  };
  make_switch(20);
  EXPECT_EQ(world_.sb_tables.port_binding.size(), 20u);
  EXPECT_EQ(world_.problems.size(), 0u);
}

// Random changes to few names, so that they meet: switches of both kinds, localnets, ports that
// move, addresses that clash, groups, rules and sets, chassis that come and go, and rows of
// northd's own that get garbled.
class RandomTest : public ::testing::Test {
 protected:
  explicit RandomTest(Reconciler::Sizes sizes = {}) : world_(sizes) {}
  void run();

  std::size_t roll(std::size_t sides) { return random_() % sides; }
  bool one_in(std::size_t sides) { return roll(sides) == 0; }
  std::string net() { return fmt::format("net{}", roll(3)); }

  template <class Row>
  const Row* pick(const store::Table<Row>& table) {
    std::vector<const Row*> rows;
    table.for_each([&](const Row& row) { rows.push_back(&row); });
    return rows.empty() ? nullptr : rows[roll(rows.size())];
  }

  void change_switches(ovsdb::Transaction& txn) {
    const Ps* ps = pick(world_.nb_tables.physical_switch);
    if (ps == nullptr || one_in(4)) {
      Ps row;
      row.name = fmt::format("ps{}", roll(4));
      row.physical_network = one_in(3) ? "" : net();
      if (one_in(2)) row.type = "vlan";
      if (one_in(2)) row.tag = static_cast<std::int64_t>(roll(4));
      txn.insert(row);
    } else if (one_in(4)) {
      txn.remove<Ps>(ps->uuid);
    } else if (one_in(2)) {
      const char* types[] = {"", "flat", "vlan", "bogus"};
      txn.update(ps->uuid, Ps::Columns::type, types[roll(4)]);
      txn.update(ps->uuid, Ps::Columns::tag,
                 one_in(3) ? std::nullopt : std::optional<std::int64_t>(roll(5)));
    } else {
      txn.update(ps->uuid, Ps::Columns::name, fmt::format("ps{}", roll(4)));
      txn.update(ps->uuid, Ps::Columns::physical_network, net());
    }
  }
  void change_logical_switches(ovsdb::Transaction& txn) {
    const Ls* ls = pick(world_.nb_tables.logical_switch);
    if (ls == nullptr || one_in(4)) {
      Ls row;
      row.name = fmt::format("ls{}", roll(4));
      if (one_in(3)) row.other_config["requested-tnl-key"] = std::to_string(roll(5));
      txn.insert(row);
    } else if (one_in(4)) {
      txn.remove<Ls>(ls->uuid);
    } else {
      txn.put(ls->uuid, Ls::Columns::other_config, "vlan-passthru", one_in(2) ? "true" : "false");
    }
  }
  Lsp random_port() {
    Lsp row = port_row(fmt::format("p{}", next_port_++), one_in(5) ? "bad" : address(roll(10)));
    if (one_in(3)) {
      row.type = "localnet";
      if (!one_in(4)) row.options["network_name"] = net();
      if (one_in(2)) row.tag = static_cast<std::int64_t>(1 + roll(3));
    }
    if (one_in(4)) row.options["requested-tnl-key"] = std::to_string(roll(6));
    if (one_in(5)) row.options["requested-chassis"] = fmt::format("hv{}", roll(4));
    return row;
  }
  void change_ports(ovsdb::Transaction& txn) {
    const Lsp* port = pick(world_.nb_tables.logical_switch_port);
    const Ls* ls = pick(world_.nb_tables.logical_switch);
    const Ps* ps = pick(world_.nb_tables.physical_switch);
    if (port == nullptr || one_in(3)) {
      auto ref = txn.insert(random_port());
      if (ls != nullptr && one_in(2))
        txn.insert_into(ls->uuid, Ls::Columns::ports, ref);
      else if (ps != nullptr)
        txn.insert_into(ps->uuid, Ps::Columns::ports, ref);
    } else if (one_in(3)) {
      for (const Uuid& uuid : world_.derivations.inputs.switches_of_port.find(port->uuid)) {
        world_.nb_tables.logical_switch.find(uuid) != nullptr
            ? txn.remove_from(uuid, Ls::Columns::ports, {port->uuid})
            : txn.remove_from(uuid, Ps::Columns::ports, {port->uuid});
      }
      if (ps != nullptr && one_in(2)) txn.insert_into(ps->uuid, Ps::Columns::ports, {port->uuid});
    } else if (ls != nullptr && one_in(4)) {
      txn.insert_into(ls->uuid, Ls::Columns::ports, {port->uuid});
    } else {
      set(txn, port->uuid, Lsp::Columns::addresses, Set<std::string>{address(roll(10))});
      txn.put(port->uuid, Lsp::Columns::options, "network_name", net());
    }
  }
  void change_chassis(ovsdb::Transaction& txn) {
    const sb::Chassis* chassis = pick(world_.sb_tables.chassis);
    if (chassis == nullptr || world_.sb_tables.chassis.size() < 3) {
      std::string name = fmt::format("hv{}", next_chassis_++ % 5);
      Uuid encap = txn.insert_row("Encap");
      txn.set_column("Encap", encap, "type", "\"geneve\"");
      txn.set_column("Encap", encap, "ip", fmt::format("\"192.0.2.{}\"", next_chassis_));
      Uuid row = txn.insert_row("Chassis");
      txn.set_column("Chassis", row, "name", fmt::format("\"{}\"", name));
      txn.set_column("Chassis", row, "encaps", ovsdb::to_json(encap));
    } else if (one_in(4)) {
      txn.remove<sb::Chassis>(chassis->uuid);
    } else if (one_in(2)) {
      txn.put(chassis->uuid, sb::Chassis::Columns::other_config, "ovn-bridge-mappings",
              fmt::format("{}:br1,{}:br2", net(), net()));
    } else if (const auto* binding = pick(world_.sb_tables.port_binding)) {
      txn.update(binding->uuid, sb::PortBinding::Columns::chassis,
                 one_in(4) ? std::nullopt : std::optional(store::Ref<sb::Chassis>{chassis->uuid}));
      txn.update(binding->uuid, sb::PortBinding::Columns::up, one_in(2));
    }
  }
  std::string random_match() {
    const char* matches[] = {"ip4",
                             "inport == @pg1 && ip4.src == $as1",
                             "ip4 &&",
                             "outport == @pg2 && tcp.dst == 70000",
                             "ip4.src != $as2",
                             "ip4.src == $pg1_ip4 && udp"};
    return matches[roll(6)];
  }
  nb::ACL random_rule() {
    const char* actions[] = {"allow", "allow-related", "allow-stateless", "drop", "reject", "pass"};
    nb::ACL row;
    row.priority = static_cast<std::int64_t>(roll(3));
    row.direction = one_in(2) ? "from-lport" : "to-lport";
    row.match = random_match();
    row.action = actions[roll(6)];
    row.tier = static_cast<std::int64_t>(roll(4));
    row.log = one_in(4);
    return row;
  }
  void change_rules(ovsdb::Transaction& txn) {
    const nb::ACL* acl = pick(world_.nb_tables.acl);
    const Pg* group = pick(world_.nb_tables.port_group);
    const Ps* ps = pick(world_.nb_tables.physical_switch);
    if (acl == nullptr || one_in(3)) {
      const auto rule = txn.insert(random_rule());
      if (group != nullptr && one_in(2)) txn.insert_into(group->uuid, Pg::Columns::acls, rule);
      if (ps != nullptr) txn.insert_into(ps->uuid, Ps::Columns::acls, rule);
    } else if (one_in(3)) {
      world_.nb_tables.port_group.for_each(
          [&](const Pg& row) { txn.remove_from(row.uuid, Pg::Columns::acls, {acl->uuid}); });
      world_.nb_tables.physical_switch.for_each(
          [&](const Ps& row) { txn.remove_from(row.uuid, Ps::Columns::acls, {acl->uuid}); });
    } else if (one_in(3)) {
      txn.update(acl->uuid, nb::ACL::Columns::tier, static_cast<std::int64_t>(roll(4)));
    } else {
      txn.update(acl->uuid, nb::ACL::Columns::match, random_match());
    }
  }
  void change_groups(ovsdb::Transaction& txn) {
    const Pg* group = pick(world_.nb_tables.port_group);
    const Lsp* port = pick(world_.nb_tables.logical_switch_port);
    if (group == nullptr || one_in(5)) {
      Pg row;
      row.name = fmt::format("pg{}", roll(4));
      txn.insert(row);
    } else if (one_in(6)) {
      txn.remove<Pg>(group->uuid);
    } else if (port != nullptr && one_in(2)) {
      txn.insert_into(group->uuid, Pg::Columns::ports, {port->uuid});
    } else if (port != nullptr) {
      txn.remove_from(group->uuid, Pg::Columns::ports, {port->uuid});
    }
  }
  void change_sets(ovsdb::Transaction& txn) {
    const char* members[] = {"10.0.0.1", "10.0.0.0/24", "10.0.0.7/24", "fd00::1",
                             "bad",      "10.0.0.256",  "10.0.0.2",    "00:00:00:00:00:01"};
    const As* set_row = pick(world_.nb_tables.address_set);
    if (set_row == nullptr || one_in(5)) {
      As row;
      row.name = fmt::format("as{}", roll(3));
      txn.insert(row);
    } else if (one_in(8)) {
      txn.remove<As>(set_row->uuid);
    } else if (one_in(3)) {
      txn.remove_from(set_row->uuid, As::Columns::addresses, {members[roll(8)]});
    } else {
      txn.insert_into(set_row->uuid, As::Columns::addresses, {members[roll(8)]});
    }
  }
  void garble(ovsdb::Transaction& txn) {
    const auto* binding = pick(world_.sb_tables.port_binding);
    const auto* uplink = pick(world_.sb_tables.uplink);
    const auto* datapath = pick(world_.sb_tables.datapath_binding);
    if (binding != nullptr && one_in(3)) {
      one_in(2) ? txn.remove<sb::PortBinding>(binding->uuid)
                : txn.update(binding->uuid, sb::PortBinding::Columns::logical_port, "garbled");
    } else if (uplink != nullptr && one_in(2)) {
      one_in(2) ? txn.remove<sb::Uplink>(uplink->uuid)
                : txn.update(uplink->uuid, sb::Uplink::Columns::tunnel_key,
                             static_cast<std::int64_t>(1 + roll(4)));
    } else if (datapath != nullptr) {
      one_in(2) ? txn.update(datapath->uuid, sb::DatapathBinding::Columns::nb_uuid, std::nullopt)
                : txn.erase_key(datapath->uuid, sb::DatapathBinding::Columns::external_ids,
                                "logical-switch");
    }
  }
  void change() {
    ovsdb::Transaction nb, sb;
    switch (roll(12)) {
      case 0:
        change_switches(nb);
        break;
      case 1:
        change_logical_switches(nb);
        break;
      case 2:
        change_chassis(sb);
        break;
      case 3:
        garble(sb);
        break;
      case 4:
      case 5:
        change_rules(nb);
        break;
      case 6:
        change_groups(nb);
        break;
      case 7:
        change_sets(nb);
        break;
      default:
        change_ports(nb);
    }
    // What the schema refuses is refused, and no change.
    if (!nb.empty()) world_.nb.transact(nb).map([](const auto&) {});
    if (!sb.empty()) world_.sb.transact(sb).map([](const auto&) {});
  }

  std::mt19937 random_{4711};
  int next_port_ = 0;
  int next_chassis_ = 0;
  World world_;
};

void RandomTest::run() {
  std::size_t most_ports = 0;
  std::size_t most_rules = 0;
  for (int step = 0; step < 1500 / kTestSlowdown; ++step) {
    change();
    most_ports = std::max(most_ports, world_.nb_tables.logical_switch_port.size());
    most_rules = std::max(most_rules, world_.nb_tables.acl.size());
    if (one_in(4)) continue;  // several changes in one wave
    world_.slow_servers = one_in(2);
    auto settled = world_.settle();
    ASSERT_EQ(settled.failures, 0u) << "at step " << step;
    auto differences = world_.differences_from_scratch();
    ASSERT_TRUE(differences.empty()) << differences.front() << " at step " << step;
    auto another = world_.first_transaction_of_another();
    ASSERT_FALSE(another) << *another << " at step " << step;
    // Each port that can be bound is, and each once.
    ASSERT_LE(world_.sb_tables.port_binding.size(), world_.nb_tables.logical_switch_port.size());
  }
  EXPECT_GT(most_ports, 3u);
  EXPECT_GT(most_rules, 1u);
}

TEST_F(RandomTest, AFreshStartFindsNothingToChange) { run(); }

// The same when a wave of few rows is one of many transactions already.
class DividedTest : public RandomTest {
 protected:
  DividedTest() : RandomTest({.southbound = {1, true}, .northbound = {2, false}}) {}
};

TEST_F(DividedTest, AFreshStartFindsNothingToChange) { run(); }

}  // namespace
}  // namespace mooring::northd::testing
