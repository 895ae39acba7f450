#include "northd/northd.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>

#include "daemon/counters.h"
#include "io/loop.h"
#include "jsonrpc/writer.h"
#include "northd/derivations.h"
#include "northd/options.h"
#include "northd/reconciler.h"
#include "northd/strata.h"
#include "ovsdb/client.h"

namespace mooring::northd {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kLock = "ovn_northd";
constexpr milliseconds kMinBackoff{250};
constexpr milliseconds kMaxBackoff{16000};
// After that a refused row is tried again, should the reason have been elsewhere.
constexpr milliseconds kRejectedRetry{60000};
// What transactions of more operations than kLarge were put together and answered in goes back to
// the system, once all that follows from them is done.
constexpr std::size_t kLarge = 200;
constexpr milliseconds kTrimDelay{500};
// For so long the northbound database waits for what is on its way to the southbound one.
constexpr milliseconds kPatience{1000};

ovsdb::Client::Options client_options(std::string database, std::vector<io::Remote> remotes,
                                      io::TlsFiles tls) {
  ovsdb::Client::Options out;
  out.database = std::move(database);
  out.remotes = std::move(remotes);
  out.tls = std::move(tls);
  out.leader_only = true;
  return out;
}

}  // namespace

class Northd::Impl {
 public:
  Impl(io::Loop& loop, Logger log, const Clock& clock, daemon::Counters& counters, Options options)
      : loop_(loop),
        log_(std::move(log)),
        derivations_(nb_tables_, sb_tables_, problems_),
        reconciler_(derivations_, problems_, clock, log_, {}),
        paused_(options.paused),
        updates_(counters.get("northd_update")),
        nb_(loop, reconciler_.northbound(), counters.get("northd_nb_transaction"), log_,
            client_options("OVN_Northbound", std::move(options.northbound), options.tls),
            nb_tables_.replica()),
        sb_(loop, reconciler_.southbound(), counters.get("northd_sb_transaction"), log_,
            client_options("OVN_Southbound", std::move(options.southbound), options.tls),
            sb_tables_.replica()),
        rejected_(loop),
        trim_(loop),
        patience_(loop) {
    follow(nb_);
    follow(sb_);
  }

  void start() {
    nb_.client.start();
    sb_.client.start();
    if (!paused_) take_lock();
    retry_rejected();
  }
  void pause() {
    if (std::exchange(paused_, true)) return;
    sb_.client.unlock(kLock);
    log_.info("paused: nothing is written until resume");
  }
  void resume() {
    if (!std::exchange(paused_, false)) return;
    log_.info("resumed");
    take_lock();
  }
  bool paused() const { return paused_; }
  std::string status() const {
    if (paused_) return "paused";
    return sb_.client.has_lock(kLock) ? "active" : "standby";
  }
  bool nb_connected() const { return nb_.client.synced(); }
  bool sb_connected() const { return sb_.client.synced(); }

  Result<std::vector<std::string>> recompute() {
    if (!ready()) return fail("the databases haven't been read yet");
    derivations_.graph.update();
    reconciler_.note_changes();
    derivations_.graph.reset();
    derivations_.graph.update();
    auto differences = reconciler_.note_changes();
    for (const std::string& words : differences) {
      log_.err("derived from scratch, this came out otherwise: {}", words);
    }
    schedule();
    return differences;
  }
  std::string stats() const;
  Map<std::string, std::uint64_t> memory() const {
    auto stats = derivations_.graph.stats();
    return {{"nodes", stats.nodes},
            {"edges", stats.edges},
            {"graph-bytes", stats.bytes},
            {"nb-ports", nb_tables_.logical_switch_port.size()},
            {"sb-port-bindings", sb_tables_.port_binding.size()},
            {"sb-chassis", sb_tables_.chassis.size()},
            {"diagnostics", nb_tables_.diagnostic.size()}};
  }

 private:
  // One database, from here.
  struct Side {
    Side(io::Loop& loop, Writer& w, daemon::Counter& c, const Logger& log,
         ovsdb::Client::Options options, std::unique_ptr<ovsdb::Replica> replica)
        : database(options.database),
          writer(w),
          transactions(c),
          backoff(loop),
          client(loop, log, std::move(options), std::move(replica)) {}
    std::string database;
    Writer& writer;
    daemon::Counter& transactions;
    io::Timer backoff;  // running: nothing is sent
    milliseconds delay = kMinBackoff;
    bool read = false;            // the contents were there once
    Map<std::string, Uuid> gaps;  // what the schema lacks, with the Problem that says so
    ovsdb::Client client;
  };

  void follow(Side& side) {
    side.client.on_update([this] { schedule(); });
    side.client.on_state([this, &side](ovsdb::ClientState state) {
      if (state != ovsdb::ClientState::kSynced) return;
      side.read = true;
      side.backoff.cancel();
      note_gaps(side);
      schedule();
    });
  }
  void take_lock() {
    sb_.client.lock(std::string(kLock), [this](bool held) {
      log_.info("{}", held ? "the lock is taken: this instance is active"
                           : "the lock is lost: this instance is on standby");
      schedule();
    });
  }
  // What the database lacks is left out; its operator hears of it.
  void note_gaps(Side& side) {
    Map<std::string, Uuid> before = std::exchange(side.gaps, {});
    for (const auto& gap : side.client.schema_gaps()) {
      std::string name = gap.column.empty() ? gap.table : gap.table + "." + gap.column;
      auto it = before.find(name);
      Uuid uuid = it == before.end() ? Uuid::random() : it->second;
      if (it != before.end()) before.erase(it);
      side.gaps[name] = uuid;
      problems_.put(
          Problem{uuid,
                  {std::string(model::code::kSchemaMismatch), side.database, {}, name, {}},
                  {model::Severity::kWarning,
                   fmt::format("the database's schema is of another version: {} {}; upgrade "
                               "it with ovsdb-client convert",
                               name, gap.reason)}});
    }
    for (const auto& [name, uuid] : before) problems_.erase(uuid);
  }

