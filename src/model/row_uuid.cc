#include "model/row_uuid.h"

#include "model/named_uuid.h"

namespace mooring::model {
namespace {

constexpr Uuid kPortBindings(0xd03f939f54204635, 0x8d07f84978b7d82f);

}  // namespace

Uuid port_binding_uuid(std::string_view logical_port) {
  return named_uuid(kPortBindings, logical_port);
}

}  // namespace mooring::model
