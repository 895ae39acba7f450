// A database server in memory, for tests without processes: transactions on rows of a schema, with
// the parts of RFC 7047 that a program may stumble over.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ovsdb/dynamic.h"
#include "ovsdb/replica.h"
#include "ovsdb/schema.h"
#include "ovsdb/transaction.h"

namespace mooring::northd::testing {

class FakeDatabase {
 public:
  // schema_file: a path below the source tree. replica: what is kept current, as by a client.
  FakeDatabase(std::string_view schema_file, std::unique_ptr<ovsdb::Replica> replica);

  // Insert, update, mutate and delete; types and limits, unique indexes, strong and weak
  // references and garbage collection are the schema's. All or nothing.
  ovsdb::TransactionOutcome transact(const ovsdb::Transaction& transaction);
  // When set, refuses transactions whose text it returns a tag for.
  std::function<std::optional<std::string>(std::string_view text)> refuse;

  const ovsdb::Schema& schema() const { return schema_; }
  const ovsdb::DynamicTable& table(std::string_view name) const;
  const ovsdb::ColumnType& type_of(std::string_view table, std::string_view column) const;

 private:
  using Tables = std::map<std::string, ovsdb::DynamicTable, std::less<>>;
  class Run;

  void feed(const Tables& before);

  ovsdb::Schema schema_;
  std::unique_ptr<ovsdb::Replica> replica_;
  Tables tables_;
  std::uint64_t next_uuid_ = 1;
};

}  // namespace mooring::northd::testing
