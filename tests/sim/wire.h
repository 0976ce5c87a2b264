// Wire: a host of the simulated network without a SIP stack: it sends the bytes a test writes and keeps what
// comes, with its time, so that exact messages, silence and timing can be asserted.
#pragma once
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>

#include "sim/world.h"

namespace polyfon::sim {

struct Received {
  base::Instant at;
  base::SocketAddress from;
  std::uint16_t port = 0;  // of ours that it came to
  std::string bytes;

  int status() const;               // of a response, else 0
  std::string_view method() const;  // of a request, else ""
  std::string_view uri() const;     // of a request
  std::string_view start_line() const;
  std::string_view body() const;
  // Of the first header line that is written exactly so; "" when there is none.
  std::string_view header(std::string_view name) const;
  std::vector<std::string_view> headers(std::string_view name) const;
  std::string_view branch() const;  // of the first Via
  std::string_view to_tag() const;
  std::string_view from_tag() const;
};

class Wire {
 public:
  // Hears at each of the ports; sends from the first.
  Wire(World& world, std::string_view host, std::initializer_list<std::uint16_t> ports = {5060});
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // Bare LF of `text` becomes CRLF.
  void send(const base::SocketAddress& to, std::string_view text);
  void send_bytes(const base::SocketAddress& to, std::string_view bytes);
  const base::SocketAddress& address() const { return addresses_.front(); }
  std::string host() const { return address().host(); }

  // What came since clear(), in order.
  const std::deque<Received>& received() const { return received_; }
  void clear() { received_.clear(); }
  // "100 180 200", and methods for requests: "INVITE".
  std::string story() const;
  // The last of that status or method; aborts the test program when there is none.
  const Received& last(int status) const;
  const Received& last(std::string_view method) const;
  std::size_t count(int status) const;
  std::size_t count(std::string_view method) const;

 private:
  World& world_;
  std::vector<base::SocketAddress> addresses_;
  std::deque<Received> received_;
};

std::string crlf(std::string_view text);
// The response that the host at `answer` would write to a request: its Via, From, To (with a tag), Call-ID
// and CSeq.
std::string response_to(const Received& request, std::string_view status_line, std::string_view to_tag,
                        std::string_view more = {}, std::string_view body = {});

}  // namespace polyfon::sim
