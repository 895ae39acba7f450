// TLS through connect() and listen(), with authorities and certificates made on the spot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>

#include "io/stream.h"
#include "io/test_peer.h"

namespace mooring::io::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

// A key with a certificate; issuer signs it, or it signs itself when there is none.
class Identity {
 public:
  Identity(const std::string& folder, const std::string& name, const Identity* issuer = nullptr)
      : key_path(folder + "/" + name + "-key.pem"),
        cert_path(folder + "/" + name + "-cert.pem"),
        key_(EVP_EC_gen("P-256")),
        cert_(X509_new()) {
    static long serial = 0;
    X509_set_version(cert_, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert_), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(cert_), -60);
    X509_gmtime_adj(X509_getm_notAfter(cert_), 3600);
    X509_set_pubkey(cert_, key_);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert_), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    const Identity& signer = issuer == nullptr ? *this : *issuer;
    X509_set_issuer_name(cert_, X509_get_subject_name(signer.cert_));
    if (issuer == nullptr) {
      X509_EXTENSION* is_ca =
          X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
      X509_add_ext(cert_, is_ca, -1);
      X509_EXTENSION_free(is_ca);
    }
    X509_sign(cert_, signer.key_, EVP_sha256());
    save();
  }
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;
  ~Identity() {
    EVP_PKEY_free(key_);
    X509_free(cert_);
  }

  // Writes both files, say, over those of another identity.
  void save() const {
    std::FILE* file = std::fopen(key_path.c_str(), "w");
    PEM_write_PrivateKey(file, key_, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    file = std::fopen(cert_path.c_str(), "w");
    PEM_write_X509(file, cert_);
    std::fclose(file);
  }

  std::string key_path;
  std::string cert_path;

 private:
  EVP_PKEY* key_;
  X509* cert_;
};

class TlsTest : public testing::Test {
 protected:
  TlsTest() : folder_(make_folder()) {}
  ~TlsTest() override { std::filesystem::remove_all(folder_); }

  static std::string make_folder() {
    std::string form = testing::TempDir() + "/tls_test.XXXXXX";
    return ::mkdtemp(form.data());
  }
  static TlsFiles files(const Identity& own, const Identity& authority) {
    return {own.key_path, own.cert_path, authority.cert_path, "", ""};
  }
  // Connects; what came of it is in outcome_.
  void attempt(Server& server, const TlsFiles& client) {
    ASSERT_TRUE(server.listener) << server.error;
    outcome_ = {};
    outcome_.connect(loop_, server.listener->remote(), client);
    ASSERT_TRUE(outcome_.wait(loop_));
  }
  // The error that a refused client gets: when it connects, or, with TLS 1.3, with its first read.
  std::string refusal(Server& server, const TlsFiles& client) {
    attempt(server, client);
    if (!*outcome_.result) return outcome_.error();
    Record record;
    (**outcome_.result)->start(record.handlers());
    EXPECT_TRUE(run_until(loop_, [&] { return record.closed.has_value(); }));
    EXPECT_FALSE(server.accepted);
    return record.closed.value_or("");
  }
  int raw_client(const Remote& remote) {
    int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(remote.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
  }

  Loop loop_;
  std::string folder_;
  Identity ca_{folder_, "ca"};
  Identity other_ca_{folder_, "other-ca"};
  Identity server_{folder_, "server", &ca_};
  Identity client_{folder_, "client", &ca_};
  Identity stranger_{folder_, "stranger", &other_ca_};
  Outcome outcome_;
  const std::string passive_ = "pssl:0:127.0.0.1";
};

TEST_F(TlsTest, PeersOfOneAuthorityTalk) {
  Server server(loop_, passive_, files(server_, ca_));
  attempt(server, files(client_, ca_));
  ASSERT_TRUE(*outcome_.result) << outcome_.error();
  ASSERT_TRUE(run_until(loop_, [&] { return server.accepted != nullptr; }));
  Stream& client = ***outcome_.result;
  Record at_client, at_server;
  client.start(at_client.handlers());
  server.accepted->start(at_server.handlers());
  std::string big(8 << 20, 'b');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * 2654435761U >> 13);
  client.send("hello ");
  client.send(big);
  server.accepted->send(big);
  EXPECT_TRUE(run_until(loop_, [&] {
    return at_server.data.size() == big.size() + 6 && at_client.data.size() == big.size();
  }));
  EXPECT_TRUE(at_server.data == "hello " + big);
  EXPECT_TRUE(at_client.data == big);
  client.close();
  EXPECT_TRUE(run_until(loop_, [&] { return at_server.closed.has_value(); }));
  EXPECT_EQ(*at_server.closed, "connection closed by peer");
}

TEST_F(TlsTest, AClientRefusesAServerOfAnotherAuthority) {
  Server server(loop_, passive_, files(stranger_, ca_));
  attempt(server, files(client_, ca_));
  ASSERT_FALSE(*outcome_.result);
  EXPECT_THAT(outcome_.error(), HasSubstr(server.listener->remote().to_string()));
  EXPECT_THAT(outcome_.error(),
              HasSubstr("the peer's certificate is refused: unable to get local"));
}

TEST_F(TlsTest, AServerRefusesAClientOfAnotherAuthority) {
  Server server(loop_, passive_, files(server_, ca_));
  EXPECT_THAT(refusal(server, files(stranger_, ca_)), HasSubstr("unknown ca"));
}

