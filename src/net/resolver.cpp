#include "net/resolver.h"

#include <algorithm>
#include <cstring>
#include <list>
#include <unordered_map>
#include <utility>

#include <ares.h>
#include <fmt/format.h>

#include "base/text.h"

namespace polyfon::net {
namespace {

using base::ErrorCode;
using base::SocketAddress;
using Addresses = base::Result<std::vector<SocketAddress>>;

constexpr std::size_t kMaxHost = 253;  // RFC 1035 section 2.3.4, without the length octets
constexpr std::size_t kMaxLookUps = 4096;
constexpr std::size_t kMaxAddresses = 64;

std::unexpected<base::Error> look_up_error(const std::string& host, int status) {
  std::string name = base::printable(host);
  switch (status) {
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
    case ARES_ENONAME:
      return base::fail(ErrorCode::kNotFound, fmt::format("the name \"{}\" has no address", name));
    case ARES_ETIMEOUT:
      return base::fail(ErrorCode::kTimeout, fmt::format("no name server answered for \"{}\" in time", name));
    case ARES_EBADNAME:
      return base::fail(ErrorCode::kInvalid,
                        fmt::format("\"{}\" is neither a host name nor an address", name));
    default:
      return base::fail(ErrorCode::kUnavailable, fmt::format("the name \"{}\" could not be looked up: {}",
                                                             name, ares_strerror(status)));
  }
}

Addresses addresses_of(const std::string& host, std::uint16_t port, const ares_addrinfo* info) {
  std::vector<SocketAddress> out;
  for (const ares_addrinfo_node* node = info->nodes; node != nullptr; node = node->ai_next) {
    if (node->ai_family != AF_INET && node->ai_family != AF_INET6) continue;
    SocketAddress address = SocketAddress::from_sockaddr(node->ai_addr, node->ai_addrlen);
    address.set_port(port);
    if (std::find(out.begin(), out.end(), address) != out.end()) continue;
    out.push_back(address);
    if (out.size() == kMaxAddresses) break;
  }
  if (out.empty()) return look_up_error(host, ARES_ENODATA);
  return out;
}

// A list of name servers in c-ares' own form.
void set_servers(ares_channel channel, const std::vector<SocketAddress>& servers) {
  std::vector<ares_addr_port_node> nodes(servers.size());
  for (std::size_t i = 0; i < servers.size(); ++i) {
    nodes[i].next = i + 1 < servers.size() ? &nodes[i + 1] : nullptr;
    nodes[i].family = servers[i].data()->sa_family;
    nodes[i].udp_port = nodes[i].tcp_port = servers[i].port();
    if (servers[i].is_v6())
      std::memcpy(&nodes[i].addr.addr6, &reinterpret_cast<const sockaddr_in6*>(servers[i].data())->sin6_addr,
                  16);
    else
      nodes[i].addr.addr4 = reinterpret_cast<const sockaddr_in*>(servers[i].data())->sin_addr;
  }
  if (!nodes.empty()) ares_set_servers_ports(channel, nodes.data());
}

}  // namespace

struct Resolver::Impl {
  // Lives until c-ares has called back, which it does exactly once; answered perhaps before, when its time is
  // up.
  struct LookUp {
    LookUp(Impl& owner, std::string name, std::uint16_t number, Answer callback)
        : impl(owner),
          host(std::move(name)),
          port(number),
          answer(std::move(callback)),
          deadline(base::Timer::of<&LookUp::on_deadline>(this)) {}
    void on_deadline(base::Instant) {
      impl.answer_later(std::move(answer), look_up_error(host, ARES_ETIMEOUT));
    }

    Impl& impl;
    std::string host;
    std::uint16_t port;
    Answer answer;  // empty: answered
    base::Timer deadline;
    std::list<LookUp>::iterator self;
  };
  struct Socket {
    std::unique_ptr<Loop::Watch> read;
    std::unique_ptr<Loop::Watch> write;
    bool wants_write = false;
  };

  Impl(Loop& owner, const ResolverOptions& resolver_options)
      : loop(owner), options(resolver_options), timeout(base::Timer::of<&Impl::on_timeout>(this)) {
    ares_options ares{};
    ares.timeout = static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(options.timeout).count());
    ares.tries = options.tries;
    ares.sock_state_cb = [](void* self, ares_socket_t fd, int readable, int writable) {
      static_cast<Impl*>(self)->on_socket_state(fd, readable != 0, writable != 0);
    };
    ares.sock_state_cb_data = this;
    status = ares_init_options(&channel, &ares, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
    if (status == ARES_SUCCESS) set_servers(channel, options.servers);
  }
  ~Impl() {
    alive.reset();
    if (status == ARES_SUCCESS)
      ares_destroy(channel);  // calls back for what is under way: no one is answered
  }

