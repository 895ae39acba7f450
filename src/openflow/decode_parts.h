// Parts that several messages have; for this directory's own files. Each consumes from the reader
// and says in its error what is broken.
#pragma once

#include "openflow/message_wire.h"
#include "openflow/messages.h"

namespace mooring::openflow::wire {

// ofp_match with its padding.
Result<Match> read_match(Reader& in);
// The instructions that fill the rest. Into actions those of apply_actions; foreign: there are
// others.
Result<void> read_instructions(Reader& in, Actions& actions, bool& foreign);
// ofp_stats with its padding; statistics that we don't know are passed over.
Result<void> read_stats(Reader& in, FlowStats& stats);
Result<Port> read_port(Reader& in);
Result<std::vector<Bucket>> read_buckets(Reader in);
// A group's properties, which fill the rest.
Result<void> read_group_properties(Reader& in, Group& group);
// The body of a multipart reply.
Result<Received> read_multipart(Reader& in);

}  // namespace mooring::openflow::wire
