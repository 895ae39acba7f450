// Address_Set rows of the southbound database.
#pragma once

#include <optional>
#include <string>

#include "northd/inputs.h"
#include "northd/outputs.h"
#include "northd/row_sync.h"

namespace mooring::northd {

class AddressSetSync final : public RowSync<sb::AddressSet, std::string, DesiredAddress> {
 public:
  AddressSetSync(Inputs& inputs, Outputs& outputs, Problems& problems);

 protected:
  Rows actual(const std::string& key) const override;
  Result<Written> write_key(ovsdb::Transaction& transaction, const std::string& key,
                            const DesiredAddress* desired, const Rows& rows) override;
  std::string words_for(const std::string& key) const override;
  std::optional<FindingKey> finding_for(const std::string& key) const override;

 private:
  Inputs& inputs_;
  Outputs& outputs_;
};

}  // namespace mooring::northd
