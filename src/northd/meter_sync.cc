#include "northd/meter_sync.h"

#include <fmt/core.h>

namespace mooring::northd {
namespace {

using ovsdb::mask_of;

std::vector<std::string> meter_name(const sb::Meter& row) { return {row.name}; }

std::vector<Uuid> bands_of(const sb::Meter& row) {
  std::vector<Uuid> out;
  for (const auto& ref : row.bands) out.push_back(ref.uuid);
  return out;
}

DesiredMeter::Band band_in(const sb::MeterBand& row) {
  return {row.action, row.rate, row.burst_size};
}

}  // namespace

MeterSync::MeterSync(engine::Graph& graph, Inputs& inputs, Outputs& outputs, Problems& problems)
    : RowSync(outputs.meters, inputs.sb_tables.meter, ~store::ColumnMask{0}, meter_name, problems),
      inputs_(inputs),
      rows_(graph, inputs.sb_tables.meter, mask_of(sb::Meter::Columns::name), meter_name),
      meters_with_band_(graph, inputs.sb_tables.meter, mask_of(sb::Meter::Columns::bands),
                        bands_of) {
  bands_ = inputs.sb_tables.meter_band.observe([this](const store::Change<sb::MeterBand>& change) {
    for (const Uuid& uuid : meters_with_band_.find(change.uuid())) {
      suspect(inputs_.sb_tables.meter.find(uuid)->name);
    }
  });
}

MeterSync::Rows MeterSync::actual(const std::string& key) const {
  Rows out;
  for (const Uuid& uuid : rows_.find(key)) out.push_back(inputs_.sb_tables.meter.find(uuid));
  return out;
}

MeterSync::BandRefs MeterSync::write_bands(ovsdb::Transaction& transaction,
                                           const DesiredMeter& desired,
                                           const BandRefs& present) const {
  BandRefs out;
  Set<DesiredMeter::Band> missing = desired.bands;
  for (const auto& ref : present) {
    const sb::MeterBand* row = inputs_.sb_tables.meter_band.find(ref.uuid);
    if (row != nullptr && missing.erase(band_in(*row)) > 0) out.insert(ref);
  }
  for (const DesiredMeter::Band& band : missing) {
    sb::MeterBand row;
    row.action = band.action;
    row.rate = band.rate;
    row.burst_size = band.burst;
    out.insert(transaction.insert(row));
  }
  return out;
}

Result<MeterSync::Written> MeterSync::write_key(ovsdb::Transaction& transaction,
                                                const std::string& key, const DesiredMeter* desired,
                                                const Rows& rows) {
  for (std::size_t i = desired != nullptr ? 1 : 0; i < rows.size(); ++i) {
    transaction.remove<sb::Meter>(rows[i]->uuid);
  }
  if (desired == nullptr) return Written::kDone;
  sb::Meter row;
  row.name = key;
  row.unit = desired->unit;
  if (rows.empty()) {
    row.bands = write_bands(transaction, *desired, {});
    transaction.insert(row);
    return Written::kDone;
  }
  using C = sb::Meter::Columns;
  const sb::Meter& present = *rows.front();
  RowDiff<sb::Meter>(transaction, present, row)(C::unit, &sb::Meter::unit);
  row.bands = write_bands(transaction, *desired, present.bands);
  // As a whole, for a meter has a band at any time: taken out one by one, the last wouldn't go.
  if (row.bands != present.bands) {
    transaction.set_column(sb::Meter::kTable, present.uuid, C::bands.name,
                           ovsdb::to_json(row.bands));
  }
  return Written::kDone;
}

std::string MeterSync::words_for(const std::string& key) const {
  return fmt::format("Meter {}", quoted(key));
}

std::optional<FindingKey> MeterSync::finding_for(const std::string& key) const {
  for (const Uuid& uuid : inputs_.meter_by_name.find(key)) {
    return finding_on("Meter", uuid, key, model::code::kRowRejected);
  }
  return finding_on("", Uuid(), key, model::code::kRowRejected);
}

}  // namespace mooring::northd