  void start(std::string host, std::uint16_t port, Answer answer) {
    if (status != ARES_SUCCESS) return answer_later(std::move(answer), look_up_error(host, status));
    look_ups.emplace_front(*this, std::move(host), port, std::move(answer));
    LookUp& look_up = look_ups.front();
    look_up.self = look_ups.begin();
    loop.timers().arm(look_up.deadline, loop.now() + options.deadline);
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_DGRAM;
    ares_getaddrinfo(channel, look_up.host.c_str(), nullptr, &hints, &Impl::on_answer, &look_up);
    update_timeout();
  }

  static void on_answer(void* argument, int answer_status, int, ares_addrinfo* info) {
    auto& look_up = *static_cast<LookUp*>(argument);
    if (look_up.answer) {
      Addresses result = answer_status == ARES_SUCCESS ? addresses_of(look_up.host, look_up.port, info)
                                                       : look_up_error(look_up.host, answer_status);
      look_up.impl.answer_later(std::move(look_up.answer), std::move(result));
    }
    if (info != nullptr) ares_freeaddrinfo(info);
    look_up.impl.look_ups.erase(look_up.self);
  }

  // Posted: an answer may destroy the Resolver, which may not be done from inside c-ares.
  void answer_later(Answer answer, Addresses result) {
    if (!alive || !answer) return;
    loop.post([token = std::weak_ptr<int>(alive), answer = std::move(answer),
               result = std::move(result)]() mutable {
      if (!token.expired()) answer(std::move(result));
    });
  }

  void on_socket_state(ares_socket_t fd, bool readable, bool writable) {
    if (!readable && !writable) {
      sockets.erase(fd);  // c-ares closes it next
      return;
    }
    Socket& socket = sockets[fd];
    if (!readable)
      socket.read.reset();
    else if (!socket.read)
      socket.read = loop.watch_readable(fd, [this, fd] { process(fd, ARES_SOCKET_BAD); });
    socket.wants_write = writable;
    socket.write.reset();
    if (writable) watch_write(fd, socket);
  }

  void watch_write(ares_socket_t fd, Socket& socket) {
    socket.write = loop.watch_writable_once(fd, [this, fd] {
      process(ARES_SOCKET_BAD, fd);
      auto found = sockets.find(fd);  // c-ares says nothing when it goes on waiting
      if (found != sockets.end() && found->second.wants_write) watch_write(fd, found->second);
    });
  }

  void process(ares_socket_t readable, ares_socket_t writable) {
    ares_process_fd(channel, readable, writable);
    update_timeout();
  }
  void on_timeout(base::Instant) { process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); }

  void update_timeout() {
    timeval buffer{};
    timeval* in = ares_timeout(channel, nullptr, &buffer);
    if (in == nullptr) return timeout.cancel();
    auto wait = std::chrono::seconds(in->tv_sec) + std::chrono::microseconds(in->tv_usec);
    // c-ares reads a clock of its own: a millisecond more spares a wake-up that would come just too early for
    // it.
    loop.timers().arm(timeout, loop.now() + wait + std::chrono::milliseconds(1));
  }

  Loop& loop;
  ResolverOptions options;
  int status = ARES_ENOTINITIALIZED;
  ares_channel channel = nullptr;
  base::Timer timeout;
  std::unordered_map<ares_socket_t, Socket> sockets;
  std::list<LookUp> look_ups;
  std::shared_ptr<int> alive = std::make_shared<int>();
};

Resolver::Resolver(Loop& loop, const ResolverOptions& options)
    : impl_(std::make_unique<Impl>(loop, options)) {}

Resolver::~Resolver() = default;

void Resolver::resolve(std::string host, std::uint16_t port, Answer answer) {
  if (auto literal = SocketAddress::parse(host, port))
    return impl_->answer_later(std::move(answer), {{*literal}});
  if (host.empty() || host.size() > kMaxHost || host.find('\0') != std::string::npos)
    return impl_->answer_later(std::move(answer), look_up_error(host, ARES_EBADNAME));
  if (impl_->look_ups.size() >= kMaxLookUps)
    return impl_->answer_later(
        std::move(answer),
        base::fail(ErrorCode::kLimit,
                   fmt::format("\"{}\" was not looked up: {} look-ups are under way already",
                               base::printable(host), kMaxLookUps)));
  impl_->start(std::move(host), port, std::move(answer));
}

}  // namespace polyfon::net
