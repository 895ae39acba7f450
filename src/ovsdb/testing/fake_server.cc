#include "ovsdb/testing/fake_server.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace mooring::ovsdb::testing {

FakeServer::FakeServer(io::Loop& loop, const TempDir& dir) : path_(dir / "fake.sock") {
  std::stringstream text;
  text << std::ifstream(schema_file()).rdbuf();
  schema = text.str();
  auto listener = io::listen(loop, {io::Remote::Kind::kPunix, path_, 0}, {},
                             [this](std::unique_ptr<io::Stream> stream) {
                               ++clients;
                               framer_ = json::Framer();
                               stream_ = std::move(stream);
                               stream_->start({[this](std::string_view bytes) { take(bytes); },
                                               [this](const Error&) { stream_.reset(); }});
                             });
  EXPECT_TRUE(listener) << listener.error().message;
  if (listener) listener_ = std::move(*listener);
}

void FakeServer::serve(std::string contents) {
  answers["set_db_change_aware"] = [](json::Value) { return "{}"; };
  answers["get_schema"] = [this](json::Value) { return schema; };
  answers["monitor"] = [this](json::Value) {
    return R"({"Database":{"00000000-0000-4000-8000-000000000001":{"new":)" + server_row + "}}}";
  };
  answers["monitor_cond_since"] = [contents](json::Value) {
    return R"([false,"00000000-0000-4000-8000-000000000002",)" + contents + "]";
  };
}

void FakeServer::send(std::string bytes) {
  if (stream_) stream_->send(std::move(bytes));
}

void FakeServer::take(std::string_view bytes) {
  framer_.feed(bytes);
  json::Parser parser;
  while (true) {
    auto text = framer_.next();
    if (!text || !*text) return;
    if (auto message = parser.parse(**text)) answer(*message);
  }
}

void FakeServer::answer(json::Value message) {
  auto method = message["method"].string();
  if (!method || *method == "echo") return;
  asked.emplace_back(*method);
  auto it = answers.find(std::string(*method));
  std::string id = R"({"id":)" + message["id"].dump();
  if (it == answers.end()) {
    return send(id + R"(,"result":null,"error":{"error":"unknown method"}})");
  }
  std::string result = it->second(message["params"]);
  if (!result.empty()) send(id + R"(,"error":null,"result":)" + result + "}");
}

}  // namespace mooring::ovsdb::testing
