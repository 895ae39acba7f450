#include "jsonrpc/session.h"

#include <map>
#include <unordered_map>
#include <utility>

#include "io/loop.h"
#include "io/stream.h"
#include "jsonrpc/framer.h"
#include "jsonrpc/writer.h"

namespace mooring::jsonrpc {
namespace {

// A database's contents are one message, many megabytes; what comes later is small. Memory for
// messages of this many bytes stays.
constexpr std::size_t kKeep = std::size_t{1} << 16;

}  // namespace

// Shared with the callbacks it runs: each may destroy the session, so after each one `open` is
// looked at before anything else.
struct Session::Impl : std::enable_shared_from_this<Session::Impl> {
  Impl(io::Loop& loop, std::unique_ptr<io::Stream> given, Options opts, Handlers hands)
      : stream(std::move(given)),
        handlers(std::move(hands)),
        options(opts),
        framer({opts.max_message_bytes, opts.max_depth}),
        parser({opts.max_message_bytes, opts.max_depth}),
        timer(loop) {}

  void start();
  void receive(std::string_view bytes);
  bool take_message(std::string_view text);
  void take_request(std::string_view method, json::Value message);
  bool take_reply(json::Value message);
  void send_request(std::string_view method, std::string_view params, ReplyHandler on_reply);
  void end(const Error& why);
  void shut();
  void arm();
  void idle();

  std::unique_ptr<io::Stream> stream;
  Handlers handlers;
  Options options;
  json::Framer framer;
  json::Parser parser;
  io::Timer timer;
  std::unordered_map<std::int64_t, ReplyHandler> pending;
  std::int64_t next_id = 0;
  bool open = true;
  bool abandoned = false;  // by its owner: no callback runs any more
  bool heard = false;      // anything since the timer was armed
  bool probing = false;    // an echo is out
};

void Session::Impl::start() {
  auto weak = weak_from_this();
  stream->start({[weak](std::string_view bytes) {
                   if (auto self = weak.lock()) self->receive(bytes);
                 },
                 [weak](const Error& why) {
                   if (auto self = weak.lock()) self->end(why);
                 }});
  arm();
}

void Session::Impl::receive(std::string_view bytes) {
  auto self = shared_from_this();
  if (!open) return;
  heard = true;
  framer.feed(bytes);
  bool any = false;
  while (open) {
    auto text = framer.next();
    if (!text) return end(text.error());
    if (!*text) break;
    if (!take_message(**text)) return;
    any = true;
  }
  parser.release(kKeep);
  framer.release(kKeep);
  if (any && open && handlers.on_batch) handlers.on_batch();
}

// False when the message ended the session.
bool Session::Impl::take_message(std::string_view text) {
  auto message = parser.parse_padded(text);
  if (!message) {
    end(message.error());
    return false;
  }
  json::Value method = (*message)["method"];
  if (method.is_null()) {
    if (take_reply(*message)) return open;
  } else if (auto name = method.string(); name && (*message)["params"].is_array()) {
    take_request(*name, *message);
    return open;
  }
  end(Error{"a JSON-RPC message that is no request, notification or reply"});
  return false;
}

void Session::Impl::take_request(std::string_view method, json::Value message) {
  json::Value params = message["params"];
  json::Value id = message["id"];
  if (id.is_null()) {
    if (handlers.on_notify) handlers.on_notify(method, params);
    return;
  }
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("id").raw(id.dump());
  if (method == "echo") {
    writer.key("result").raw(params.dump()).key("error").null().end_object();
  } else if (handlers.on_request) {
    return handlers.on_request(method, params, id.dump());
  } else {
    writer.key("result").null().key("error").string("unknown method").end_object();
  }
  stream->send(std::move(out));
}

// False when it isn't a reply. One to a request that nobody waits for is let pass.
bool Session::Impl::take_reply(json::Value message) {
  json::Value id = message["id"];
  if (id.is_null()) return false;
  auto number = id.integer();
  auto it = number ? pending.find(*number) : pending.end();
  if (it == pending.end()) return true;
  ReplyHandler on_reply = std::move(it->second);
  pending.erase(it);
  if (on_reply) on_reply(Reply{message["result"], message["error"], true});
  return true;
}

void Session::Impl::send_request(std::string_view method, std::string_view params,
                                 ReplyHandler on_reply) {
  std::int64_t id = next_id++;
  std::string out;
  out.reserve(params.size() + method.size() + 64);
  json::Writer writer(out);
  writer.begin_object().key("id").integer(id).key("method").string(method);
  writer.key("params").raw(params).end_object();
  pending.emplace(id, std::move(on_reply));
  stream->send(std::move(out));
}

void Session::Impl::shut() {
  open = false;
  timer.cancel();
  if (stream) stream->close();
}

void Session::Impl::end(const Error& why) {
  auto self = shared_from_this();
  if (!open) return;
  Error kept = why;
  shut();
  // In the order of sending, whatever the map's. A handler may destroy the session, and then the
  // rest isn't called.
  std::map<std::int64_t, ReplyHandler> waiting(std::make_move_iterator(pending.begin()),
                                               std::make_move_iterator(pending.end()));
  pending.clear();
  for (auto& [id, on_reply] : waiting) {
    if (abandoned) return;
    if (on_reply) on_reply(Reply{{}, {}, false});
  }
  if (!abandoned && handlers.on_closed) handlers.on_closed(kept);
}

void Session::Impl::arm() {
  timer.cancel();
  if (!open || options.probe_interval.count() == 0) return;
  heard = false;
  timer.start(options.probe_interval, [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->idle();
  });
}

void Session::Impl::idle() {
  if (heard) {
    probing = false;
  } else if (probing) {
    return end(Error{"no answer to an inactivity probe within " +
                     std::to_string(options.probe_interval.count()) + " ms"});
  } else {
    probing = true;
    send_request("echo", "[]", nullptr);
  }
  arm();
}

Session::Session(io::Loop& loop, std::unique_ptr<io::Stream> stream, Options options,
                 Handlers handlers)
    : impl_(std::make_shared<Impl>(loop, std::move(stream), options, std::move(handlers))) {
  impl_->start();
}

Session::~Session() { close(); }

void Session::request(std::string_view method, const Params& params, ReplyHandler on_reply) {
  if (impl_->open) impl_->send_request(method, params, std::move(on_reply));
}

void Session::notify(std::string_view method, const Params& params) {
  if (!impl_->open) return;
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("id").null().key("method").string(method);
  writer.key("params").raw(params).end_object();
  impl_->stream->send(std::move(out));
}

void Session::respond(const std::string& id, std::string_view result, std::string_view error) {
  if (!impl_->open) return;
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("id").raw(id).key("result").raw(result).key("error").raw(error);
  writer.end_object();
  impl_->stream->send(std::move(out));
}

void Session::set_probe_interval(std::chrono::milliseconds interval) {
  impl_->options.probe_interval = interval;
  impl_->probing = false;
  impl_->arm();
}

void Session::close() {
  impl_->abandoned = true;
  impl_->shut();
}

}  // namespace mooring::jsonrpc
