#include "openflow/connection.h"

#include <fmt/format.h>

#include "openflow/connection_impl.h"

namespace mooring::openflow {

Connection::Connection(io::Loop& loop, Options options, Callbacks callbacks, Logger log)
    : impl_(
          std::make_unique<Impl>(loop, std::move(options), std::move(callbacks), std::move(log))) {}

Connection::~Connection() = default;

void Connection::start(const io::Remote& remote) { impl_->start(remote); }
void Connection::stop() { impl_->stop(); }
bool Connection::connected() const { return impl_->connected(); }
std::string Connection::status() const { return impl_->status(); }
std::uint32_t Connection::send(const Message& message) { return impl_->send(message); }
Connection::Counters Connection::counters() const { return impl_->counters(); }

void Connection::barrier(std::function<void(Result<void>)> done) {
  impl_->request(BarrierRequest{}, [done = std::move(done)](Result<Received> answer) {
    if (answer) {
      done({});
    } else {
      done(tl::unexpected(answer.error()));
    }
    return true;
  });
}

namespace {

// Gathers the parts of a dump; entries says which member of Reply holds them.
template <class Reply, class T>
Requests::Handler gather(std::vector<T> Reply::*entries,
                         std::function<void(Result<std::vector<T>>)> done) {
  auto all = std::make_shared<std::vector<T>>();
  return [entries, all, done = std::move(done)](Result<Received> answer) {
    if (!answer) {
      done(tl::unexpected(answer.error()));
      return true;
    }
    auto* part = std::get_if<Reply>(&*answer);
    if (part == nullptr) {
      done(fail("the switch answered a dump with something else"));
      return true;
    }
    auto& more = part->*entries;
    all->insert(all->end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
    if (part->more) return false;
    done(std::move(*all));
    return true;
  };
}

}  // namespace

void Connection::dump_flows(std::function<void(Result<std::vector<FlowStats>>)> done,
                            const FlowDumpRequest& request) {
  impl_->request(request, gather(&FlowDumpReply::flows, std::move(done)));
}

void Connection::dump_groups(std::function<void(Result<std::vector<Group>>)> done) {
  impl_->request(GroupDumpRequest{}, gather(&GroupDumpReply::groups, std::move(done)));
}

void Connection::dump_meters(std::function<void(Result<std::vector<Meter>>)> done) {
  impl_->request(MeterDumpRequest{}, gather(&MeterDumpReply::meters, std::move(done)));
}

void Connection::dump_ports(std::function<void(Result<std::vector<Port>>)> done) {
  impl_->request(PortDumpRequest{}, gather(&PortDumpReply::ports, std::move(done)));
}

void Connection::commit_bundle(const std::vector<BundleItem>& items, BundleDone done) {
  impl_->commit(items, std::move(done));
}

}  // namespace mooring::openflow