TEST_F(TlsTest, WithoutAnAuthorityNobodyIsVerified) {
  TlsFiles lax = files(server_, ca_);
  lax.ca_certificate = "none";
  Server server(loop_, passive_, lax);
  TlsFiles client = files(stranger_, ca_);
  attempt(server, client);
  EXPECT_TRUE(*outcome_.result) << outcome_.error();
}

TEST_F(TlsTest, ProtocolsAreLimitedAsAsked) {
  TlsFiles old = files(server_, ca_);
  old.protocols = "TLSv1.2";
  Server server(loop_, passive_, old);
  TlsFiles modern = files(client_, ca_);
  for (const char* list : {"TLSv1.3", "TLSv1.3+"}) {
    modern.protocols = list;
    EXPECT_THAT(refusal(server, modern),
                AnyOf(HasSubstr("protocol version"), HasSubstr("protocol")));
  }
  for (const char* list :
       {"", "TLSv1.2,TLSv1.3", "TLSv1.2+", "TLSv1.1 TLSv1.2", "TLSv1.1-TLSv1.3"}) {
    modern.protocols = list;
    attempt(server, modern);
    EXPECT_TRUE(*outcome_.result) << list << outcome_.error();
  }
  modern.protocols = "SSLv3";
  EXPECT_THAT(refusal(server, modern), HasSubstr("\"SSLv3\" is not a TLS protocol"));
  modern.protocols = ",";
  EXPECT_THAT(refusal(server, modern), HasSubstr("empty"));
}

TEST_F(TlsTest, CiphersAreLimitedAsAsked) {
  TlsFiles limited = files(server_, ca_);
  limited.protocols = "TLSv1.2";
  limited.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384";
  Server server(loop_, passive_, limited);
  TlsFiles client = limited;
  attempt(server, client);
  EXPECT_TRUE(*outcome_.result) << outcome_.error();
  client.ciphers = "ECDHE-ECDSA-AES128-GCM-SHA256";
  EXPECT_THAT(refusal(server, client), HasSubstr("handshake failure"));
  client.ciphers = "NO-SUCH-CIPHER";
  EXPECT_THAT(refusal(server, client), HasSubstr("cipher list NO-SUCH-CIPHER"));
}

TEST_F(TlsTest, UnusableFilesAreNamed) {
  Server server(loop_, passive_, files(server_, ca_));
  TlsFiles client = files(client_, ca_);
  client.certificate = folder_ + "/missing";
  EXPECT_THAT(refusal(server, client),
              HasSubstr("certificate " + folder_ + "/missing: No such file"));
  client = files(client_, ca_);
  client.private_key = server_.key_path;
  EXPECT_THAT(refusal(server, client), AnyOf(HasSubstr("doesn't belong"), HasSubstr("mismatch")));
  client = files(client_, ca_);
  client.ca_certificate = client_.key_path;
  EXPECT_THAT(refusal(server, client), HasSubstr("CA certificate " + client_.key_path));
  EXPECT_THAT(refusal(server, {}), HasSubstr("TLS needs a private key (--private-key)"));
  EXPECT_THAT(Server(loop_, passive_).error, HasSubstr("TLS needs a private key"));
}

TEST_F(TlsTest, RenewedFilesCountFromTheNextConnection) {
  Identity renewed(folder_, "renewed", &other_ca_);
  Server server(loop_, passive_, files(renewed, ca_));
  attempt(server, files(client_, ca_));
  EXPECT_FALSE(*outcome_.result);
  std::filesystem::copy_file(server_.key_path, renewed.key_path,
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::copy_file(server_.cert_path, renewed.cert_path,
                             std::filesystem::copy_options::overwrite_existing);
  attempt(server, files(client_, ca_));
  EXPECT_TRUE(*outcome_.result) << outcome_.error();
}

TEST_F(TlsTest, PeersThatDontSpeakTlsHarmNobody) {
  Server server(loop_, passive_, files(server_, ca_));
  int garbler = raw_client(server.listener->remote());
  int silent = raw_client(server.listener->remote());
  int vanishing = raw_client(server.listener->remote());
  ASSERT_GT(::write(garbler, "GET / HTTP/1.0\r\n\r\n", 18), 0);
  ::close(vanishing);
  attempt(server, files(client_, ca_));
  EXPECT_TRUE(*outcome_.result) << outcome_.error();
  char answer[64];
  EXPECT_TRUE(run_until(loop_, [&] {
    ssize_t n = ::recv(garbler, answer, sizeof answer, MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN);
  }));
  server.listener.reset();
  ::close(garbler);
  ::close(silent);
}

TEST_F(TlsTest, AConnectionThatIsCutWithoutGoodbyeCloses) {
  Server plain(loop_, "ptcp:0:127.0.0.1");
  Outcome outcome;
  Remote remote = plain.listener->remote();
  remote.kind = Remote::Kind::kSsl;
  outcome.connect(loop_, remote, files(client_, ca_));
  ASSERT_TRUE(run_until(loop_, [&] { return plain.accepted != nullptr; }));
  plain.accepted->close();
  ASSERT_TRUE(outcome.wait(loop_));
  EXPECT_THAT(outcome.error(), HasSubstr("TLS: "));
}

}  // namespace
}  // namespace mooring::io::test
