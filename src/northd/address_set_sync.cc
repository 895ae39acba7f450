#include "northd/address_set_sync.h"

namespace mooring::northd {

AddressSetSync::AddressSetSync(Inputs& inputs, Outputs& outputs, Problems& problems)
    : RowSync(
          outputs.address_sets, inputs.sb_tables.address_set, ~store::ColumnMask{0},
          [](const sb::AddressSet& row) { return std::vector{row.name}; }, problems),
      inputs_(inputs),
      outputs_(outputs) {}

AddressSetSync::Rows AddressSetSync::actual(const std::string& key) const {
  Rows out;
  for (const Uuid& uuid : inputs_.sb_address_set_by_name.find(key)) {
    out.push_back(inputs_.sb_tables.address_set.find(uuid));
  }
  return out;
}

Result<AddressSetSync::Written> AddressSetSync::write_key(ovsdb::Transaction& transaction,
                                                          const std::string& key,
                                                          const DesiredAddress* desired,
                                                          const Rows& rows) {
  for (std::size_t i = desired != nullptr ? 1 : 0; i < rows.size(); ++i) {
    transaction.remove<sb::AddressSet>(rows[i]->uuid);
  }
  if (desired == nullptr) return Written::kDone;
  sb::AddressSet row;
  row.name = key;
  for (const DesiredAddress& address : outputs_.address_sets.find(key)) {
    if (!address.text.empty()) row.addresses.insert(row.addresses.end(), address.text);
  }
  if (rows.empty()) {
    transaction.insert(row);
  } else {
    RowDiff<sb::AddressSet>(transaction, *rows.front(), row)(sb::AddressSet::Columns::addresses,
                                                             &sb::AddressSet::addresses);
  }
  return Written::kDone;
}

std::string AddressSetSync::words_for(const std::string& key) const {
  return "Address_Set " + quoted(key);
}

std::optional<FindingKey> AddressSetSync::finding_for(const std::string& key) const {
  return finding_on("Address_Set", Uuid(), key, model::code::kRowRejected);
}

}  // namespace mooring::northd
