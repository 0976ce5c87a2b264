#include "sip/transport/udp_transport.h"

#include <cerrno>

#include <fmt/format.h>

#include "sip/transport/source_cache.h"

namespace polyfon::sip {

namespace {

// Bounds one turn of the loop: timers and the other listeners have their turn too.
constexpr int kBatchesPerTurn = 4;

bool is_loss(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS; }

}  // namespace

struct UdpTransport::Impl {
  struct Listener {
    net::UdpSocket socket;
    std::unique_ptr<net::Loop::Watch> watch;
  };

  explicit Impl(net::Loop& control) : loop(control) {}

  void watch(std::uint8_t index) {
    Listener& listener = *listeners[index];
    listener.watch = loop.watch_readable(listener.socket.fd(), [this, index] { drain(index); });
  }

  void drain(std::uint8_t index) {
    net::UdpSocket& socket = listeners[index]->socket;
    Flow flow{Protocol::kUdp, index, {}};
    for (int i = 0; i < kBatchesPerTurn; ++i) {
      auto datagrams = socket.receive(batch);
      if (datagrams.empty()) {
        if (i == 0 && socket.take_error() != 0) counters.send_errors.add();  // woken by an error alone
        return;
      }
      counters.received.add(datagrams.size());
      for (const net::Datagram& datagram : datagrams) {
        flow.remote = datagram.from;
        receiver(flow, datagram.bytes, loop.now());
      }
    }
  }

  net::Loop& loop;
  std::vector<std::unique_ptr<Listener>> listeners;
  net::ReceiveBatch batch;
  Receiver receiver;
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
  impl_->listeners.push_back(std::make_unique<Impl::Listener>(std::move(*socket), nullptr));
  if (impl_->receiver) impl_->watch(index);
  return index;
}

void UdpTransport::set_receiver(Receiver receiver) {
  const bool first = !impl_->receiver;
  impl_->receiver = std::move(receiver);
  for (std::size_t i = 0; first && i < impl_->listeners.size(); ++i)
    impl_->watch(static_cast<std::uint8_t>(i));
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
  if (impl_->listeners[flow.listener]->socket.send(message, flow.remote)) {
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
