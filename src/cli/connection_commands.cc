// The database server's own set-up and synchronisation: connections, TLS files, init, sync.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/command.h"
#include "io/remote.h"

namespace mooring::cli {
namespace {

constexpr std::string_view kConnection = "Connection";
constexpr std::string_view kSsl = "SSL";
constexpr std::uint16_t kTargetPort = 6640;

Result<void> init(Context& context, const Invocation&, Output&) {
  context.global();
  return {};
}

Result<void> sync(Context& context, const Invocation&, Output&) {
  context.force_sync = true;
  return {};
}

Result<void> get_connection(Context& context, const Invocation&, Output& output) {
  for (const RowId& global : context.nb.rows("NB_Global")) {
    std::vector<std::string> targets;
    for (const RowId& row : context.nb.references(global, "connections", kConnection)) {
      targets.push_back(context.nb.text(row, "target"));
    }
    std::sort(targets.begin(), targets.end());
    for (const std::string& target : targets) output.text += target + "\n";
  }
  return {};
}

Result<void> del_connection(Context& context, const Invocation&, Output&) {
  return context.nb.set(context.global(), "connections", ovsdb::Datum());
}

Result<std::optional<std::int64_t>> probe_option(const Invocation& invocation) {
  const auto word = invocation.option("inactivity-probe");
  if (!word) return std::optional<std::int64_t>();
  std::int64_t probe = 0;
  const char* end = word->data() + word->size();
  const auto [stop, error] = std::from_chars(word->data(), end, probe);
  if (error != std::errc() || stop != end || probe < 0) {
    return fail("--inactivity-probe=" + *word + ": milliseconds are needed, 0 for no probes");
  }
  return std::optional(probe);
}

Result<void> set_connection(Context& context, const Invocation& invocation, Output& output) {
  auto probe = probe_option(invocation);
  if (!probe) return tl::unexpected(probe.error());
  const RowId global = context.global();
  ovsdb::Datum connections;
  for (const std::string& target : invocation.arguments) {
    if (auto remote = io::Remote::parse(target, kTargetPort); !remote) {
      output.warnings.push_back(remote.error().message);
    }
    const RowId row = context.nb.insert(kConnection);
    auto done = context.nb.set(row, "target", target);
    if (done && *probe) done = context.nb.set(row, "inactivity_probe", datum_of(**probe));
    if (!done) return done;
    connections.put(ovsdb::Atom{row.uuid});
  }
  return context.nb.set(global, "connections", std::move(connections));
}

Result<void> get_ssl(Context& context, const Invocation&, Output& output) {
  for (const RowId& row : context.nb.rows(kSsl)) {
    const bool bootstrap = context.nb.optional_boolean(row, "bootstrap_ca_cert").value_or(false);
    output.text +=
        fmt::format("Private key: {}\nCertificate: {}\nCA Certificate: {}\nBootstrap: {}\n",
                    context.nb.text(row, "private_key"), context.nb.text(row, "certificate"),
                    context.nb.text(row, "ca_cert"), bootstrap);
  }
  return {};
}

Result<void> del_ssl(Context& context, const Invocation&, Output&) {
  return context.nb.set(context.global(), "ssl", ovsdb::Datum());
}

Result<void> set_ssl(Context& context, const Invocation& invocation, Output&) {
  constexpr std::string_view columns[] = {"private_key", "certificate", "ca_cert", "ssl_protocols",
                                          "ssl_ciphers"};
  const RowId row = context.nb.insert(kSsl);
  for (std::size_t i = 0; i < invocation.arguments.size(); ++i) {
    auto done = context.nb.set(row, columns[i], invocation.arguments[i]);
    if (!done) return done;
  }
  auto done = context.nb.set_boolean(row, "bootstrap_ca_cert", invocation.has("bootstrap"));
  if (!done) return done;
  return context.nb.set(context.global(), "ssl", datum_of(row.uuid));
}

}  // namespace

std::vector<Command> connection_commands() {
  return {
      {.name = "init", .summary = "make the database ready for use", .run = init},
      {.name = "sync", .summary = "with --wait, follow earlier changes too", .run = sync},
      {.name = "get-connection",
       .tables = {kConnection},
       .summary = "print where the database server listens or connects",
       .run = get_connection},
      {.name = "del-connection",
       .tables = {kConnection},
       .summary = "delete all of those",
       .run = del_connection},
      {.name = "set-connection",
       .arguments = "TARGET...",
       .min_arguments = 1,
       .max_arguments = Command::kAny,
       .options = {"inactivity-probe="},
       .tables = {kConnection},
       .summary = "set them, ptcp:6641 for example",
       .run = set_connection},
      {.name = "get-ssl",
       .tables = {kSsl},
       .summary = "print the server's TLS files",
       .run = get_ssl},
      {.name = "del-ssl", .tables = {kSsl}, .summary = "forget them", .run = del_ssl},
      {.name = "set-ssl",
       .arguments = "PRIVATE_KEY CERTIFICATE CA_CERT [PROTOCOLS [CIPHERS]]",
       .min_arguments = 3,
       .max_arguments = 5,
       .options = {"bootstrap"},
       .tables = {kSsl},
       .summary = "set the server's TLS files",
       .run = set_ssl},
  };
}

}  // namespace mooring::cli
