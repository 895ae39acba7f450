// Meter rows, with the Meter_Bands that they refer to.
#pragma once

#include <string>

#include "northd/inputs.h"
#include "northd/outputs.h"
#include "northd/row_sync.h"

namespace mooring::northd {

class MeterSync final : public RowSync<sb::Meter, std::string, DesiredMeter> {
 public:
  MeterSync(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Problems& problems);

 protected:
  Rows actual(const std::string& key) const override;
  Result<Written> write_key(ovsdb::Transaction& transaction, const std::string& key,
                            const DesiredMeter* desired, const Rows& rows) override;
  std::string words_for(const std::string& key) const override;
  std::optional<FindingKey> finding_for(const std::string& key) const override;

 private:
  using BandRefs = Set<store::Ref<sb::MeterBand>>;
  // References to what is desired: rows that serve already where there are any, else new ones.
  BandRefs write_bands(ovsdb::Transaction& transaction, const DesiredMeter& desired,
                       const BandRefs& present) const;

  Inputs& inputs_;
  engine::Index<sb::Meter, std::string> rows_;       // by name
  engine::Index<sb::Meter, Uuid> meters_with_band_;  // by Meter_Band
  store::Subscription bands_;
};

}  // namespace mooring::northd
