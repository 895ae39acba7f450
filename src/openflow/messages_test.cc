#include "openflow/messages.h"

#include <gtest/gtest.h>

#include "openflow/message_wire.h"
#include "openflow/testing/flow_generator.h"

namespace mooring::openflow {
namespace {

// A message with this type and body.
std::string message(std::uint8_t type, std::string_view body, std::uint8_t version = kVersion) {
  std::string out;
  Writer<std::string> writer(out);
  writer.u8(version);
  writer.u8(type);
  writer.u16(static_cast<std::uint16_t>(kHeaderSize + body.size()));
  writer.u32(77);
  writer.raw(body);
  return out;
}

template <class T>
T decoded(std::string_view bytes) {
  auto incoming = decode(bytes);
  EXPECT_TRUE(incoming) << incoming.error().message;
  if (!incoming) return {};
  EXPECT_TRUE(std::holds_alternative<T>(incoming->message));
  return std::holds_alternative<T>(incoming->message) ? std::get<T>(incoming->message) : T{};
}

TEST(MessagesTest, FlowModsSurvive) {
  FlowGenerator generator(7);
  for (int i = 0; i < 1000; ++i) {
    FlowMod mod = FlowMod::add(generator.next());
    std::string bytes;
    ASSERT_TRUE(encode(bytes, 9, mod));
    EXPECT_EQ(*frame_length(bytes), bytes.size());
    EXPECT_EQ(decoded<FlowMod>(bytes), mod);
    // Cut anywhere, with a header that agrees: an error, or a flow-mod, but never more.
    for (std::size_t cut = kHeaderSize; cut < bytes.size(); cut += 5) {
      std::string part = bytes.substr(0, cut);
      Writer(part).patch_u16(2, static_cast<std::uint16_t>(cut));
      static_cast<void>(decode(part));
    }
  }
}

TEST(MessagesTest, GroupModsSurvive) {
  FlowGenerator generator(8);
  for (std::uint32_t id = 1; id < 300; ++id) {
    const GroupMod mod = GroupMod::add(generator.group(id));
    std::string bytes;
    ASSERT_TRUE(encode(bytes, 9, mod));
    EXPECT_EQ(decoded<GroupMod>(bytes), mod) << mod.group.to_string();
  }
}

TEST(MessagesTest, DeletesCarryNoActions) {
  FlowMod mod = FlowMod::remove_strict({3, 100, Match().metadata(1)});
  mod.flow.actions.output(1);
  std::string bytes;
  ASSERT_TRUE(encode(bytes, 1, mod));
  EXPECT_TRUE(decoded<FlowMod>(bytes).flow.actions.empty());
  EXPECT_EQ(decoded<FlowMod>(bytes).flow.key(), mod.flow.key());
}

TEST(MessagesTest, WhatIsTooLongIsNotAppended) {
  FlowMod mod;
  for (int i = 0; i < 5000; ++i) mod.flow.actions.output(1);
  std::string bytes = "before";
  EXPECT_FALSE(encode(bytes, 1, mod));
  EXPECT_FALSE(encode_in_bundle(bytes, 1, 1, 3, mod));
  EXPECT_FALSE(
      encode(bytes, 1, Message(PacketOut{Match().in_port(1), {}, std::string(70000, 'x')})));
  // Fits alone, but not with the bundle's header around.
  FlowMod close;
  while (close.flow.actions.bytes().size() + 80 <= kMaxMessageSize) close.flow.actions.output(1);
  std::string alone;
  if (encode(alone, 1, close) && alone.size() + 16 > kMaxMessageSize) {
    EXPECT_FALSE(encode_in_bundle(bytes, 1, 1, 3, close));
  }
  EXPECT_EQ(bytes, "before");
}

TEST(MessagesTest, BundleAddWrapsUnderOneXid) {
  std::string plain;
  std::string wrapped;
  const FlowMod mod = FlowMod::add({});
  ASSERT_TRUE(encode(plain, 5, mod));
  ASSERT_TRUE(encode_in_bundle(wrapped, 5, 6, 3, mod));
  EXPECT_EQ(wrapped.substr(16), plain);
  EXPECT_EQ(*frame_length(wrapped), wrapped.size());
}

TEST(MessagesTest, Hello) {
  std::string bytes;
  ASSERT_TRUE(encode(bytes, 1, Message(Hello{})));
  EXPECT_EQ(decoded<Hello>(bytes).versions, 1U << 6);
  // Without a bitmap the header's version and all below it; of versions that we don't know.
  EXPECT_EQ(decoded<Hello>(message(0, "", 1)).versions, 1U << 1);
  EXPECT_EQ(decoded<Hello>(message(0, "", 6)).versions, 0x7eU);
  EXPECT_EQ(decoded<Hello>(message(0, "", 200)).versions, 0xffffffffU);
}

TEST(MessagesTest, ErrorsHaveNames) {
  const ErrorReply error = decoded<ErrorReply>(message(1, std::string("\0\2\0\4xyz", 7)));
  EXPECT_EQ(error.xid, 77U);
  EXPECT_EQ(error.name(), "OFPBAC_BAD_OUT_PORT");
  EXPECT_EQ(error.data, "xyz");
  const std::string nicira("\xff\xff\0\x0f\0\0\x23\x20", 8);
  EXPECT_EQ(decoded<ErrorReply>(message(1, nicira)).name(), "NXBAC_BAD_CONJUNCTION");
  ErrorReply unknown;
  unknown.type = 99;
  unknown.code = 1;
  EXPECT_EQ(unknown.name(), "type 99 code 1");
  EXPECT_FALSE(decode(message(1, "\0")));
}

TEST(MessagesTest, PacketIn2) {
  std::string body;
  Writer<std::string> out(body);
  out.u32(0x2320);
  out.u32(30);
  const auto property = [&](wire::PacketProp type, std::string_view value) {
    const std::size_t start = out.size();
    out.u16(static_cast<std::uint16_t>(type));
    out.u16(static_cast<std::uint16_t>(4 + value.size()));
    out.raw(value);
    out.pad8(start);
  };
  property(wire::PacketProp::kPacket, "frame");
  property(wire::PacketProp::kTableId, "\x07");
  property(wire::PacketProp::kCookie, {"\0\0\0\0\0\0\0\0\0\0\0\x09", 12});
  property(wire::PacketProp::kReason, "\x01");
  const Match metadata = Match().in_port(3).reg(14, 5);
  property(wire::PacketProp::kMetadata, view(metadata.bytes()));
  property(wire::PacketProp::kUserdata, "data");
  property(static_cast<wire::PacketProp>(99), "of the future");
  const std::string bytes = message(4, body);
  const PacketIn packet = decoded<PacketIn>(bytes);
  EXPECT_EQ(packet.packet, "frame");
  EXPECT_EQ(packet.full_length, 5U);
  EXPECT_EQ(packet.table, 7);
  EXPECT_EQ(packet.cookie, 9U);
  EXPECT_EQ(packet.reason, 1);
  EXPECT_EQ(packet.userdata, "data");
  EXPECT_EQ(packet.metadata, metadata);
  EXPECT_EQ(packet.value(reg(14)), U128(5));
  EXPECT_EQ(packet.value(reg(15)), U128(0));
}

TEST(MessagesTest, StandardPacketIn) {
  std::string body;
  Writer<std::string> out(body);
  out.u32(0xffffffff);
  out.u16(60);
  out.u8(0);
  out.u8(4);
  out.u64(11);
  const Match metadata = Match().in_port(3);
  const std::size_t start = out.size();
  out.u16(1);
  out.u16(static_cast<std::uint16_t>(4 + metadata.bytes().size()));
  out.raw(view(metadata.bytes()));
  out.pad8(start);
  out.zeros(2);
  out.raw("frame");
  const PacketIn packet = decoded<PacketIn>(message(10, body));
  EXPECT_EQ(packet.packet, "frame");
  EXPECT_EQ(packet.full_length, 60U);
  EXPECT_EQ(packet.cookie, 11U);
  EXPECT_EQ(packet.metadata, metadata);
}

TEST(MessagesTest, FramesOfImpossibleLength) {
  EXPECT_EQ(*frame_length("\x06\x00\x00"), 0U);
  EXPECT_FALSE(frame_length(std::string_view("\x06\x00\x00\x07\0\0\0\0", 8)));
  EXPECT_FALSE(decode(""));
  EXPECT_FALSE(decode(message(2, "data") + "more"));
  EXPECT_FALSE(decode(message(2, "data", 4)));
}

TEST(MessagesTest, UnknownMessagesAreNoErrors) {
  EXPECT_EQ(decoded<Unknown>(message(99, "whatever")).type, 99);
  EXPECT_EQ(decoded<Unknown>(message(4, std::string("\0\0\0\1\0\0\0\1", 8))).type, 4);
}

}  // namespace
}  // namespace mooring::openflow
