// The same reports for machines.
#pragma once

#include "cli/survey.h"
#include "jsonrpc/writer.h"

namespace mooring::cli {

void write_json(json::Writer& out, const Finding& finding);
void write_json(json::Writer& out, const Segment& segment);
void write_json(json::Writer& out, const PortSurvey& port);
// With its ports.
void write_json(json::Writer& out, const NetworkSurvey& network);

}  // namespace mooring::cli
