#include "controller/acl_stats.h"

#include <utility>

#include "controller/tables.h"
#include "model/stage.h"

namespace mooring::controller {
namespace {

using Stats = sb::ACLStats;
using Private = sb::ChassisPrivate;

constexpr const char* kQuestion = "acl-stats";

std::string word_in(const Map<std::string, std::string>& words) {
  auto it = words.find(kQuestion);
  return it == words.end() ? std::string() : it->second;
}

std::set<std::uint8_t> acl_tables(const sb::Database& database) {
  std::set<std::uint8_t> out;
  database.pipeline.for_each([&](const sb::Pipeline& row) {
    if (!row.acl || row.table_id < 0 || row.table_id > 31) return;
    const bool ingress = row.pipeline == "ingress";
    // What a stateless rule keeps from being tracked meets the rule itself later.
    const auto& untracked =
        ingress ? model::stage::kInAclStateless : model::stage::kOutAclStateless;
    if (row.table_id == untracked.id) return;
    out.insert(
        static_cast<std::uint8_t>((ingress ? table::kIngress : table::kEgress) + row.table_id));
  });
  return out;
}

}  // namespace

AclStats::AclStats(const sb::Database& database, const Outputs& outputs, Callbacks callbacks)
    : database_(database), outputs_(outputs), callbacks_(std::move(callbacks)) {}

std::string AclStats::asked() const {
  std::string out;
  database_.sb_global.for_each([&](const sb::SBGlobal& row) { out = word_in(row.options); });
  return out;
}

const Private* AclStats::own_row(const std::string& system_id) const {
  const Private* out = nullptr;
  database_.chassis_private.for_each([&](const Private& row) {
    if (row.name == system_id) out = &row;
  });
  return out;
}

// A question that the database has no answer to, and a row to put it into.
bool AclStats::is_open(const std::string& word, const std::string& system_id) const {
  const Private* own = own_row(system_id);
  return !word.empty() && own != nullptr && word_in(own->external_ids) != word;
}

void AclStats::update(const std::string& system_id) {
  std::string word = asked();
  if (reading_ || word == counted_ || !is_open(word, system_id)) return;
  reading_ = std::move(word);
  counts_.clear();
  counted_.clear();
  tables_ = acl_tables(database_);
  read_next();
}

void AclStats::read_next() {
  if (tables_.empty()) {
    counted_ = *std::exchange(reading_, std::nullopt);
    return callbacks_.on_counted();
  }
  std::uint8_t table = *tables_.begin();
  tables_.erase(tables_.begin());
  callbacks_.dump(table, [this](Result<std::vector<openflow::FlowStats>> flows) {
    if (!flows) {
      reading_.reset();
      return callbacks_.on_failed(flows.error());
    }
    add(*flows);
    read_next();
  });
}

// A flow's cookie is the beginning of its row's UUID; which row it is in full is known of the flows
// that are wanted. A conjunction's packets count at the flow that acts on it, not at its clauses.
void AclStats::add(const std::vector<openflow::FlowStats>& flows) {
  for (const openflow::FlowStats& stats : flows) {
    if (stats.packets == 0 || stats.foreign || stats.flow.actions.has_conjunction()) continue;
    auto bodies = outputs_.flows.find(stats.flow.key());
    if (bodies.empty() || bodies.front().cookie() != stats.flow.cookie) continue;
    const sb::Pipeline* row = database_.pipeline.find(bodies.front().origin);
    if (row == nullptr || !row->acl) continue;
    AclCount& count = counts_[*row->acl];
    count.packets += static_cast<std::int64_t>(stats.packets);
    count.bytes += static_cast<std::int64_t>(stats.bytes);
  }
}

void AclStats::write(const std::string& system_id, ovsdb::Transaction& txn) const {
  // A later question has been asked meanwhile: it will be answered instead.
  if (counted_.empty() || counted_ != asked() || !is_open(counted_, system_id)) return;
  write_rows(system_id, txn);
  txn.put(own_row(system_id)->uuid, Private::Columns::external_ids, kQuestion, counted_);
}

void AclStats::write_rows(const std::string& system_id, ovsdb::Transaction& txn) const {
  AclCounts missing = counts_;
  database_.acl_stats.for_each([&](const Stats& row) {
    if (row.chassis_name != system_id) return;
    auto it = missing.find(row.acl);
    if (it == missing.end()) return txn.remove<Stats>(row.uuid);
    txn.diff(row.uuid, Stats::Columns::packets, row.packets, it->second.packets);
    txn.diff(row.uuid, Stats::Columns::bytes, row.bytes, it->second.bytes);
    missing.erase(it);
  });
  for (const auto& [acl, count] : missing) {
    Stats row;
    row.chassis_name = system_id;
    row.acl = acl;
    row.packets = count.packets;
    row.bytes = count.bytes;
    txn.insert(row);
  }
}

}  // namespace mooring::controller
