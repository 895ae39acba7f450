// One of the two databases: a client with the tables that a run needs.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "cli/command_line.h"
#include "ovsdb/client.h"
#include "ovsdb/dynamic.h"

namespace mooring::io {
class Loop;
}

namespace mooring::cli {

using TableNames = std::set<std::string, std::less<>>;

class DatabaseLink {
 public:
  // Which tables to have a copy of; asked once the server's schema is known. Those that the server
  // lacks are left out in silence.
  using TableChoice = std::function<TableNames(const ovsdb::Schema&)>;
  struct Events {
    std::function<void()> changed;             // the copy is there, or is another
    std::function<void(const Error&)> failed;  // no remote can be reached, or can any more
  };

  // Error: the remotes don't parse.
  static Result<std::unique_ptr<DatabaseLink>> open(io::Loop& loop, Logger log,
                                                    const Options& options, std::string database,
                                                    const std::string& remotes, TableChoice tables,
                                                    Events events);
  ~DatabaseLink();

  bool ready() const;
  const ovsdb::DynamicReplica& replica() const;
  void transact(ovsdb::Transaction transaction, ovsdb::Client::TransactHandler done);

 private:
  struct Impl;
  explicit DatabaseLink(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mooring::cli
