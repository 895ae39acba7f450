// Lines of ACLs, with ovs-ofctl as the other one who prints packets.

#include "controller/acl_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "controller/test_frames.h"
#include "openflow/testing/test_switch.h"

namespace mooring::controller {
namespace {

std::string flow_text(const std::string& frame) {
  const auto line = acl_log_line({}, frame);
  return line ? line->substr(line->find(": ") + 2) : "";
}

// A file of packets (the classic format of libpcap, Ethernet).
void write_pcap(const std::string& path, const std::vector<std::string>& frames) {
  std::ofstream out(path, std::ios::binary);
  auto u32 = [&out](std::uint32_t value) {
    out.write(reinterpret_cast<const char*>(&value), sizeof value);
  };
  u32(0xa1b2c3d4);
  u32(4U << 16 | 2);
  for (std::uint32_t value : {0U, 0U, 65535U, 1U}) u32(value);
  for (const std::string& frame : frames) {
    for (int i = 0; i < 2; ++i) u32(0);
    for (int i = 0; i < 2; ++i) u32(static_cast<std::uint32_t>(frame.size()));
    out << frame;
  }
}

std::vector<std::string> ofctl_lines(const std::vector<std::string>& frames) {
  const std::string path = testing::TempDir() + "/acl_log_test." + std::to_string(getpid());
  write_pcap(path, frames);
  const auto output = openflow::run_program({"ovs-ofctl", "parse-pcap", path});
  unlink(path.c_str());
  std::vector<std::string> out;
  std::istringstream lines(output.text);
  for (std::string line; std::getline(lines, line);) {
    const std::string_view port = "in_port=ANY,";
    line.erase(line.find(port), port.size());
    out.push_back(line);
  }
  return out;
}

TEST(AclLogTest, TheFormIsOvns) {
  const LogEntry entry{"allow \"web\"", LogSeverity::kAlert, Verdict::kDrop, Direction::kToLport,
                       std::nullopt};
  Tins::ICMP ping(Tins::ICMP::ECHO_REQUEST);
  EXPECT_EQ(*acl_log_line(entry, ip4_frame(ping)),
            "name=\"allow \\\"web\\\"\", verdict=drop, severity=alert, direction=to-lport: "
            "icmp,vlan_tci=0x0000,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,"
            "nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_tos=0,nw_ecn=0,nw_ttl=128,nw_frag=no,"
            "icmp_type=8,icmp_code=0");
}

TEST(AclLogTest, WithoutNameItIsUnnamed) {
  EXPECT_THAT(*acl_log_line({}, ip4_frame(Tins::UDP(2, 1))),
              testing::StartsWith("name=\"<unnamed>\", verdict=allow, severity=info, "
                                  "direction=from-lport: udp,"));
}

TEST(AclLogTest, WithoutEthernetHeaderThereIsNoLine) {
  EXPECT_FALSE(acl_log_line({}, std::string(13, '\0')));
  EXPECT_TRUE(acl_log_line({}, std::string(14, '\0')));
}

TEST(AclLogTest, PacketsReadAsOpenVSwitchReadsThem) {
  PacketGenerator packets(9);
  std::vector<std::string> frames;
  for (int i = 0; i < 5000; ++i) frames.push_back(packets.next());
  const auto theirs = ofctl_lines(frames);
  ASSERT_EQ(theirs.size(), frames.size());
  int differences = 0;
  for (std::size_t i = 0; i < frames.size() && differences < 10; ++i) {
    EXPECT_EQ(flow_text(frames[i]), theirs[i]);
    differences += flow_text(frames[i]) != theirs[i];
  }
}

TEST(AclLogTest, NeighbourDiscoveryShowsItsTarget) {
  const std::string header =
      "02000000000202000000000186dd6000000000203aff"
      "fe800000000000000000000000000001fd000000000000000000000000000002";
  const std::string target = "fd000000000000000000000000000009";
  std::vector<std::string> frames;
  for (const char* kind : {"8700", "8800", "8701"}) {
    for (const char* option : {"0101020000000001", "0201020000000009", "0500000000000000"}) {
      frames.push_back(from_hex(header + kind + "000000000000" + target + option));
    }
  }
  const auto theirs = ofctl_lines(frames);
  ASSERT_EQ(theirs.size(), frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) EXPECT_EQ(flow_text(frames[i]), theirs[i]);
}

// What is cut gives a line whatever it is; nothing else happens.
TEST(AclLogTest, WhatIsCutStaysOneLine) {
  PacketGenerator packets(10);
  for (int i = 0; i < 300; ++i) {
    const std::string frame = packets.next();
    for (std::size_t length = 18; length <= frame.size(); ++length) {
      ASSERT_TRUE(acl_log_line({}, frame.substr(0, length)));
    }
  }
}

}  // namespace
}  // namespace mooring::controller
