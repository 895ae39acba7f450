// A southbound Pipeline row, read: what its texts say, or why they say nothing.
#pragma once

#include "base/result.h"
#include "controller/punt.h"
#include "controller/sb.h"
#include "expr/actions.h"
#include "expr/ast.h"
#include "openflow/actions.h"

namespace mooring::controller {

struct PipelineRow {
  expr::Expr match;
  expr::ActionList actions;
};

// Error: what is wrong with the row.
Result<PipelineRow> read_pipeline_row(const sb::Pipeline::View& row);

// Whether a chassis can carry the row out, whichever ports live there. Error: what is wrong.
Result<void> check_pipeline_row(const PipelineRow& row);

// Appends what one of the program's functions does that are lookup tables. Error: it is none of
// them.
Result<void> lower_function(const expr::Call& call, openflow::Actions& out);

// What log(name="x", severity=info, verdict=allow, direction=from-lport, meter="m") asks for.
struct LogCall {
  LogEntry entry;
  std::string meter;  // "": unlimited
};
// Error: the argument that is wrong.
Result<LogCall> read_log(const expr::Call& call);

}  // namespace mooring::controller
