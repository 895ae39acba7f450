// Reading and writing at the size of a large network: rows per second.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <string>

#include "jsonrpc/framer.h"
#include "ovsdb/monitor.h"
#include "ovsdb/testdb.h"
#include "ovsdb/transaction.h"

namespace mooring::ovsdb {
namespace {

constexpr std::size_t kChunk = 64 * 1024;  // what a stream reads at once

std::string uuid_text(std::int64_t i) {
  return Uuid(0x1234567800004000ULL, 0x8000000000000000ULL + static_cast<std::uint64_t>(i))
      .to_string();
}

// A row as a port of a provider network has it: some 400 bytes.
std::string row(std::int64_t i) {
  std::string n = std::to_string(i);
  return R"({"name":"0a1b2c3d-)" + n + R"(","type":"","tag":["set",[]],"up":true,"enabled":true,)" +
         R"("addresses":["set",["0a:00:00:00:00:01 10.1.2.3 fd00::1","unknown)" + n + R"("]],)" +
         R"("options":["map",[["requested-chassis","hv)" + n + R"("],["mtu","1500"],)" +
         R"(["neutron:device_owner","compute:nova"]]],"peer":["uuid",")" + uuid_text(i) + R"("]})";
}

std::string updates(std::int64_t rows, const char* kind) {
  std::string out = R"({"Port":{)";
  for (std::int64_t i = 0; i < rows; ++i) {
    out += (i ? ",\"" : "\"") + uuid_text(i) + "\":{\"" + kind + "\":" + row(i) + "}";
  }
  return out + "}}";
}

std::string reply(std::int64_t rows) {
  return R"({"id":1,"error":null,"result":[false,"00000000-0000-4000-8000-000000000001",)" +
         updates(rows, "initial") + "]}";
}

// Frames and parses one message, cut as a stream would; gives the handler its value.
void receive(json::Framer& framer, json::Parser& parser, std::string_view text, auto handle) {
  for (std::size_t at = 0; at < text.size(); at += kChunk) {
    framer.feed(text.substr(at, kChunk));
    while (auto frame = *framer.next()) handle(*parser.parse_padded(*frame));
  }
}

Schema test_schema() {
  std::FILE* file = std::fopen(MOORING_BENCH_SCHEMA, "r");
  std::string text(1 << 16, ' ');
  text.resize(file ? std::fread(text.data(), 1, text.size(), file) : 0);
  if (file) std::fclose(file);
  return *Schema::parse_text(text);
}

void initial_contents(benchmark::State& state) {
  const Schema schema = test_schema();
  const std::string text = reply(state.range(0));
  for (auto _ : state) {
    testdb::Database db;
    Monitor monitor(db.replica(), [](const Error&) { std::abort(); });
    monitor.bind(schema);
    monitor.request_params("Test");
    json::Framer framer;
    json::Parser parser;
    receive(framer, parser, text, [&](json::Value message) {
      if (!monitor.take_reply(message["result"])) std::abort();
    });
    if (db.port.size() != static_cast<std::size_t>(state.range(0))) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(initial_contents)->Arg(1000)->Arg(100000)->Unit(benchmark::kMillisecond);

// The same contents again, as after a reconnect that couldn't resume: nothing changes.
void same_contents(benchmark::State& state) {
  const Schema schema = test_schema();
  const std::string text = reply(state.range(0));
  testdb::Database db;
  Monitor monitor(db.replica(), [](const Error&) { std::abort(); });
  json::Framer framer;
  json::Parser parser;
  for (auto _ : state) {
    monitor.bind(schema);
    monitor.request_params("Test");
    receive(framer, parser, text,
            [&](json::Value message) { (void)monitor.take_reply(message["result"]); });
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(same_contents)->Arg(100000)->Unit(benchmark::kMillisecond);

// One port changes among many.
void one_change(benchmark::State& state) {
  const Schema schema = test_schema();
  testdb::Database db;
  Monitor monitor(db.replica(), [](const Error&) { std::abort(); });
  monitor.bind(schema);
  monitor.request_params("Test");
  json::Framer framer;
  json::Parser parser;
  receive(framer, parser, reply(state.range(0)),
          [&](json::Value message) { (void)monitor.take_reply(message["result"]); });
  const std::string text =
      R"({"id":null,"method":"update3","params":["data","00000000-0000-4000-8000-000000000001",)"
      R"({"Port":{")" +
      uuid_text(7) + R"(":{"modify":{"addresses":["set",["x"]]}}}}]})";
  for (auto _ : state) {
    receive(framer, parser, text,
            [&](json::Value message) { (void)monitor.take_update("update3", message["params"]); });
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(one_change)->Arg(100000);

void framing(benchmark::State& state) {
  const std::string text = reply(10000);
  json::Framer framer;
  for (auto _ : state) {
    for (std::size_t at = 0; at < text.size(); at += kChunk) {
      framer.feed(std::string_view(text).substr(at, kChunk));
      benchmark::DoNotOptimize(framer.next());
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(framing);

void transaction_of_ports(benchmark::State& state) {
  for (auto _ : state) {
    Transaction txn;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      auto port = txn.insert(testdb::Port{.name = "p" + std::to_string(i), .tag = 5});
      txn.insert_into(Uuid(1, 2), testdb::Switch::Columns::ports, port);
    }
    benchmark::DoNotOptimize(txn.to_params("Test"));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(transaction_of_ports)->Arg(10000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mooring::ovsdb

BENCHMARK_MAIN();
