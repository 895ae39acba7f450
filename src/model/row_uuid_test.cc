#include "model/row_uuid.h"

#include <gtest/gtest.h>

namespace mooring::model {
namespace {

// As uuidgen(1) has it: others find rows by the same rule.
TEST(RowUuid, IsTheNameBasedOne) {
  EXPECT_EQ(port_binding_uuid("vm1").to_string(), "14626ba5-f208-5dca-998f-6724e4f1ac9e");
  EXPECT_NE(port_binding_uuid("vm1"), port_binding_uuid("vm2"));
}

}  // namespace
}  // namespace mooring::model
