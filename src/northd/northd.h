// northd: follows both databases and keeps them telling the same.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/containers.h"
#include "base/log.h"
#include "base/result.h"
#include "io/remote.h"

namespace mooring::io {
class Loop;
}
namespace mooring::daemon {
class Counters;
}

namespace mooring::northd {

// Of several instances the one that has the southbound lock `ovn_northd` writes; the others follow
// along, ready to take over.
class Northd {
 public:
  struct Options {
    std::vector<io::Remote> northbound;
    std::vector<io::Remote> southbound;
    io::TlsFiles tls;
    bool paused = false;  // begin paused
  };

  Northd(io::Loop& loop, Logger log, const Clock& clock, daemon::Counters& counters,
         Options options);
  ~Northd();
  Northd(const Northd&) = delete;
  Northd& operator=(const Northd&) = delete;

  void start();

  // A paused instance follows the databases, writes nothing and gives the lock away.
  void pause();
  void resume();
  bool paused() const;
  // "active", "standby" or "paused".
  std::string status() const;
  bool northbound_connected() const;
  bool southbound_connected() const;

  // Derives all from scratch and compares: in health there is no difference. Returns what differed,
  // in words; that is put right. Error: the databases haven't been read yet.
  Result<std::vector<std::string>> recompute();
  // What the graph has done, as JSON.
  std::string stats() const;
  Map<std::string, std::uint64_t> memory() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mooring::northd