  bool ready() const { return nb_.read && sb_.read; }
  void schedule() {
    if (std::exchange(scheduled_, true)) return;
    loop_.post([this, alive = std::weak_ptr<int>(alive_)] {
      if (alive.expired()) return;
      scheduled_ = false;
      step();
    });
  }
  void step() {
    if (!ready()) return;
    const bool active = status() == "active";
    if (!active) sb_.writer.stop();
    if (!sb_.writer.composing()) {
      updates_.add();
      set_probe_interval();
      derivations_.graph.update(stratum::kSouthbound);
      sb_.writer.note_changes();
    }
    if (active && write(sb_, true)) patience_.start(kPatience, [this] { schedule(); });
    // The server works on what it has while the next is put together, and the rest is derived.
    if (sb_.writer.composing()) return schedule();
    derivations_.graph.update();
    nb_.writer.note_changes();
    if (!active) return;
    // What the southbound database has is told when it has it, and then with all the rest at once;
    // but a server that doesn't answer mustn't keep from their authors what is wrong.
    if (!sb_.writer.in_flight() || !patience_.pending()) write(nb_, false);
    // What was refused just now is a finding.
    if (!derivations_.graph.idle()) schedule();
  }
  // Whether there was anything to send.
  bool write(Side& side, bool locked) {
    if (!side.client.synced() || side.backoff.pending()) {
      side.writer.stop();
      return false;
    }
    auto transaction = side.writer.next();
    if (!transaction) return false;
    side.transactions.add();
    bool large = transaction->size() > kLarge;
    if (locked) transaction->assert_lock(kLock);
    side.client.transact(std::move(*transaction), [this, &side, large](const auto& outcome) {
      if (large) trim_.start(kTrimDelay, [] { ::malloc_trim(0); });
      if (side.writer.done(outcome) == Writer::Verdict::kProceed) {
        side.delay = kMinBackoff;
        return schedule();
      }
      side.backoff.start(side.delay, [this] { schedule(); });
      side.delay = std::min(side.delay * 2, kMaxBackoff);
    });
    return true;
  }
  void retry_rejected() {
    rejected_.start(kRejectedRetry, [this] {
      bool any = nb_.writer.release_rejected();
      any = sb_.writer.release_rejected() || any;
      if (any) schedule();
      retry_rejected();
    });
  }
  // NB_Global.options:northd_probe_interval, in ms (ovn-nb(5)).
  void set_probe_interval() {
    std::int64_t wanted = kDefaultProbe;
    nb_tables_.nb_global.for_each([&](const nb::NBGlobal& row) {
      auto value = option_integer(row.options, "northd_probe_interval");
      if (value && *value >= 0) wanted = *value == 0 ? 0 : std::max<std::int64_t>(*value, 1000);
    });
    if (std::exchange(probe_interval_, wanted) == wanted) return;
    nb_.client.set_probe_interval(milliseconds(wanted));
    sb_.client.set_probe_interval(milliseconds(wanted));
  }

  static constexpr std::int64_t kDefaultProbe = 5000;

  io::Loop& loop_;
  Logger log_;
  nb::Database nb_tables_;
  sb::Database sb_tables_;
  Problems problems_;
  Derivations derivations_;
  Reconciler reconciler_;
  bool paused_;
  bool scheduled_ = false;
  std::int64_t probe_interval_ = kDefaultProbe;
  daemon::Counter& updates_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  Side nb_;
  Side sb_;
  io::Timer rejected_;
  io::Timer trim_;
  io::Timer patience_;  // running: a southbound transaction may still be answered in good time
};

std::string Northd::Impl::stats() const {
  auto stats = derivations_.graph.stats();
  std::string out;
  json::Writer json(out);
  auto number = [&json](std::string_view key, std::uint64_t value) {
    json.key(key).integer(static_cast<std::int64_t>(value));
  };
  json.begin_object();
  number("nodes", stats.nodes);
  number("edges", stats.edges);
  number("runs", stats.runs);
  number("cutoffs", stats.cutoffs);
  number("bytes", stats.bytes);
  json.key("memos").begin_object();
  for (const auto& memo : stats.memos) {
    json.key(memo.name).begin_object();
    number("nodes", memo.nodes);
    number("runs", memo.runs);
    number("cutoffs", memo.cutoffs);
    json.end_object();
  }
  json.end_object().end_object();
  return out;
}

Northd::Northd(io::Loop& loop, Logger log, const Clock& clock, daemon::Counters& counters,
               Options options)
    : impl_(std::make_unique<Impl>(loop, std::move(log), clock, counters, std::move(options))) {}
Northd::~Northd() = default;

void Northd::start() { impl_->start(); }
void Northd::pause() { impl_->pause(); }
void Northd::resume() { impl_->resume(); }
bool Northd::paused() const { return impl_->paused(); }
std::string Northd::status() const { return impl_->status(); }
bool Northd::northbound_connected() const { return impl_->nb_connected(); }
bool Northd::southbound_connected() const { return impl_->sb_connected(); }
Result<std::vector<std::string>> Northd::recompute() { return impl_->recompute(); }
std::string Northd::stats() const { return impl_->stats(); }
Map<std::string, std::uint64_t> Northd::memory() const { return impl_->memory(); }

}  // namespace mooring::northd
