#include "cli/database_link.h"

#include <fmt/format.h>

#include <utility>

#include "io/loop.h"
#include "io/remote.h"

namespace mooring::cli {
namespace {

constexpr std::uint16_t kDefaultPort = 6640;
// How often several remotes are tried in turn: members of a cluster may be choosing a leader.
constexpr int kClusterRounds = 3;

// Adds the tables to the dynamic replica when the schema tells which they are.
class ChosenTables final : public ovsdb::Replica {
 public:
  ChosenTables(ovsdb::DynamicReplica& replica, DatabaseLink::TableChoice choice)
      : replica_(replica), feed_(replica.feed()), choice_(std::move(choice)) {}

  std::span<ovsdb::TableSink* const> tables(const ovsdb::Schema& schema) override {
    for (const std::string& name : choice_(schema)) {
      if (schema.find(name) != nullptr) replica_.add_table(name);
    }
    return feed_->tables(schema);
  }

 private:
  ovsdb::DynamicReplica& replica_;
  std::unique_ptr<ovsdb::Replica> feed_;
  DatabaseLink::TableChoice choice_;
};

}  // namespace

struct DatabaseLink::Impl {
  Impl(io::Loop& loop, Logger log, ovsdb::Client::Options options, TableChoice choice, Events given)
      : events(std::move(given)),
        rounds(options.remotes.size() == 1 ? 1 : kClusterRounds),
        client(loop, std::move(log), std::move(options),
               std::make_unique<ChosenTables>(replica, std::move(choice))) {}

  void start() {
    client.on_update([this] { updated(); });
    client.on_unreachable([this] {
      if (++failed_rounds == rounds) events.failed(Error{client.last_error()});
    });
    client.start();
  }

  void updated() {
    if (!client.synced()) return;
    failed_rounds = 0;
    events.changed();
  }

  ovsdb::DynamicReplica replica;
  Events events;
  int rounds;  // that make a failure
  int failed_rounds = 0;
  ovsdb::Client client;
};

DatabaseLink::DatabaseLink(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DatabaseLink::~DatabaseLink() = default;

Result<std::unique_ptr<DatabaseLink>> DatabaseLink::open(io::Loop& loop, Logger log,
                                                         const Options& options,
                                                         std::string database,
                                                         const std::string& remotes,
                                                         TableChoice tables, Events events) {
  auto parsed = io::Remote::parse_list(remotes, kDefaultPort);
  if (!parsed) return tl::unexpected(parsed.error());
  ovsdb::Client::Options client;
  client.database = std::move(database);
  client.remotes = std::move(*parsed);
  client.tls = options.tls;
  client.leader_only = options.leader_only;
  client.shuffle = options.shuffle_remotes;
  auto impl = std::make_unique<Impl>(loop, std::move(log), std::move(client), std::move(tables),
                                     std::move(events));
  impl->start();
  return std::unique_ptr<DatabaseLink>(new DatabaseLink(std::move(impl)));
}

bool DatabaseLink::ready() const { return impl_->client.synced(); }
const ovsdb::DynamicReplica& DatabaseLink::replica() const { return impl_->replica; }

void DatabaseLink::transact(ovsdb::Transaction transaction, ovsdb::Client::TransactHandler done) {
  impl_->client.transact(std::move(transaction), std::move(done));
}

}  // namespace mooring::cli
