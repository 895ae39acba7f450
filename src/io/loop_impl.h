// What a Loop is made of; for this directory's own files.
#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <list>
#include <memory>
#include <mutex>

#include "io/loop.h"

namespace mooring::io {

struct Loop::Impl {
  struct Signals {
    explicit Signals(asio::io_context& context) : set(context) {}
    asio::signal_set set;
    std::function<void(int)> callback;
  };

  // Where threads of this directory leave what the loop shall run; they may outlive it.
  struct Mailbox {
    std::mutex mutex;
    asio::io_context* context = nullptr;  // null once the loop is gone
  };

  Impl() { mailbox->context = &context; }
  ~Impl() {
    std::lock_guard lock(mailbox->mutex);
    mailbox->context = nullptr;
  }

  // Waits for the next signal of the set, for ever.
  static void watch(Signals& signals);

  // The hint: one thread runs the callbacks; others may still post.
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::list<Signals> signals;
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
};

}  // namespace mooring::io
