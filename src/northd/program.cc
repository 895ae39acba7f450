#include "northd/program.h"

#include <string>

#include "model/stage.h"

namespace mooring::northd {
namespace {

struct ProgramLine {
  const model::Stage& stage;
  std::int64_t priority;
  std::string_view match;
  std::string_view actions;
};

// A stage without rows is passed over: "next" leads to the following one that has some. What calls
// a function leaves the rest of its stage to it (model/stage.h).
constexpr ProgramLine kProgram[] = {
    // A group address is no source (IEEE 802, 8.1).
    {model::stage::kInAdmission, 100, "eth.src[40]", "drop;"},
    {model::stage::kInAdmission, 50, "1", "next;"},
    {model::stage::kInLearn, 0, "1", "learn_fdb();"},
    {model::stage::kInNeighbour, 100, "arp.op == 1 || nd_ns", "answer_neighbour();"},
    {model::stage::kInNeighbour, 0, "1", "next;"},
    {model::stage::kInLookup, 0, "1", "lookup_l2();"},
    {model::stage::kOutDeliver, 0, "1", "output;"},
};

}  // namespace

PipelineRow program_row(const model::Stage& stage, std::int64_t priority, std::string_view match,
                        std::string_view actions) {
  PipelineRow out;
  out.kind = model::kSwitchProgram;
  out.pipeline = to_string(stage.pipeline);
  out.table_id = stage.id;
  out.stage = stage.name;
  out.priority = priority;
  out.match = match;
  out.actions = actions;
  return out;
}

Program::Program(engine::Graph& graph, Outputs& outputs)
    : rows_(graph, "program", stratum::kRows, [&outputs](engine::Context& context, const int&) {
        for (const ProgramLine& line : kProgram) {
          context.emit(outputs.pipeline,
                       program_row(line.stage, line.priority, line.match, line.actions), Present{});
        }
        return engine::Nothing{};
      }) {
  rows_.demand(0);
}
Program::~Program() = default;

}  // namespace mooring::northd
