// Features in use that aren't implemented: nothing is ignored in silence.
#pragma once

#include <memory>
#include <vector>

#include "engine/context.h"
#include "northd/inputs.h"
#include "northd/outputs.h"

namespace mooring::northd {

// Reports what a row uses; for derivations that read the row anyway.
void report_unsupported(engine::Context& context, Outputs& outputs,
                        const nb::LogicalSwitchPort::View& row);
void report_unsupported(engine::Context& context, Outputs& outputs,
                        const nb::LogicalSwitch::View& row);
void report_unsupported(engine::Context& context, Outputs& outputs,
                        const nb::PhysicalSwitch::View& row);

// Reports rows of whole tables.
class Unsupported {
 public:
  Unsupported(engine::Graph& graph, Inputs& inputs, Outputs& outputs);
  ~Unsupported();

 private:
  class TableBase;
  template <class Row>
  class Table;
  std::vector<std::unique_ptr<TableBase>> tables_;
};

}  // namespace mooring::northd
