#include "sip/transport/udp_transport.h"

#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "base/timer_wheel.h"
#include "sip/transport/gathering.h"
#include "sip/transport/source_cache.h"

namespace polyfon::sip {

namespace {

// Bounds one turn of the loop: timers and the other listeners have their turn too.
constexpr int kBatchesPerTurn = 4;

bool is_loss(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS; }

}  // namespace

struct UdpTransport::Impl {
  struct Listener {
    Listener(Impl& owner, std::uint8_t number, net::UdpSocket bound)
        : transport(owner), index(number), socket(std::move(bound)) {}
    void after_pause(base::Instant) { transport.drain(*this); }

    Impl& transport;
    const std::uint8_t index;
    net::UdpSocket socket;
    net::SendBatch outgoing;
    Gathering gathering;
    std::unique_ptr<net::Loop::Watch> watch;  // none while it gathers
    base::Timer pause = base::Timer::of<&Listener::after_pause>(this);
  };

  explicit Impl(net::Loop& control) : loop(control) {}

  void watch(Listener& listener) {
    listener.watch = loop.watch_readable(listener.socket.fd(), [this, at = &listener] { drain(*at); });
  }

  void drain(Listener& listener) {
    std::size_t taken = 0;
    bool empty = false;
    for (int i = 0; i < kBatchesPerTurn && !empty; ++i) {
      const std::size_t batch_size = take_batch(listener);
      taken += batch_size;
      empty = batch_size < net::ReceiveBatch::kCount;
    }
    if (taken == 0 && listener.watch && listener.socket.take_error() != 0)
      counters.send_errors.add();  // woken by an error alone
    const base::Duration pause = listener.gathering.after_read(taken, loop.now());
    if (pause > base::Duration::zero()) {
      listener.watch.reset();
      counters.pauses.add();
      loop.timers().arm(listener.pause, empty ? loop.now() + pause : loop.now());
    } else if (!listener.watch) {
      watch(listener);
    }
  }

  // What the datagrams of one batch are answered with leaves together.
  std::size_t take_batch(Listener& listener) {
    auto datagrams = listener.socket.receive(batch);
    counters.received.add(datagrams.size());
    Flow flow{Protocol::kUdp, listener.index, {}};
    collecting = datagrams.size() > 1;
    for (const net::Datagram& datagram : datagrams) {
      flow.remote = datagram.from;
      receiver(flow, datagram.bytes, loop.now());
    }
    if (std::exchange(collecting, false))
      for (auto& each : listeners) flush(*each);
    return datagrams.size();
  }

  void collect(Listener& listener, std::string_view message, const base::SocketAddress& to) {
    counters.sent.add();
    listener.outgoing.add(message, to);
    if (listener.outgoing.full()) flush(listener);
  }

  void flush(Listener& listener) {
    if (listener.outgoing.empty()) return;
    listener.socket.send(listener.outgoing, [&](const base::SocketAddress& to, int error) {
      counters.send_errors.add();
      if (!is_loss(error) && failed) failed({Protocol::kUdp, listener.index, to}, loop.now());
    });
  }

  net::Loop& loop;
  std::vector<std::unique_ptr<Listener>> listeners;
  net::ReceiveBatch batch;
  bool collecting = false;  // a batch is being handled
  Receiver receiver;
  Failed failed;
  std::optional<base::SocketAddress> external;
  IsLocal is_local;
  SourceCache sources{kMaxSourceAddresses, net::source_address_for};
  UdpTransportCounters counters;
};

UdpTransport::UdpTransport(net::Loop& loop) : impl_(std::make_unique<Impl>(loop)) {}
UdpTransport::~UdpTransport() = default;

base::Result<std::uint8_t> UdpTransport::listen(const base::SocketAddress& local) {
  if (impl_->listeners.size() >= kMaxListeners)
    return base::fail(base::ErrorCode::kLimit, fmt::format("{}: there are {} listeners already",
                                                           local.to_string(), impl_->listeners.size()));
  auto socket = net::UdpSocket::bind(local);
  if (!socket) return std::unexpected(std::move(socket.error()));
  auto index = static_cast<std::uint8_t>(impl_->listeners.size());
  impl_->listeners.push_back(std::make_unique<Impl::Listener>(*impl_, index, std::move(*socket)));
  if (impl_->receiver) impl_->watch(*impl_->listeners.back());
  return index;
}

void UdpTransport::set_receiver(Receiver receiver, Failed failed) {
  const bool first = !impl_->receiver;
  impl_->failed = std::move(failed);
  impl_->receiver = std::move(receiver);
  if (!first) return;
  for (auto& listener : impl_->listeners) impl_->watch(*listener);
}

void UdpTransport::set_external(std::optional<base::SocketAddress> external, IsLocal is_local) {
  impl_->external = std::move(external);
  impl_->is_local = std::move(is_local);
}

bool UdpTransport::send(const Flow& flow, std::string_view message) {
  if (flow.protocol != Protocol::kUdp || flow.listener >= impl_->listeners.size()) {
    impl_->counters.send_errors.add();
    return false;
  }
  Impl::Listener& listener = *impl_->listeners[flow.listener];
  if (impl_->collecting) {
    impl_->collect(listener, message, flow.remote);
    return true;
  }
  if (listener.socket.send(message, flow.remote)) {
    impl_->counters.sent.add();
    return true;
  }
  const int error = errno;
  impl_->counters.send_errors.add();
  return is_loss(error);
}

base::SocketAddress UdpTransport::advertised(const Flow& flow) {
  if (flow.listener >= impl_->listeners.size()) return {};
  base::SocketAddress own = impl_->listeners[flow.listener]->socket.local();
  if (impl_->external && !(impl_->is_local && impl_->is_local(flow.remote))) {
    base::SocketAddress shown = *impl_->external;
    if (shown.port() == 0) shown.set_port(own.port());
    return shown;
  }
  if (!own.is_unspecified()) return own;
  base::SocketAddress source = impl_->sources.find(flow.remote).value_or(own);
  source.set_port(own.port());
  return source;
}

std::vector<base::SocketAddress> UdpTransport::listeners() const {
  std::vector<base::SocketAddress> all;
  for (const auto& listener : impl_->listeners) all.push_back(listener->socket.local());
  return all;
}

const UdpTransportCounters& UdpTransport::counters() const { return impl_->counters; }

}  // namespace polyfon::sip
