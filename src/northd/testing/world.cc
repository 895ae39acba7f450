#include "northd/testing/world.h"

#include <stdexcept>
#include <utility>

#include "northd/strata.h"

namespace mooring::northd::testing {

World::World(Reconciler::Sizes sizes)
    : nb("schema/nb.ovsschema", nb_tables.replica()),
      sb("schema/sb.ovsschema", sb_tables.replica()),
      derivations(nb_tables, sb_tables, problems),
      reconciler(derivations, problems, clock, Logger(), sizes) {}

World::Settled World::settle() {
  constexpr int kEnough = 200;
  Settled out;
  std::uint64_t before = derivations.graph.stats().runs;
  auto write = [&](Writer& writer, FakeDatabase& database, std::size_t& count) {
    std::vector<ovsdb::Transaction> wave;
    auto answer = [&] {
      for (const auto& transaction : std::exchange(wave, {})) {
        ++count;
        auto outcome = database.transact(transaction);
        if (!outcome) ++out.failures;
        writer.done(outcome);
      }
    };
    bool wrote = false;
    while (auto transaction = writer.next()) {
      wrote = true;
      wave.push_back(std::move(*transaction));
      if (!slow_servers) answer();
      if (!writer.composing()) break;
    }
    answer();
    return wrote;
  };
  for (int round = 0; round < kEnough; ++round) {
    derivations.graph.update(stratum::kSouthbound);
    reconciler.southbound().note_changes();
    bool wrote = write(reconciler.southbound(), sb, out.sb_transactions);
    derivations.graph.update();
    reconciler.northbound().note_changes();
    wrote = write(reconciler.northbound(), nb, out.nb_transactions) || wrote;
    if (wrote || !derivations.graph.idle()) continue;
    out.runs = derivations.graph.stats().runs - before;
    return out;
  }
  throw std::runtime_error("northd doesn't come to rest");
}

std::vector<std::string> World::differences_from_scratch() {
  derivations.graph.reset();
  derivations.graph.update();
  return reconciler.note_changes();
}

std::optional<std::string> World::first_transaction_of_another() {
  Derivations other(nb_tables, sb_tables, problems);
  Reconciler another(other, problems, clock, Logger(), {});
  other.graph.update();
  another.note_changes();
  for (auto [writer, database] :
       {std::pair{&another.southbound(), &sb}, std::pair{&another.northbound(), &nb}}) {
    if (auto transaction = writer->next()) return transaction->to_params(database->schema().name);
  }
  return std::nullopt;
}

}  // namespace mooring::northd::testing
