// The answers to packets that access control rejects.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "controller/punt.h"
#include "openflow/messages.h"

namespace mooring::controller {

// The frame that tells the sender of a frame that it is refused: a TCP segment is reset (RFC 9293
// section 3.10.7.1), for another IP packet its destination is unreachable: its port where it is
// UDP, else the host (ICMPv4), administratively (ICMPv6), as OVN has it. It comes from the packet's
// destination. Error: why there is no answer, which is the rule for whatever may be an answer
// itself, was for more than one, or has no single sender (RFC 1122 section 3.2.2, RFC 4443 section
// 2.4(e)); and for what is no IP or garbled. The frame may be cut behind its headers.
Result<std::string> rejection_of(std::string_view frame);

// The message that sends the answer where it belongs: to the port that sent the packet, or, when
// the packet was on its way to a port, as if that port had sent the answer.
Result<openflow::PacketOut> rejection_of(const openflow::PacketIn& packet, Direction direction);

}  // namespace mooring::controller
