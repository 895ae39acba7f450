#include "controller/announcement_frames.h"

#include <tins/arp.h>
#include <tins/ethernetII.h>
#include <tins/icmpv6.h>
#include <tins/ipv6.h>
#include <tins/rawpdu.h>

namespace mooring::controller {
namespace {

constexpr std::uint16_t kRarpEthertype = 0x8035;
constexpr std::uint16_t kRarpRequest = 3;
constexpr char kAllNodes[] = "ff02::1";

Tins::HWAddress<6> hardware(Mac mac) { return Tins::HWAddress<6>(mac.bytes().data()); }

std::string bytes_of(Tins::PDU& pdu) {
  auto bytes = pdu.serialize();
  return std::string(bytes.begin(), bytes.end());
}

std::string gratuitous_arp(Mac mac, Ip4 ip) {
  Tins::IPv4Address address(ip.to_string());
  Tins::ARP arp(address, address, Tins::HWAddress<6>(), hardware(mac));
  arp.opcode(Tins::ARP::REQUEST);
  auto frame = Tins::EthernetII(hardware(Mac::broadcast()), hardware(mac)) / arp;
  return bytes_of(frame);
}

std::string unsolicited_advertisement(Mac mac, Ip6 ip) {
  Tins::ICMPv6 icmp(Tins::ICMPv6::NEIGHBOUR_ADVERT);
  icmp.override(1);
  icmp.target_addr(Tins::IPv6Address(ip.to_string()));
  icmp.target_link_layer_addr(hardware(mac));
  Tins::IPv6 ip6(kAllNodes, Tins::IPv6Address(ip.to_string()));
  ip6.hop_limit(255);
  Mac destination = Ip6::parse(kAllNodes)->multicast_mac();
  auto frame = Tins::EthernetII(hardware(destination), hardware(mac)) / ip6 / icmp;
  return bytes_of(frame);
}

std::string reverse_arp(Mac mac) {
  Tins::ARP arp(Tins::IPv4Address(), Tins::IPv4Address(), hardware(mac), hardware(mac));
  arp.opcode(static_cast<Tins::ARP::Flags>(kRarpRequest));
  auto body = arp.serialize();
  Tins::EthernetII frame(hardware(Mac::broadcast()), hardware(mac));
  frame.payload_type(kRarpEthertype);
  frame /= Tins::RawPDU(body);
  return bytes_of(frame);
}

}  // namespace

std::vector<std::string> announcement_frames(const Announcement& announcement) {
  std::vector<std::string> out;
  for (Ip4 ip : announcement.ip4) out.push_back(gratuitous_arp(announcement.mac, ip));
  for (Ip6 ip : announcement.ip6) out.push_back(unsolicited_advertisement(announcement.mac, ip));
  if (out.empty()) out.push_back(reverse_arp(announcement.mac));
  return out;
}

}  // namespace mooring::controller
