// A replica whose tables and types are known at run time only, for tools and tests.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/uuid.h"
#include "ovsdb/datum.h"
#include "ovsdb/replica.h"
#include "ovsdb/schema.h"

namespace mooring::ovsdb {

using DynamicRow = std::map<std::string, Datum, std::less<>>;  // by column; complete
using DynamicTable = std::map<Uuid, DynamicRow>;

// Whole tables by name. Holds the rows itself; a client is given its feed().
class DynamicReplica {
 public:
  // tables: which to hold; empty for all of the schema.
  explicit DynamicReplica(std::set<std::string, std::less<>> tables = {});
  ~DynamicReplica();
  DynamicReplica(const DynamicReplica&) = delete;
  DynamicReplica& operator=(const DynamicReplica&) = delete;

  // Holds these tables as well, from the next connection on.
  void add_table(std::string name);

  // What a Client takes; the DynamicReplica must outlive it.
  std::unique_ptr<Replica> feed();

  // Empty before the first connection.
  const Schema& schema() const;
  // An empty table when there is none of that name.
  const DynamicTable& table(std::string_view name) const;
  const DynamicRow* find(std::string_view table, const Uuid& uuid) const;
  // Null when there is no such row or column.
  const Datum* find(std::string_view table, const Uuid& uuid, std::string_view column) const;

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace mooring::ovsdb
