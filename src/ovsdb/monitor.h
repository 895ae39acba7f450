// A monitor of one database: what to ask for, and how answers and updates change the replica.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "jsonrpc/json.h"
#include "ovsdb/condition_set.h"
#include "ovsdb/replica.h"
#include "ovsdb/schema.h"

namespace mooring::ovsdb {

// Knows no connection: it is given what arrives and says what to send.
class Monitor {
 public:
  static constexpr std::string_view kId = "data";
  // The three generations of the request, newest first: ovsdb-server(7) 4.1.15, 4.1.12, RFC 7047
  // 4.1.5. The last knows no conditions and gives every row.
  enum class Method { kCondSince, kCond, kPlain };

  // problem is told of rows that can't be read.
  Monitor(std::unique_ptr<Replica> replica, std::function<void(const Error&)> problem);

  // A connection begins, to a server with this schema.
  void bind(const Schema& schema);
  const std::vector<SchemaGap>& gaps() const { return gaps_; }
  // Whether the server lacks a column (or, with "", a table) that bind() looked for.
  bool lacks(std::string_view table, std::string_view column) const;

  ConditionSet& conditions() { return conditions_; }
  const ConditionSet& conditions() const { return conditions_; }

  Method method() const { return method_; }
  static std::string_view name(Method method);
  // The server doesn't know the present method. False when there is no older one.
  bool fall_back();
  bool has_conditions() const { return method_ != Method::kPlain; }

  // Nothing to monitor: no request is made.
  bool empty() const { return tables_.empty(); }
  // The params of the request. Settles whether it resumes.
  std::string request_params(std::string_view database);
  // The result of the request. Error: it isn't as the manual has it.
  Result<void> take_reply(json::Value result);
  // An update, update2 or update3 notification's params; false when it isn't one of this monitor.
  Result<bool> take_update(std::string_view method, json::Value params);

  // The connection ended.
  void lose();

 private:
  void apply(json::Value updates, bool differences);
  void apply_row(TableSink& sink, std::string_view key, json::Value update, bool differences);
  Result<void> apply_one(TableSink& sink, const Uuid& uuid, json::Value update, bool differences);
  void snapshot(json::Value updates, bool differences);

  std::unique_ptr<Replica> replica_;
  std::function<void(const Error&)> problem_;
  std::vector<TableSink*> tables_;  // those that the server has
  std::vector<SchemaGap> gaps_;
  ConditionSet conditions_;
  Method method_ = Method::kCondSince;
  std::string shape_;    // what of each table is monitored; contents of another can't be resumed
  std::string last_id_;  // of the last transaction, "" for none
};

}  // namespace mooring::ovsdb
