// A chassis for tests of the derivations: literal rows instead of databases.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/derivations.h"
#include "model/stage.h"

namespace mooring::controller {

class TestChassis {
 public:
  TestChassis() : derived(ovs, sb, confirmations, attempts, {}) {
    set_external_ids({{"system-id", "hv1"},
                      {"ovn-remote", "unix:/sb"},
                      {"ovn-encap-type", "geneve"},
                      {"ovn-encap-ip", "192.0.2.1"},
                      {"ovn-bridge-mappings", "phys:br-eth1"}});
    add_bridge("br-int");
    add_bridge("br-eth1");
    plug("eth1", 1, "", "br-eth1");
    sb::Chassis chassis;
    chassis.uuid = self;
    chassis.name = "hv1";
    sb.chassis.put(chassis);
    add_program();
  }

  // As random ones do, they differ in the bits that blocks of conjunctions are taken from.
  static Uuid id(std::uint64_t n) { return Uuid(n << 40, n << 8); }

  void set_external_ids(Map<std::string, std::string> ids) {
    ovs::OpenVSwitch row;
    row.uuid = id(1);
    row.external_ids = std::move(ids);
    ovs.open_vswitch.put(row);
  }

  Uuid add_bridge(const std::string& name) {
    ovs::Bridge row;
    row.uuid = fresh();
    row.name = name;
    ovs.bridge.put(row);
    bridges[name] = row.uuid;
    return row.uuid;
  }

  void remove_bridge(const std::string& name) {
    ovs.bridge.erase(bridges.at(name));
    bridges.erase(name);
  }

  // An interface of its own name on a bridge; iface_id "" for none.
  Uuid plug(const std::string& name, std::int64_t ofport, const std::string& iface_id,
            const std::string& bridge = "br-int", const std::string& type = "") {
    ovs::Interface interface;
    interface.uuid = fresh();
    interface.name = name;
    interface.type = type;
    interface.ofport = ofport;
    interface.link_state = "up";
    if (!iface_id.empty()) interface.external_ids = {{"iface-id", iface_id}};
    ovs.interface.put(interface);
    ovs::Port port;
    port.uuid = fresh();
    port.name = name;
    port.interfaces.insert({interface.uuid});
    ovs.port.put(port);
    ovs::Bridge row = *ovs.bridge.find(bridges.at(bridge));
    row.ports.insert({port.uuid});
    ovs.bridge.put(row);
    interfaces[name] = {interface.uuid, port.uuid, bridge};
    return interface.uuid;
  }

  void unplug(const std::string& name) {
    auto place = interfaces.at(name);
    ovs::Bridge row = *ovs.bridge.find(bridges.at(place.bridge));
    row.ports.erase({place.port});
    ovs.bridge.put(row);
    ovs.port.erase(place.port);
    ovs.interface.erase(place.interface);
    interfaces.erase(name);
  }

  // A switch with an uplink to `network` ("" for none).
  Uuid add_switch(std::int64_t key, const std::string& network,
                  std::optional<std::int64_t> tag = std::nullopt, const std::string& name = "net") {
    sb::DatapathBinding row;
    row.uuid = fresh();
    row.tunnel_key = key;
    sb.datapath_binding.put(row);
    if (!network.empty()) add_uplink(row.uuid, network, tag, name);
    return row.uuid;
  }

  Uuid add_uplink(const Uuid& datapath, const std::string& network, std::optional<std::int64_t> tag,
                  const std::string& name) {
    sb::Uplink row;
    row.uuid = fresh();
    row.datapath = {datapath};
    row.logical_port = name;
    row.tunnel_key = 32767;
    row.physical_network = network;
    row.tag = tag;
    row.ethertype = "802.1q";
    sb.uplink.put(row);
    return row.uuid;
  }

  sb::PortBinding add_binding(const std::string& name, const Uuid& datapath, std::int64_t key,
                              Set<std::string> mac) {
    sb::PortBinding row;
    row.uuid = fresh();
    row.logical_port = name;
    row.datapath = {datapath};
    row.tunnel_key = key;
    row.mac = std::move(mac);
    sb.port_binding.put(row);
    return row;
  }

  // The patch ports that are wanted now, with numbers from 1000 on.
  void make_patch_ports() {
    std::vector<std::pair<std::string, std::string>> wanted;
    derived.outputs.patch_ports.for_each([&](const std::string& name, const auto& elements) {
      if (!interfaces.contains(name)) wanted.emplace_back(name, elements.front().bridge);
    });
    for (const auto& [name, bridge] : wanted) plug(name, ++next_ofport, "", bridge, "patch");
  }

  // As a server does that answers at once, unless it is told not to.
  void update() {
    for (bool again = true; again;) {
      derived.graph.update();
      std::set<Wanted> asked;
      derived.outputs.wanted.for_each([&](const Wanted& w, const auto&) { asked.insert(w); });
      confirmations.ask(std::move(asked));
      if (answering) confirmations.confirm();
      attempts.forget(derived.outputs);
      std::vector<std::string> absent;  // what is bound here or free is among the rows already
      derived.outputs.attempts.for_each(
          [&](const std::string& port, const auto&) { absent.push_back(port); });
      for (const std::string& port : absent) attempts.miss(port);
      again = !derived.graph.idle();
    }
  }
  bool answering = true;

  // "table priority match -> actions", of one table, sorted.
  std::vector<std::string> flows(std::uint8_t table) const {
    std::vector<std::string> out;
    derived.outputs.flows.for_each([&](const FlowKey& key, const auto& bodies) {
      if (key.table != table) return;
      out.push_back(std::to_string(key.priority) + " " + key.match.to_string() + " -> " +
                    bodies.front().actions.to_string());
    });
    std::sort(out.begin(), out.end());
    return out;
  }

  std::map<std::string, std::string> findings() const {  // code:subject to message
    std::map<std::string, std::string> out;
    derived.outputs.findings.for_each([&](const FindingKey& key, const auto& elements) {
      out[key.code + ":" + key.subject] = elements.front().message;
    });
    return out;
  }

  std::size_t flow_count() const {
    std::size_t count = 0;
    derived.outputs.flows.for_each([&](const auto&, const auto&) { ++count; });
    return count;
  }

  Uuid fresh() { return id(++last_id); }

  struct Place {
    Uuid interface;
    Uuid port;
    std::string bridge;
  };
  ovs::Database ovs;
  sb::Database sb;
  Confirmations confirmations;
  Attempts attempts;
  Derivations derived;
  Uuid self = id(2);
  std::map<std::string, Uuid> bridges;
  std::map<std::string, Place> interfaces;
  std::uint64_t last_id = 100;
  std::int64_t next_ofport = 1000;

 private:
  void add_row(const model::Stage& stage, std::int64_t priority, const std::string& match,
               const std::string& actions) {
    sb::Pipeline row;
    row.uuid = fresh();
    row.pipeline = model::to_string(stage.pipeline);
    row.stage = stage.name;
    row.table_id = stage.id;
    row.priority = priority;
    row.match = match;
    row.actions = actions;
    row.kind = "switch";
    sb.pipeline.put(row);
  }
  void add_program() {
    add_row(model::stage::kInAdmission, 100, "eth.src[40]", "drop;");
    add_row(model::stage::kInAdmission, 50, "1", "next;");
    add_row(model::stage::kInLearn, 0, "1", "learn_fdb();");
    add_row(model::stage::kInLookup, 0, "1", "lookup_l2();");
    add_row(model::stage::kOutDeliver, 0, "1", "output;");
  }
};

}  // namespace mooring::controller
