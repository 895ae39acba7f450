#include "cli/run.h"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <utility>

#include "cli/database_link.h"
#include "cli/printer.h"
#include "io/loop.h"
#include "jsonrpc/json.h"

namespace mooring::cli {
namespace {

using std::chrono::milliseconds;

// After a collision with another writer its change is on the way; should it not come, the same
// transaction is worth another try.
constexpr milliseconds kCollisionPause{50};
constexpr int kMostRaces = 200;
// How long chassis have to answer, where --timeout doesn't say.
constexpr std::chrono::seconds kAnswerTime{5};

void complain(std::string_view text) { fmt::print(stderr, "mooring: {}\n", text); }

// The nb_cfg that the transaction's "select" read back.
std::optional<std::int64_t> read_nb_cfg(const std::string& result) {
  json::Parser parser;
  auto parsed = parser.parse(result);
  return parsed ? (*parsed)["rows"].at(0)["nb_cfg"].integer() : std::nullopt;
}

std::optional<Uuid> read_inserted(const std::string& result) {
  json::Parser parser;
  auto parsed = parser.parse(result);
  Uuid uuid;
  if (!parsed || !ovsdb::decode((*parsed)["uuid"], uuid)) return std::nullopt;
  return uuid;
}

std::string ends_of(Follow follow) {
  return follow == Follow::kSouthbound ? "the southbound database" : "the hypervisors";
}

}  // namespace

struct Run::Impl {
  Impl(io::Loop& loop_in, Log& log_in, const Clock& clock_in, const CommandSet& commands_in,
       CommandLine line_in, bool colour_in)
      : loop(loop_in),
        log(log_in),
        clock(clock_in),
        commands(commands_in),
        line(std::move(line_in)),
        colour(colour_in),
        timeout(loop),
        again(loop) {}

  int execute();

  // --- Connecting ---
  bool open_northbound();
  bool open_southbound();
  bool wants_southbound() const;

  // --- The transaction ---
  // Does the commands on what the databases have now; called whenever that may have changed.
  void attempt();
  // On what the databases have now; draft and sb_draft are filled for it.
  Context make_context(Draft& draft, std::optional<Draft>& sb_draft) const;
  bool run_commands(Context& context, std::vector<Output>& outputs);
  bool names_resolved(const Context& context);
  void commit(Context& context);
  void committed(const Draft::Plan& plan, std::optional<std::size_t> select,
                 const ovsdb::TransactionOutcome& outcome);
  void refused(const ovsdb::TransactionError& error);

  // --- Following the change, and waiting for what chassis answer ---
  void change_made();
  void conclude();
  void check_progress();
  std::string wait_times() const;
  std::int64_t global_integer(std::string_view column) const;

  // --- Ending ---
  void warn();
  void print_and_finish();
  void give_up(std::string_view why);
  void finish(int status);
  void timed_out();

  enum class Phase {
    kConnecting,
    kTrying,
    kWaitingFor,
    kCommitting,
    kFollowing,
    kAnswering,
    kDone
  };

