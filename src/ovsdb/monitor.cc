#include "ovsdb/monitor.h"

#include <algorithm>
#include <utility>

#include "base/uuid.h"
#include "jsonrpc/writer.h"

namespace mooring::ovsdb {

Monitor::Monitor(std::unique_ptr<Replica> replica, std::function<void(const Error&)> problem)
    : replica_(std::move(replica)), problem_(std::move(problem)) {}

void Monitor::bind(const Schema& schema) {
  gaps_.clear();
  tables_.clear();
  method_ = Method::kCondSince;
  if (replica_ == nullptr) return;
  std::set<std::string, std::less<>> names;
  std::string shape = schema.name;
  for (TableSink* sink : replica_->tables(schema)) {
    const TableSchema* table = schema.find(sink->name());
    sink->bind(table, gaps_);
    if (table == nullptr) {
      // Rows of a table that is gone are gone.
      sink->begin_snapshot();
      sink->end_snapshot();
      continue;
    }
    tables_.push_back(sink);
    names.insert(std::string(sink->name()));
    shape.append("|").append(sink->name());
    for (const std::string& column : sink->columns()) {
      shape += " " + column + ":" + table->find(column)->type.to_string();
    }
  }
  std::sort(gaps_.begin(), gaps_.end());
  conditions_.bind(std::move(names));
  if (std::exchange(shape_, shape) != shape) last_id_.clear();
}

bool Monitor::lacks(std::string_view table, std::string_view column) const {
  return std::any_of(gaps_.begin(), gaps_.end(), [&](const SchemaGap& gap) {
    return gap.table == table && gap.column == column;
  });
}

std::string_view Monitor::name(Method method) {
  switch (method) {
    case Method::kCondSince:
      return "monitor_cond_since";
    case Method::kCond:
      return "monitor_cond";
    case Method::kPlain:
      break;
  }
  return "monitor";
}

bool Monitor::fall_back() {
  last_id_.clear();
  if (method_ == Method::kPlain) return false;
  method_ = method_ == Method::kCondSince ? Method::kCond : Method::kPlain;
  return true;
}

std::string Monitor::request_params(std::string_view database) {
  if (last_id_.empty()) conditions_.start_fresh();
  std::string out;
  json::Writer writer(out);
  writer.begin_array().string(database).string(kId).begin_object();
  for (const TableSink* sink : tables_) {
    writer.key(sink->name()).begin_array().begin_object().key("columns").begin_array();
    for (const std::string& column : sink->columns()) writer.string(column);
    writer.end_array();
    if (has_conditions()) {
      const Condition& condition = conditions_.confirmed(sink->name());
      writer.key("where");
      condition.to_json_where(writer);
      // For initial contents ovsdb-server copies every row before it looks at conditions; what a
      // later condition selects comes without them.
      if (condition.is_none()) {
        writer.key("select").begin_object().key("initial").boolean(false).end_object();
      }
    }
    writer.end_object().end_array();
  }
  writer.end_object();
  if (method_ == Method::kCondSince) {
    writer.string(last_id_.empty() ? Uuid().to_string() : last_id_);
  }
  writer.end_array();
  return out;
}

Result<void> Monitor::take_reply(json::Value result) {
  json::Value updates = result;
  bool resumed = false;
  if (method_ == Method::kCondSince) {
    auto found = result.at(0).boolean();
    auto id = result.at(1).string();
    updates = result.at(2);
    if (!found || !id) return fail("bad reply to monitor_cond_since");
    resumed = *found && !last_id_.empty();
    last_id_ = *id;
  }
  if (!updates.is_object()) return fail("bad reply to " + std::string(name(method_)));
  bool differences = method_ != Method::kPlain;
  if (resumed) {
    apply(updates, differences);
  } else {
    snapshot(updates, differences);
  }
  return {};
}

Result<bool> Monitor::take_update(std::string_view method, json::Value params) {
  if (method != "update" && method != "update2" && method != "update3") return false;
  if (params.at(0).string() != kId) return false;
  bool since = method == "update3";
  json::Value updates = params.at(since ? 2 : 1);
  if (!updates.is_object()) return fail("bad " + std::string(method) + " from the server");
  if (since) {
    auto id = params.at(1).string();
    if (!id) return fail("an update3 without its transaction from the server");
    last_id_ = *id;
  }
  apply(updates, method != "update");
  return true;
}

void Monitor::snapshot(json::Value updates, bool differences) {
  for (TableSink* sink : tables_) sink->begin_snapshot();
  apply(updates, differences);
  for (TableSink* sink : tables_) sink->end_snapshot();
}

void Monitor::apply(json::Value updates, bool differences) {
  for (json::Member table : updates.members()) {
    auto sink = std::find_if(tables_.begin(), tables_.end(),
                             [&](const TableSink* one) { return one->name() == table.key; });
    if (sink == tables_.end()) continue;
    for (json::Member row : table.value.members()) {
      apply_row(**sink, row.key, row.value, differences);
    }
  }
}

void Monitor::apply_row(TableSink& sink, std::string_view key, json::Value update,
                        bool differences) {
  auto uuid = Uuid::parse(key);
  Result<void> done =
      uuid ? apply_one(sink, *uuid, update, differences) : fail("its key isn't a UUID");
  if (done) return;
  problem_(Error{"row " + std::string(key.substr(0, 36)) + " of " + std::string(sink.name()) +
                 " is left out: " + done.error().message});
}

Result<void> Monitor::apply_one(TableSink& sink, const Uuid& uuid, json::Value update,
                                bool differences) {
  if (!differences) {
    json::Value fresh = update["new"];
    if (fresh.is_object()) return sink.put(uuid, fresh);
    sink.erase(uuid);
    return {};
  }
  for (json::Member part : update.members()) {
    if (part.key == "modify") return sink.modify(uuid, part.value);
    if (part.key == "insert" || part.key == "initial") return sink.put(uuid, part.value);
    if (part.key == "delete") {
      sink.erase(uuid);
      return {};
    }
  }
  return fail("neither inserted, modified nor deleted");
}

void Monitor::lose() {
  if (!conditions_.lose()) last_id_.clear();
}

}  // namespace mooring::ovsdb
