#include "northd/testing/world.h"

#include <stdexcept>

namespace mooring::northd::testing {

World::World()
    : nb("schema/nb.ovsschema", nb_tables.replica()),
      sb("schema/sb.ovsschema", sb_tables.replica()),
      derivations(nb_tables, sb_tables, problems),
      reconciler(derivations, problems, clock, Logger()) {}

World::Settled World::settle() {
  constexpr int kEnough = 200;
  Settled out;
  std::uint64_t before = derivations.graph.stats().runs;
  auto write = [&out](Writer& writer, FakeDatabase& database, std::size_t& count) {
    auto transaction = writer.next();
    if (!transaction) return false;
    ++count;
    auto outcome = database.transact(*transaction);
    if (!outcome) ++out.failures;
    writer.done(outcome);
    return true;
  };
  for (int round = 0; round < kEnough; ++round) {
    derivations.graph.update();
    reconciler.note_changes();
    bool wrote = write(reconciler.southbound(), sb, out.sb_transactions);
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
  Reconciler another(other, problems, clock, Logger());
  other.graph.update();
  another.note_changes();
  for (auto [writer, database] :
       {std::pair{&another.southbound(), &sb}, std::pair{&another.northbound(), &nb}}) {
    if (auto transaction = writer->next()) return transaction->to_params(database->schema().name);
  }
  return std::nullopt;
}

}  // namespace mooring::northd::testing