  io::Loop& loop;
  Log& log;
  const Clock& clock;
  const CommandSet& commands;
  CommandLine line;
  bool colour;
  io::Timer timeout;
  io::Timer again;
  std::unique_ptr<DatabaseLink> nb;
  std::unique_ptr<DatabaseLink> sb;
  std::string sb_problem;
  Phase phase = Phase::kConnecting;
  int status = 0;
  bool collided = false;
  int races = 0;  // lost against other writers
  const std::string question = Uuid::random().to_string();
  bool asks = false;
  bool late = false;
  std::vector<Output> outputs;
  std::map<Uuid, Uuid> uuids;
  std::int64_t nb_cfg = 0;  // to be reached by what is followed
  std::int64_t committed_at_ms = 0;
};

int Run::Impl::execute() {
  if (line.options.timeout_s > 0) {
    timeout.start(std::chrono::seconds(line.options.timeout_s), [this] { timed_out(); });
  }
  if (open_northbound() && open_southbound()) loop.run();
  return status;
}

bool Run::Impl::open_northbound() {
  DatabaseLink::Events events;
  events.changed = [this] { attempt(); };
  events.failed = [this](const Error& why) {
    if (phase == Phase::kCommitting) return;  // the transaction's own outcome tells more
    give_up(fmt::format("northbound database: {}", why.message));
  };
  auto choice = [this](const ovsdb::Schema& schema) {
    return commands.needs(line.commands, schema).nb;
  };
  auto link = DatabaseLink::open(loop, Logger(log, "northbound"), line.options, "OVN_Northbound",
                                 line.options.nb_db, choice, std::move(events));
  if (link) {
    nb = std::move(*link);
  } else {
    give_up("--db: " + link.error().message);
  }
  return nb != nullptr;
}

bool Run::Impl::wants_southbound() const {
  return !commands.needs(line.commands, ovsdb::Schema()).sb.empty();
}

// Without the southbound database reports say less; only one that was asked for must be there.
bool Run::Impl::open_southbound() {
  if (!wants_southbound()) return true;
  DatabaseLink::Events events;
  events.changed = [this] { attempt(); };
  events.failed = [this](const Error& why) {
    if (line.options.sb_db_given) return give_up("southbound database: " + why.message);
    sb_problem = "southbound database: " + why.message;
    attempt();
  };
  auto choice = [this](const ovsdb::Schema& schema) {
    return commands.needs(line.commands, schema).sb;
  };
  auto link = DatabaseLink::open(loop, Logger(log, "southbound"), line.options, "OVN_Southbound",
                                 line.options.sb_db, choice, std::move(events));
  if (link) {
    sb = std::move(*link);
  } else {
    give_up("--sb-db: " + link.error().message);
  }
  return sb != nullptr;
}

Context Run::Impl::make_context(Draft& draft, std::optional<Draft>& sb_draft) const {
  if (sb != nullptr && sb->ready()) sb_draft.emplace(sb->replica());
  Context context{.options = line.options, .nb = draft};
  context.sb = sb_draft ? &*sb_draft : nullptr;
  context.sb_problem = sb_problem;
  context.now_ms = clock.wall_ms();
  context.colour = colour;
  context.question = question;
  context.late = late;
  return context;
}

void Run::Impl::attempt() {
  if (phase == Phase::kCommitting || phase == Phase::kDone || !nb->ready()) return;
  if (phase == Phase::kFollowing) return check_progress();
  if (phase == Phase::kAnswering) return conclude();
  const bool sb_settled = sb == nullptr || sb->ready() || !sb_problem.empty();
  if (!sb_settled) return;
  phase = Phase::kTrying;
  Draft draft(nb->replica());
  std::optional<Draft> sb_draft;
  Context context = make_context(draft, sb_draft);
  std::vector<Output> said;
  if (!run_commands(context, said)) return;
  outputs = std::move(said);
  asks = context.asks;
  if (context.waiting) {
    phase = Phase::kWaitingFor;
    return;
  }
  const bool follow = line.options.follow != Follow::kNone && context.force_sync;
  if (line.options.dry_run || (!draft.changed() && !follow)) {
    warn();
    return print_and_finish();
  }
  commit(context);
}

bool Run::Impl::run_commands(Context& context, std::vector<Output>& said) {
  for (const Invocation& invocation : line.commands) {
    const Command* command = commands.find(invocation.name);
    auto done = command->run(context, invocation, said.emplace_back());
    if (!done) {
      give_up(fmt::format("{}: {}", invocation.name, done.error().message));
      return false;
    }
    if (context.waiting) return true;
  }
  return names_resolved(context);
}

bool Run::Impl::names_resolved(const Context& context) {
  for (const auto& [name, uuid] : context.symbols) {
    if (!ovsdb::is_placeholder(uuid) || context.nb.inserted(uuid)) continue;
    give_up(fmt::format("@{} names a row that no command creates: -- --id=@{} create TABLE ...",
                        name, name));
    return false;
  }
  return true;
}

void Run::Impl::commit(Context& context) {
  context.global();
  Draft::Plan plan = context.nb.plan();
  std::string said = "mooring:";
  for (const Invocation& invocation : line.commands) {
    said += (said.ends_with(':') ? " " : " -- ") + invocation.text();
  }
  plan.transaction.comment(said);
  std::optional<std::size_t> select;
  if (line.options.follow != Follow::kNone) {
    plan.transaction.raw(
        R"({"op":"mutate","table":"NB_Global","where":[],"mutations":[["nb_cfg","+=",1]]})");
    select = plan.transaction.raw(
        R"({"op":"select","table":"NB_Global","where":[],"columns":["nb_cfg"]})");
  }
  phase = Phase::kCommitting;
  ovsdb::Transaction transaction = plan.transaction;
  nb->transact(std::move(transaction),
               [this, plan = std::move(plan), select](const ovsdb::TransactionOutcome& outcome) {
                 committed(plan, select, outcome);
               });
}

void Run::Impl::committed(const Draft::Plan& plan, std::optional<std::size_t> select,
                          const ovsdb::TransactionOutcome& outcome) {
  if (phase != Phase::kCommitting) return;
  if (!outcome) return refused(outcome.error());
  committed_at_ms = clock.wall_ms();
  for (const auto& [operation, placeholder] : plan.insertions) {
    const auto uuid = read_inserted(outcome->operations[operation].text);
    if (uuid) uuids.emplace(placeholder, *uuid);
  }
  warn();
  if (!select) return change_made();
  nb_cfg = read_nb_cfg(outcome->operations[*select].text).value_or(0);
  phase = Phase::kFollowing;
  check_progress();
}

// A condition that failed ("timed out") means that another writer was faster: what it wrote will be
// seen by the next attempt. So may a constraint be broken, but then only once.
void Run::Impl::refused(const ovsdb::TransactionError& error) {
  const bool lost_race = error.tag == "timed out" && ++races < kMostRaces;
  const bool may_have = error.tag == "constraint violation" && !std::exchange(collided, true);
  if (error.lost || (!lost_race && !may_have)) return give_up(error.message);
  phase = Phase::kTrying;
  again.start(kCollisionPause, [this] { attempt(); });
}

std::int64_t Run::Impl::global_integer(std::string_view column) const {
  const Draft draft(nb->replica());
  const auto rows = draft.rows("NB_Global");
  return rows.empty() ? 0 : draft.integer(rows.front(), column);
}

void Run::Impl::check_progress() {
  const bool southbound = line.options.follow == Follow::kSouthbound;
  if (global_integer(southbound ? "sb_cfg" : "hv_cfg") < nb_cfg) return;
  change_made();
}

void Run::Impl::change_made() {
  if (!asks) return print_and_finish();
  phase = Phase::kAnswering;
  if (line.options.timeout_s == 0) timeout.start(kAnswerTime, [this] { timed_out(); });
  conclude();
}

void Run::Impl::conclude() {
  Draft draft(nb->replica());
  std::optional<Draft> sb_draft;
  Context context = make_context(draft, sb_draft);
  std::vector<Output> said(outputs.size());
  for (std::size_t i = 0; i < line.commands.size(); ++i) {
    const Command* command = commands.find(line.commands[i].name);
    if (command->conclude == nullptr) {
      said[i] = outputs[i];
      continue;
    }
    auto done = command->conclude(context, line.commands[i], said[i]);
    if (!done) return give_up(fmt::format("{}: {}", command->name, done.error().message));
  }
  if (context.waiting) return;
  outputs = std::move(said);
  warn();
  print_and_finish();
}

// ovn-nbctl(8), --print-wait-time.
std::string Run::Impl::wait_times() const {
  if (!line.options.print_wait_time || line.options.follow == Follow::kNone) return "";
  const auto since = [this](std::string_view column) {
    return std::max<std::int64_t>(global_integer(column) - committed_at_ms, 0);
  };
  std::string out = fmt::format(
      "Time spent on processing nb_cfg {}:\n\tovn-northd delay before processing:\t{}ms\n"
      "\tovn-northd completion:\t{}ms\n",
      nb_cfg, since("nb_cfg_timestamp"), since("sb_cfg_timestamp"));
  if (line.options.follow == Follow::kHypervisors) {
    out += fmt::format("\tovn-controller(s) completion:\t{}ms\n", since("hv_cfg_timestamp"));
  }
  return out;
}

void Run::Impl::warn() {
  for (Output& output : outputs) {
    for (const std::string& warning : output.warnings) complain("warning: " + warning);
    output.warnings.clear();
  }
}

void Run::Impl::print_and_finish() {
  const std::string text = printed(outputs, line.options, uuids) + wait_times();
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) return give_up("the output can't be written");
  int worst = 0;
  for (const Output& output : outputs) worst = std::max(worst, output.exit_status);
  finish(worst);
}

