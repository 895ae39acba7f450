#include "io/loop.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

namespace mooring::io {
namespace {

using std::chrono::milliseconds;

TEST(Loop, RunsPostedCallbacksInOrderAndAfterTheCurrentOne) {
  Loop loop;
  std::string order;
  loop.post([&] {
    loop.post([&] {
      order += 'c';
      loop.stop();
    });
    order += 'a';
  });
  loop.post([&] { order += 'b'; });
  loop.run();
  EXPECT_EQ(order, "abc");
}

TEST(Loop, RunsAgainAfterAStop) {
  Loop loop;
  for (int i = 0; i < 2; ++i) {
    bool ran = false;
    loop.post([&] {
      ran = true;
      loop.stop();
    });
    loop.run();
    EXPECT_TRUE(ran);
  }
}

TEST(Loop, RunForReturnsThoughCallbacksPostWithoutEnd) {
  Loop loop;
  std::function<void()> again = [&] { loop.post(again); };
  loop.post(again);
  EXPECT_GT(loop.run_for(milliseconds(0)), 0U);
}

TEST(Loop, RunForCountsNothingWhenNothingIsReady) {
  Loop loop;
  EXPECT_EQ(loop.run_for(milliseconds(0)), 0U);
}

TEST(Loop, TakesPostsFromOtherThreads) {
  Loop loop;
  int count = 0;
  constexpr int kPosts = 1000;
  std::thread other([&] {
    for (int i = 0; i < kPosts; ++i) {
      loop.post([&] {
        if (++count == kPosts) loop.stop();
      });
    }
  });
  loop.run();
  other.join();
  EXPECT_EQ(count, kPosts);
}

TEST(Loop, CallsBackForEachSignal) {
  Loop loop;
  int seen = 0;
  loop.on_signal({SIGUSR1, SIGUSR2}, [&](int number) {
    seen += number;
    if (number == SIGUSR2) return loop.stop();
    raise(SIGUSR2);
  });
  raise(SIGUSR1);
  loop.run();
  EXPECT_EQ(seen, SIGUSR1 + SIGUSR2);
}

TEST(Timer, FiresOncePerStart) {
  Loop loop;
  Timer timer(loop);
  int fired = 0;
  timer.start(milliseconds(0), [&] {
    EXPECT_FALSE(timer.pending());
    if (++fired == 1) return timer.start(milliseconds(1), [&] { ++fired, loop.stop(); });
  });
  EXPECT_TRUE(timer.pending());
  loop.run();
  EXPECT_EQ(fired, 2);
}

TEST(Timer, AStartReplacesOneThatIsAlreadyDue) {
  Loop loop;
  Timer timer(loop);
  std::string order;
  timer.start(milliseconds(0), [&] { order += "old"; });
  timer.start(milliseconds(0), [&] {
    order += "new";
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(order, "new");
}

TEST(Timer, CancelAndDestructionSilenceIt) {
  Loop loop;
  Timer cancelled(loop);
  cancelled.start(milliseconds(0), [] { FAIL(); });
  cancelled.cancel();
  EXPECT_FALSE(cancelled.pending());
  {
    Timer destroyed(loop);
    destroyed.start(milliseconds(0), [] { FAIL(); });
  }
  auto own = std::make_unique<Timer>(loop);
  own->start(milliseconds(1), [&] {
    own.reset();
    loop.stop();
  });
  loop.run();
  EXPECT_FALSE(own);
}

}  // namespace
}  // namespace mooring::io
