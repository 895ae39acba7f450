// What was found in order stays in order as long as nothing of it changes.
//
// The controller looks at the whole of its state in every turn, so that nothing is ever missed; with
// many ports a look costs. Each look that finds everything in order notes how often what it looked
// at had changed by then (changes() of tables, indexes and relations), and is spared until one of
// those counts is another.
#pragma once

#include <optional>
#include <tuple>
#include <utility>

namespace mooring::controller {

template <class... Seen>
class Settled {
 public:
  // Whether all is in order at `seen`, which has to name all that `look` depends on. `look` says so;
  // what it finds not to be in order it is asked about again, whatever changes or not: a transaction
  // that was to mend it may have failed.
  template <class Look>
  bool holds(std::tuple<Seen...> seen, Look look) {
    if (at_ == seen) return true;
    at_.reset();
    if (!look()) return false;
    at_ = std::move(seen);
    return true;
  }

 private:
  std::optional<std::tuple<Seen...>> at_;
};

}  // namespace mooring::controller