void Run::Impl::give_up(std::string_view why) {
  if (phase == Phase::kDone) return;
  complain(why);
  finish(1);
}

void Run::Impl::finish(int with) {
  phase = Phase::kDone;
  status = with;
  again.cancel();
  timeout.cancel();
  loop.stop();
}

void Run::Impl::timed_out() {
  if (phase == Phase::kAnswering) {
    late = true;
    return conclude();
  }
  std::string what = "connecting to " + line.options.nb_db;
  if (phase == Phase::kWaitingFor) what = "waiting for what wait-until names";
  if (phase == Phase::kTrying || phase == Phase::kCommitting) what = "changing the database";
  if (phase == Phase::kFollowing) {
    what = fmt::format(
        "waiting for {} to reach configuration {} (southbound {}, hypervisors {}); "
        "the change itself is made",
        ends_of(line.options.follow), nb_cfg, global_integer("sb_cfg"), global_integer("hv_cfg"));
  }
  complain(fmt::format("gave up after {} s: {}", line.options.timeout_s, what));
  std::fflush(nullptr);
  std::signal(SIGALRM, SIG_DFL);
  std::raise(SIGALRM);
}

Run::Run(io::Loop& loop, Log& log, const Clock& clock, const CommandSet& commands, CommandLine line,
         bool colour)
    : impl_(std::make_unique<Impl>(loop, log, clock, commands, std::move(line), colour)) {}
Run::~Run() = default;

int Run::execute() { return impl_->execute(); }

}  // namespace mooring::cli
