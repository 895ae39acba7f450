// Datapath_Binding rows.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "northd/inputs.h"
#include "northd/outputs.h"
#include "northd/row_sync.h"
#include "northd/tunnel_keys.h"

namespace mooring::northd {

class DatapathSync final : public RowSync<sb::DatapathBinding, Uuid, DesiredDatapath> {
 public:
  DatapathSync(Inputs& inputs, Outputs& outputs, TunnelKeys& keys, Problems& problems);

  // The row of a switch, or the one that the present wave inserts; nullopt when there is neither.
  std::optional<Uuid> row_of(const Uuid& on) const;
  // Calls callback for a row that goes while its switch stays: what stands on it has to move.
  using Replaced = std::function<void(const Uuid& row)>;
  void on_replaced(Replaced callback) { replaced_.push_back(std::move(callback)); }

 protected:
  void begin_wave() override {
    inserted_.clear();
    keys_.begin();
  }
  Rows actual(const Uuid& key) const override;
  Result<Written> write_key(ovsdb::Transaction& transaction, const Uuid& key,
                            const DesiredDatapath* desired, const Rows& rows) override;
  std::string words_for(const Uuid& key) const override;
  std::optional<FindingKey> finding_for(const Uuid& key) const override;

 private:
  // The key that the present row keeps or, when it asks for another that is free, gets.
  std::int64_t choose_key(const Uuid& on, const DesiredDatapath& desired, std::int64_t present);
  // The one switch that a row, which may name two, belongs to.
  Uuid owner_of(const sb::DatapathBinding& row) const;

  Inputs& inputs_;
  TunnelKeys& keys_;
  std::map<Uuid, Uuid> inserted_;
  KeyWishes<Uuid> wishes_;
  std::vector<Replaced> replaced_;
};

}  // namespace mooring::northd
