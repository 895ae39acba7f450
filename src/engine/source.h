// Inputs of the graph: the rows of a store::Table.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/keyed_set.h"
#include "base/uuid.h"
#include "engine/context.h"
#include "engine/graph.h"
#include "engine/memo.h"
#include "store/table.h"

namespace mooring::engine {

// The rows of a table. Each reader depends on the columns that it used, by row.
template <class Row>
class Source final : public CellOwner {
 public:
  Source(Graph& graph, store::Table<Row>& table) : CellOwner(graph, 0), table_(table) {
    subscription_ = table.observe([this](const store::Change<Row>& change) { apply(change); });
  }

  std::optional<typename Row::View> read(Context& context, const Uuid& uuid) {
    const Row* row = table_.find(uuid);
    Cell& cell = cells_.get(uuid, [&] { return std::make_unique<RowCell>(*this, uuid); });
    // Coming and going concerns every reader, whatever it uses: such changes have all bits.
    Mask& mask = context.note_read(cell, row == nullptr ? kAll : kExists);
    if (row == nullptr) return std::nullopt;
    return typename Row::View(*row, mask);
  }

  // Keeps memo current for every row of the table.
  template <class V>
  void demand_each(Memo<Uuid, V>& memo) {
    table_.for_each([&](const Row& row) { memo.demand(row.uuid); });
    demanders_.push_back(memo.demander());
  }
  const store::Table<Row>& table() const { return table_; }

 private:
  // A bit that no column has: rows have at most 63.
  static constexpr Mask kExists = Mask{1} << 63;

  // Exists while it is read.
  struct RowCell final : Cell, Keyed<Uuid> {
    RowCell(Source& source, const Uuid& uuid) : Cell(source), Keyed(uuid) {}
    void collect() override { static_cast<Source&>(owner_).cells_.erase(key()); }
  };

  void apply(const store::Change<Row>& change) {
    bool same = change.before != nullptr && change.after != nullptr;
    if (Cell* cell = cells_.find(change.uuid())) {
      cell->changed(same ? change.columns & ~kExists : kAll);
    }
    if (same) return;
    for (const auto& demander : demanders_) demander(change.uuid(), change.after != nullptr);
  }

  store::Table<Row>& table_;
  KeyedSet<RowCell> cells_;
  std::vector<std::function<void(const Uuid&, bool)>> demanders_;
  store::Subscription subscription_;
};

}  // namespace mooring::engine
