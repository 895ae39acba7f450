#include "io/loop.h"

#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include "io/loop_impl.h"

namespace mooring::io {
namespace {

// Callbacks that post others without end must not keep run_for from returning.
constexpr std::size_t kMaxCallbacksPerTurn = 1024;

}  // namespace

void Loop::Impl::watch(Signals& signals) {
  signals.set.async_wait([&signals](const asio::error_code& error, int number) {
    if (error) return;
    watch(signals);
    signals.callback(number);
  });
}

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

void Loop::run() {
  impl_->context.restart();
  impl_->context.run();
}

std::size_t Loop::run_for(std::chrono::milliseconds wait) {
  impl_->context.restart();
  std::size_t count = impl_->context.poll_one();  // run_one_for(0) runs nothing, ready or not
  if (count == 0) count = impl_->context.run_one_for(wait);
  while (count > 0 && count < kMaxCallbacksPerTurn && impl_->context.poll_one() > 0) ++count;
  return count;
}

void Loop::stop() { impl_->context.stop(); }

void Loop::post(std::function<void()> callback) { asio::post(impl_->context, std::move(callback)); }

void Loop::on_signal(const std::vector<int>& signals, std::function<void(int)> callback) {
  Impl::Signals& entry = impl_->signals.emplace_back(impl_->context);
  asio::error_code ignored;  // only numbers that aren't signals are refused
  for (int number : signals) entry.set.add(number, ignored);
  entry.callback = std::move(callback);
  Impl::watch(entry);
}

struct Timer::Impl {
  explicit Impl(asio::io_context& context) : timer(context) {}
  asio::steady_timer timer;
  std::function<void()> callback;
  // Tells a start from those that it replaced: an expiry may already be queued when it is.
  std::uint64_t generation = 0;
};

Timer::Timer(Loop& loop) : impl_(std::make_shared<Impl>(loop.impl().context)) {}
Timer::~Timer() { cancel(); }

void Timer::start(std::chrono::milliseconds delay, std::function<void()> callback) {
  cancel();
  impl_->callback = std::move(callback);
  impl_->timer.expires_after(delay);
  impl_->timer.async_wait([impl = impl_, own = impl_->generation](const asio::error_code&) {
    if (own != impl->generation || !impl->callback) return;
    std::exchange(impl->callback, nullptr)();
  });
}

void Timer::cancel() {
  ++impl_->generation;
  impl_->callback = nullptr;
  impl_->timer.cancel();
}

bool Timer::pending() const { return impl_->callback != nullptr; }

}  // namespace mooring::io
