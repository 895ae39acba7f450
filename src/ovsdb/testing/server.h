// A real ovsdb-server in a directory of its own, for tests.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/loop.h"
#include "io/remote.h"

namespace mooring::ovsdb::testing {

inline constexpr std::chrono::seconds kPatience{60};

// Runs the loop until done; false when that takes longer than kPatience.
bool run_until(io::Loop& loop, const std::function<bool()>& done);

// Runs a program to its end; its exit status, -1 when it didn't exit by itself.
int run(const std::vector<std::string>& arguments);

// A directory that is removed with what is in it.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// One ovsdb-server; killed when this is destroyed. A test's failed expectation says what failed.
class Server {
 public:
  // Its files are `name`.* in dir.
  Server(const TempDir& dir, std::string name);
  ~Server() { kill(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Makes the database: standalone, or the first or another member of a cluster.
  void create(const std::string& schema_file);
  void create_cluster(const std::string& schema_file);
  void join_cluster(const std::string& database, const Server& member);

  // Starts it and returns when it serves. More options may follow, further remotes among them.
  void start(const std::vector<std::string>& options = {});
  // The port of a ptcp or pssl remote among the options of start().
  std::uint16_t port() const;
  // kill -9, and waits until it is gone.
  void kill();
  // Waits until a cluster member serves clients.
  void wait_connected(const std::string& database);
  void appctl(std::vector<std::string> arguments);

  io::Remote remote() const;

 private:
  std::string file(const std::string& extension) const;

  std::string base_;
  pid_t pid_ = 0;
};

// The test's schema, and the database it makes.
std::string schema_file();

}  // namespace mooring::ovsdb::testing
