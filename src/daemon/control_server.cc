#include "daemon/control_server.h"

#include <fmt/format.h>

#include <list>
#include <map>
#include <optional>

#include "io/stream.h"
#include "jsonrpc/session.h"
#include "jsonrpc/writer.h"

namespace mooring::daemon {
namespace {

// Commands are words; nothing that a person types is longer.
constexpr std::size_t kMaxRequestBytes = std::size_t{4} << 20;

// What ovs-appctl prints as it is, so a last line needs its end.
std::string terminated(std::string text) {
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

struct Command {
  std::string usage;
  std::size_t min_args;
  std::size_t max_args;
  ControlServer::Handler handler;
};

struct Connection {
  std::unique_ptr<jsonrpc::Session> session;
};

std::optional<ControlServer::Arguments> words_of(json::Value params) {
  ControlServer::Arguments words;
  for (json::Value word : params.elements()) {
    auto text = word.string();
    if (!text) return std::nullopt;
    words.emplace_back(*text);
  }
  return params.is_array() ? std::optional(std::move(words)) : std::nullopt;
}

std::string plural(std::size_t count) {
  return fmt::format("{} argument{}", count, count == 1 ? "" : "s");
}

}  // namespace

struct Answer::State {
  std::weak_ptr<Connection> connection;
  std::string id;
  bool answered = false;

  void respond(std::string text, bool is_error) {
    if (std::exchange(answered, true)) return;
    auto alive = connection.lock();
    if (!alive || !alive->session) return;
    std::string body = json::quoted(terminated(std::move(text)));
    alive->session->respond(id, is_error ? "null" : body, is_error ? body : "null");
  }
  State(std::weak_ptr<Connection> to, std::string request)
      : connection(std::move(to)), id(std::move(request)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { respond("the command was given up without an answer", true); }
};

void Answer::ok(std::string text) const { state_->respond(std::move(text), false); }
void Answer::error(std::string text) const { state_->respond(std::move(text), true); }

struct ControlServer::Impl : std::enable_shared_from_this<Impl> {
  std::map<std::string, Command, std::less<>> commands;
  std::list<std::shared_ptr<Connection>> connections;
  std::unique_ptr<io::Listener> listener;
  Logger log;

  void accept(io::Loop& loop, std::unique_ptr<io::Stream> stream);
  void run(std::string_view name, json::Value params, const Answer& answer);
  std::string list() const;
};

void ControlServer::Impl::accept(io::Loop& loop, std::unique_ptr<io::Stream> stream) {
  auto connection = std::make_shared<Connection>();
  auto place = connections.insert(connections.end(), connection);
  jsonrpc::Session::Options options;
  options.max_message_bytes = kMaxRequestBytes;
  jsonrpc::Session::Handlers handlers;
  std::weak_ptr<Connection> weak = connection;
  // `this` lives at least as long as the sessions do, which are its own.
  handlers.on_request = [this, weak](std::string_view method, json::Value params, std::string id) {
    run(method, params, Answer(std::make_shared<Answer::State>(weak, std::move(id))));
  };
  handlers.on_closed = [this, place](const Error& error) {
    log.dbg("control connection ended: {}", error.message);
    connections.erase(place);
  };
  connection->session =
      std::make_unique<jsonrpc::Session>(loop, std::move(stream), options, std::move(handlers));
}

void ControlServer::Impl::run(std::string_view name, json::Value params, const Answer& answer) {
  auto it = commands.find(name);
  if (it == commands.end()) {
    return answer.error(
        fmt::format("\"{}\" is not a command; list-commands shows those known", name));
  }
  auto words = words_of(params);
  if (!words) return answer.error("arguments must be an array of strings");
  const Command& command = it->second;
  if (words->size() < command.min_args) {
    return answer.error(fmt::format("\"{}\" needs at least {}", name, plural(command.min_args)));
  }
  if (words->size() > command.max_args) {
    return answer.error(fmt::format("\"{}\" takes at most {}", name, plural(command.max_args)));
  }
  log.dbg("command: {} {}", name, fmt::join(*words, " "));
  // A copy, since a handler may replace its own registration.
  Handler handler = command.handler;
  handler(*words, answer);
}

std::string ControlServer::Impl::list() const {
  std::string out = "The available commands are:\n";
  for (const auto& [name, command] : commands) {
    std::string line = fmt::format("  {:<30} {}", name, command.usage);
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

ControlServer::ControlServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {
  add("list-commands", [this] { return impl_->list(); });
  add("help", [this] { return impl_->list(); });
}

ControlServer::~ControlServer() = default;

Result<std::unique_ptr<ControlServer>> ControlServer::listen(io::Loop& loop,
                                                             const std::string& path, Logger log) {
  auto impl = std::make_shared<Impl>();
  impl->log = std::move(log);
  io::Remote remote{io::Remote::Kind::kPunix, path, 0};
  auto listener =
      io::listen(loop, remote, {}, [raw = impl.get(), &loop](std::unique_ptr<io::Stream> stream) {
        raw->accept(loop, std::move(stream));
      });
  if (!listener) return fail("can't make the control socket: " + listener.error().message);
  impl->listener = std::move(*listener);
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(impl)));
}

std::unique_ptr<ControlServer> ControlServer::silent() {
  return std::unique_ptr<ControlServer>(new ControlServer(std::make_shared<Impl>()));
}

void ControlServer::add(std::string name, std::string usage, std::size_t min_args,
                        std::size_t max_args, Handler handler) {
  impl_->commands.insert_or_assign(
      std::move(name), Command{std::move(usage), min_args, max_args, std::move(handler)});
}

void ControlServer::add(std::string name, std::function<std::string()> handler) {
  add(std::move(name), "", 0, 0,
      [handler = std::move(handler)](const Arguments&, const Answer& answer) {
        answer.ok(handler());
      });
}

}  // namespace mooring::daemon
