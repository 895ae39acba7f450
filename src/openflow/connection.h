// The controller's session with one bridge: connects, stays connected, asks and answers.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "io/loop.h"
#include "io/remote.h"
#include "openflow/messages.h"

namespace mooring::openflow {

// Why a bundle wasn't committed; nothing of it was.
struct BundleFailure {
  struct Rejected {
    std::size_t index;  // into the vector given to commit_bundle
    ErrorReply error;
  };
  // In order of index. The switch checks every item's form, but stops applying at the first that
  // it refuses, so the next attempt without these may find more. Empty: the bundle as a whole
  // failed, or the connection did.
  std::vector<Rejected> rejected;
  std::string message;
};

class Connection {
 public:
  struct Options {
    // Silence after which the peer is asked for a sign of life, and after which, once more, the
    // connection is given up. 0: never. A switch that applies a great bundle is silent meanwhile.
    std::chrono::milliseconds probe_interval{30000};
    std::chrono::milliseconds connect_timeout{5000};
    // Between attempts: doubles from the first to the second.
    std::chrono::milliseconds min_backoff{250};
    std::chrono::milliseconds max_backoff{8000};
    // What is sent, in order, as soon as the features are known and before on_connected.
    std::vector<Message> greeting = {SetConfig{}, SetPacketInFormat{}};
  };

  // All run on the loop. Any may be empty. A callback may call anything here, but not destroy the
  // connection.
  struct Callbacks {
    // Hello and features are exchanged: from here on, messages can be sent.
    std::function<void(const Features&)> on_connected;
    // After on_connected. Requests that wait are answered with an error after it: who made them
    // knows by then that this is no refusal of the switch's.
    std::function<void(const Error&)> on_disconnected;
    std::function<void(PacketIn)> on_packet_in;
    std::function<void(const PortStatus&)> on_port_status;
    std::function<void(const FlowRemoved&)> on_flow_removed;
    // Errors of messages of send(); those of requests with a callback go there.
    std::function<void(const ErrorReply&)> on_error;
    std::function<void(const TlvTableReply&)> on_tlv_table;
  };

  Connection(io::Loop& loop, Options options, Callbacks callbacks, Logger log);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Connects, and again whenever it is lost, until stop(). Another remote drops the present
  // connection; the same one changes nothing.
  void start(const io::Remote& remote);
  void stop();
  // Between on_connected and on_disconnected.
  bool connected() const;
  // In words, for status commands: "connected", "connecting", "back-off: <reason>", "stopped".
  std::string status() const;

  // Returns the xid under which an error would come; 0, and nothing is sent, when not connected or
  // the message can't be encoded (which is logged).
  std::uint32_t send(const Message& message);

  // Each callback runs exactly once, never from inside the call; with an error when the connection
  // isn't there or is lost, or the switch refuses. Destruction alone leaves them uncalled.
  void barrier(std::function<void(Result<void>)> done);
  void dump_flows(std::function<void(Result<std::vector<FlowStats>>)> done,
                  const FlowDumpRequest& request = {});
  void dump_groups(std::function<void(Result<std::vector<Group>>)> done);
  void dump_meters(std::function<void(Result<std::vector<Meter>>)> done);
  void dump_ports(std::function<void(Result<std::vector<Port>>)> done);
  // All items or none, in order, in one atomic bundle. An empty one succeeds. Several may wait;
  // the switch takes them in order.
  using BundleDone = std::function<void(tl::expected<void, BundleFailure>)>;
  void commit_bundle(const std::vector<BundleItem>& items, BundleDone done);

  // What crossed the wire since construction.
  struct Counters {
    std::uint64_t connects = 0;
    std::uint64_t messages_sent = 0;
    std::uint64_t messages_received = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
  };
  Counters counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mooring::openflow
