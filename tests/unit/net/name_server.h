// NameServer: a name server on loopback, on the loop under test: answers A, AAAA, SRV and NAPTR from its
// tables with real DNS bytes, NXDOMAIN for other names.
#pragma once
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "net/loop.h"
#include "net/udp_socket.h"

namespace polyfon::net {

namespace dns {

inline std::string number(unsigned value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}
inline std::string text(std::string_view bytes) {
  return static_cast<char>(bytes.size()) + std::string(bytes);
}
inline std::string name(std::string_view dotted) {
  std::string out;
  while (!dotted.empty()) {
    auto dot = dotted.find('.');
    out += text(dotted.substr(0, dot));
    dotted = dot == dotted.npos ? std::string_view() : dotted.substr(dot + 1);
  }
  return out + '\0';
}
inline std::string srv(unsigned priority, unsigned weight, unsigned port, std::string_view target) {
  return number(priority) + number(weight) + number(port) + name(target);
}
inline std::string naptr(unsigned order, unsigned preference, std::string_view flags,
                         std::string_view service, std::string_view replacement) {
  return number(order) + number(preference) + text(flags) + text(service) + text("") + name(replacement);
}
// One record, its owner the name of the question at byte 12.
inline std::string record(unsigned type, unsigned ttl, std::string_view data) {
  return "\xC0\x0C" + number(type) + number(1) + number(ttl >> 16) + number(ttl & 0xFFFF) +
         number(static_cast<unsigned>(data.size())) + std::string(data);
}

inline constexpr unsigned kA = 1;
inline constexpr unsigned kSrv = 33;
inline constexpr unsigned kNaptr = 35;

}  // namespace dns

class NameServer {
 public:
  explicit NameServer(Loop& loop)
      : socket_(std::move(*UdpSocket::bind(*base::SocketAddress::parse("127.0.0.1", 0)))) {
    watch_ = loop.watch_readable(socket_.fd(), [this] { answer_all(); });
  }
  base::SocketAddress address() const { return socket_.local(); }
  int questions = 0;
  bool silent = false;
  int failure = 0;    // an rcode for every answer
  unsigned ttl = 60;  // of every record
  using Table = std::multimap<std::string, std::string>;
  Table a;      // name, 4 bytes
  Table aaaa;   // name, 16 bytes
  Table srv;    // name, dns::srv()
  Table naptr;  // name, dns::naptr()

 private:
  void answer_all() {
    for (const Datagram& datagram : socket_.receive(batch_)) {
      ++questions;
      if (!silent) socket_.send(answer_to({datagram.bytes.data(), datagram.bytes.size()}), datagram.from);
    }
  }
  const Table& table_of(unsigned type) const {
    return type == dns::kSrv ? srv : type == dns::kNaptr ? naptr : type == dns::kA ? a : aaaa;
  }
  std::string answer_to(std::string_view query) const {
    std::string asked;
    std::size_t at = 12;
    while (query[at] != 0) {
      if (!asked.empty()) asked += '.';
      auto length = static_cast<std::size_t>(query[at]);
      asked += query.substr(at + 1, length);
      at += 1 + length;
    }
    auto type = static_cast<unsigned char>(query[at + 2]);
    auto [first, last] = table_of(type).equal_range(asked);
    bool known = a.contains(asked) || aaaa.contains(asked) || srv.contains(asked) || naptr.contains(asked);
    char rcode = failure != 0 ? static_cast<char>(failure) : known ? '\0' : '\3';
    std::string out(query.substr(0, 2));
    out += {'\x81', static_cast<char>('\x80' | rcode), '\0', '\1'};
    out += dns::number(static_cast<unsigned>(std::distance(first, last))) + dns::number(0) + dns::number(0);
    out += query.substr(12, at + 5 - 12);
    for (auto entry = first; entry != last; ++entry) out += dns::record(type, ttl, entry->second);
    return out;
  }

  UdpSocket socket_;
  ReceiveBatch batch_;
  std::unique_ptr<Loop::Watch> watch_;
};

}  // namespace polyfon::net
