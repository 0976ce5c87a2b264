#include "net/resolver.h"

#include <algorithm>
#include <cstring>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>

#include <ares.h>
#include <fmt/format.h>

#include "base/text.h"

namespace polyfon::net {
namespace {

using base::ErrorCode;
using base::SocketAddress;
using Found = base::Result<DnsAnswer>;

constexpr std::size_t kMaxHost = 253;  // RFC 1035 section 2.3.4, without the length octets

enum class Question : char { kAddress = 'a', kSrv = 's', kNaptr = 'n' };
constexpr int kInternet = 1;  // RFC 1035 3.2.4
constexpr int kSrvType = 33;
constexpr int kNaptrType = 35;

std::unexpected<base::Error> look_up_error(const std::string& host, int status) {
  std::string name = base::printable(host);
  switch (status) {
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
    case ARES_ENONAME:
      return base::fail(ErrorCode::kNotFound,
                        fmt::format("the name \"{}\" has no address or no such record", name));
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

std::unexpected<base::Error> too_many(const std::string& host, std::size_t limit) {
  return base::fail(ErrorCode::kLimit, fmt::format("\"{}\" was not looked up: {} look-ups wait already",
                                                   base::printable(host), limit));
}

Found addresses_of(const std::string& host, const ares_addrinfo* info) {
  Addresses out;
  std::optional<int> ttl;
  for (const ares_addrinfo_cname* alias = info->cnames; alias != nullptr; alias = alias->next)
    ttl = std::min(ttl.value_or(alias->ttl), alias->ttl);
  for (const ares_addrinfo_node* node = info->nodes; node != nullptr; node = node->ai_next) {
    if (node->ai_family != AF_INET && node->ai_family != AF_INET6) continue;
    ttl = std::min(ttl.value_or(node->ai_ttl), node->ai_ttl);
    SocketAddress address = SocketAddress::from_sockaddr(node->ai_addr, node->ai_addrlen);
    address.set_port(0);
    if (std::find(out.begin(), out.end(), address) != out.end()) continue;
    out.push_back(address);
    if (out.size() == kMaxAddresses) break;
  }
  if (out.empty()) return look_up_error(host, ARES_ENODATA);
  return DnsAnswer{.records = std::move(out), .ttl = std::chrono::seconds(ttl.value_or(0))};
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
  using Waiter = std::move_only_function<void(const Found&)>;

  // Lives until c-ares has called back, which it does exactly once; those who waited were answered perhaps
  // before, when its time was up.
  struct LookUp {
    LookUp(Impl& owner, Question what, std::string host, std::string cache_key)
        : impl(owner),
          question(what),
          name(std::move(host)),
          key(std::move(cache_key)),
          deadline(base::Timer::of<&LookUp::on_deadline>(this)) {}
    void on_deadline(base::Instant) { impl.answer(*this, look_up_error(name, ARES_ETIMEOUT)); }

    Impl& impl;
    Question question;
    std::string name, key;
    std::vector<Waiter> waiters;
    base::Timer deadline;
    std::list<LookUp>::iterator self;
  };
  struct Socket {
    std::unique_ptr<Loop::Watch> read;
    std::unique_ptr<Loop::Watch> write;
    bool wants_write = false;
  };

  Impl(Loop& owner, const ResolverOptions& resolver_options)
      : loop(owner),
        options(resolver_options),
        cache(resolver_options.cache),
        timeout(base::Timer::of<&Impl::on_timeout>(this)) {
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

  void ask(Question question, std::string name, Waiter waiter) {
    if (name.empty() || name.size() > kMaxHost || name.find('\0') != std::string::npos)
      return answer_later(std::move(waiter), look_up_error(name, ARES_EBADNAME));
    std::string key = static_cast<char>(question) + base::lower(name);
    if (const Found* known = cache.find(key, loop.now())) return answer_later(std::move(waiter), *known);
    if (waiting >= kMaxWaiting) return answer_later(std::move(waiter), too_many(name, kMaxWaiting));
    if (auto under_way = by_key.find(key); under_way != by_key.end()) {
      ++waiting;
      return under_way->second->waiters.push_back(std::move(waiter));
    }
    if (status != ARES_SUCCESS) return answer_later(std::move(waiter), look_up_error(name, status));
    if (look_ups.size() >= kMaxLookUps) return answer_later(std::move(waiter), too_many(name, kMaxLookUps));
    start(question, std::move(name), std::move(key), std::move(waiter));
  }

  void start(Question question, std::string name, std::string key, Waiter waiter) {
    look_ups.emplace_front(*this, question, std::move(name), std::move(key));
    LookUp& look_up = look_ups.front();
    look_up.self = look_ups.begin();
    look_up.waiters.push_back(std::move(waiter));
    ++waiting;
    by_key.emplace(look_up.key, &look_up);
    loop.timers().arm(look_up.deadline, loop.now() + options.deadline);
    if (question == Question::kAddress) {
      ares_addrinfo_hints hints{};
      hints.ai_family = AF_UNSPEC;
      hints.ai_socktype = SOCK_DGRAM;
      ares_getaddrinfo(channel, look_up.name.c_str(), nullptr, &hints, &Impl::on_addresses, &look_up);
    } else {
      ares_query(channel, look_up.name.c_str(), kInternet, question == Question::kSrv ? kSrvType : kNaptrType,
                 &Impl::on_records, &look_up);
    }
    update_timeout();
  }

  static void on_addresses(void* argument, int answer_status, int, ares_addrinfo* info) {
    auto& look_up = *static_cast<LookUp*>(argument);
    look_up.impl.finish(look_up, answer_status == ARES_SUCCESS
                                     ? addresses_of(look_up.name, info)
                                     : Found(look_up_error(look_up.name, answer_status)));
    if (info != nullptr) ares_freeaddrinfo(info);
  }

  static void on_records(void* argument, int answer_status, int, unsigned char* bytes, int length) {
    auto& look_up = *static_cast<LookUp*>(argument);
    Found found = look_up_error(look_up.name, answer_status);
    if (answer_status == ARES_SUCCESS) {
      std::span<const unsigned char> message(bytes, static_cast<std::size_t>(length));
      found = look_up.question == Question::kSrv ? parse_srv(message) : parse_naptr(message);
    }
    look_up.impl.finish(look_up, std::move(found));
  }

  void finish(LookUp& look_up, Found found) {
    if (alive) {
      cache.put(look_up.key, found, loop.now());
      answer(look_up, std::move(found));
    }
    look_ups.erase(look_up.self);
  }

  // From now on the same question is a new look-up.
  void answer(LookUp& look_up, Found found) {
    if (auto same = by_key.find(look_up.key); same != by_key.end() && same->second == &look_up)
      by_key.erase(same);
    waiting -= look_up.waiters.size();
    answer_later(std::exchange(look_up.waiters, {}), std::move(found));
  }

  void answer_later(Waiter waiter, Found found) {
    std::vector<Waiter> one;
    one.push_back(std::move(waiter));
    answer_later(std::move(one), std::move(found));
  }
  // Posted: an answer may destroy the Resolver, which may not be done from inside c-ares.
  void answer_later(std::vector<Waiter> waiters, Found found) {
    if (waiters.empty()) return;
    loop.post([token = std::weak_ptr<int>(alive), waiters = std::move(waiters),
               found = std::move(found)]() mutable {
      for (Waiter& waiter : waiters)
        if (!token.expired()) waiter(found);
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
  DnsCache cache;
  int status = ARES_ENOTINITIALIZED;
  ares_channel channel = nullptr;
  base::Timer timeout;
  std::unordered_map<ares_socket_t, Socket> sockets;
  std::list<LookUp> look_ups;
  std::unordered_map<std::string_view, LookUp*> by_key;  // of those that can still be waited for
  std::size_t waiting = 0;
  std::shared_ptr<int> alive = std::make_shared<int>();
};

Resolver::Resolver(Loop& loop, const ResolverOptions& options)
    : impl_(std::make_unique<Impl>(loop, options)) {}

Resolver::~Resolver() = default;

namespace {

// Hands on the records of one kind.
template <class Records, class Answer>
auto records_to(Answer answer) {
  return [answer = std::move(answer)](const Found& found) mutable {
    if (found)
      answer(std::get<Records>(found->records));
    else
      answer(std::unexpected(found.error()));
  };
}

}  // namespace

void Resolver::resolve(std::string host, std::uint16_t port, Answer answer) {
  auto with_port = [port, answer = std::move(answer)](base::Result<Addresses> found) mutable {
    if (found)
      for (SocketAddress& address : *found) address.set_port(port);
    answer(std::move(found));
  };
  auto waiter = records_to<Addresses>(std::move(with_port));
  if (auto literal = SocketAddress::parse(host, 0))
    return impl_->answer_later(std::move(waiter), DnsAnswer{.records = Addresses{*literal}});
  impl_->ask(Question::kAddress, std::move(host), std::move(waiter));
}

void Resolver::resolve_srv(std::string name, SrvAnswer answer) {
  impl_->ask(Question::kSrv, std::move(name), records_to<SrvRecords>(std::move(answer)));
}

void Resolver::resolve_naptr(std::string name, NaptrAnswer answer) {
  impl_->ask(Question::kNaptr, std::move(name), records_to<NaptrRecords>(std::move(answer)));
}

}  // namespace polyfon::net
