// What ACLs have matched, asked of all chassis: a word goes by both databases to every controller,
// which counts its flows, writes rows of ACL_Stats and, with them, the word into its
// Chassis_Private.
#pragma once

#include <cstdint>

#include "base/containers.h"
#include "base/result.h"
#include "cli/command.h"

namespace mooring::cli {

struct AclCount {
  std::int64_t packets = 0;
  std::int64_t bytes = 0;
};

// Puts the question into the northbound database.
Result<void> ask_for_counts(Context& context, Output& output);

// After that: the sums over the chassis that have answered, by ACL. While some haven't and there is
// time, context.waiting is set; when there is no more, output says whose counts are missing and has
// exit status 1.
Result<Map<Uuid, AclCount>> counts_of_chassis(Context& context, Output& output);

}  // namespace mooring::cli
