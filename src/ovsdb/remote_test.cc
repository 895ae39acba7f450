// The client over TCP and TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ovsdb/testing/peer.h"

namespace mooring::ovsdb {
namespace {

using ::testing::HasSubstr;
using testing::Peer;
using testing::Server;

io::TlsFiles self_signed(const testing::TempDir& dir, const std::string& name) {
  std::string key = dir / (name + ".key");
  std::string certificate = dir / (name + ".pem");
  EXPECT_EQ(testing::run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                          "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out",
                          certificate, "-days", "2", "-subj", "/CN=" + name, "-batch"}),
            0);
  return {key, certificate, certificate, "", ""};
}

TEST(ClientOverTcp, SyncsAndWrites) {
  testing::TempDir dir;
  io::Loop loop;
  Server server(dir, "server");
  server.create(testing::schema_file());
  server.start({"--remote=ptcp:0:127.0.0.1"});
  Peer peer(loop, {{io::Remote::Kind::kTcp, "127.0.0.1", server.port()}});
  ASSERT_TRUE(peer.sync());
  peer.add_port("p");
  EXPECT_NE(peer.port("p"), nullptr);
}

TEST(ClientOverTls, NewKeysTakeEffect) {
  testing::TempDir dir;
  io::Loop loop;
  io::TlsFiles good = self_signed(dir, "good");
  io::TlsFiles strange = self_signed(dir, "strange");
  Server server(dir, "server");
  server.create(testing::schema_file());
  server.start({"--remote=pssl:0:127.0.0.1", "--private-key=" + good.private_key,
                "--certificate=" + good.certificate, "--ca-cert=" + good.ca_certificate});
  Peer peer(loop, {{io::Remote::Kind::kSsl, "127.0.0.1", server.port()}});
  peer.client->set_tls(strange);
  peer.client->start();
  ASSERT_TRUE(peer.wait([&] { return !peer.client->last_error().empty(); }));
  EXPECT_THAT(peer.client->last_error(), HasSubstr("ssl:127.0.0.1"));
  EXPECT_FALSE(peer.client->synced());
  peer.client->set_tls(good);
  ASSERT_TRUE(peer.wait(ClientState::kSynced));
  peer.add_port("p");
  EXPECT_NE(peer.port("p"), nullptr);
}

}  // namespace
}  // namespace mooring::ovsdb
