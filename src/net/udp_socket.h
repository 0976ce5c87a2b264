// UdpSocket: a bound, non-blocking UDP socket that receives with recvmmsg in batches, and sends them with
// sendmmsg. The receive buffers belong to a ReceiveBatch shared by all sockets of a thread. thread: its
// owner's.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>

#include "base/result.h"
#include "base/socket_address.h"

namespace polyfon::net {

struct Datagram {
  std::span<char> bytes;  // valid until the next receive() into the same batch
  base::SocketAddress from;
};

class ReceiveBatch {
 public:
  static constexpr std::size_t kMaxDatagram = 65536;
  static constexpr std::size_t kCount = 32;
  explicit ReceiveBatch(std::size_t count = kCount, std::size_t bytes_each = kMaxDatagram);
  ~ReceiveBatch();
  // Datagrams dropped so far because they were longer than bytes_each.
  std::uint64_t oversized() const;

 private:
  friend class UdpSocket;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Datagrams that leave together.
class SendBatch {
 public:
  static constexpr std::size_t kMost = 64;
  void add(std::string_view bytes, const base::SocketAddress& to);  // copies both
  bool empty() const { return datagrams_.empty(); }
  bool full() const { return datagrams_.size() >= kMost; }

 private:
  friend class UdpSocket;
  struct Datagram {
    std::size_t begin, size;  // in bytes_
    base::SocketAddress to;
  };
  std::string bytes_;
  std::vector<Datagram> datagrams_;
};

class UdpSocket {
 public:
  UdpSocket() = default;
  // Binds; port 0 takes a free one. The error names address, port and reason ("port 5060 is in use").
  static base::Result<UdpSocket> bind(const base::SocketAddress& local, int receive_buffer_bytes = 4 << 20);
  ~UdpSocket();
  UdpSocket(UdpSocket&& other) noexcept;
  UdpSocket& operator=(UdpSocket&& other) noexcept;

  int fd() const { return fd_; }
  const base::SocketAddress& local() const { return local_; }
  explicit operator bool() const { return fd_ >= 0; }

  // As many datagrams as are there and fit the batch; empty when there are none.
  std::span<const Datagram> receive(ReceiveBatch& batch);
  // False when the kernel refused it (buffer full, no route, oversized): a datagram may be lost, callers
  // count it.
  bool send(std::string_view bytes, const base::SocketAddress& to);
  // Sends and empties the batch with as few system calls as it takes; `refused` is told of each datagram that
  // the kernel refused, with its errno.
  using Refused = std::function<void(const base::SocketAddress& to, int error)>;
  void send(SendBatch& batch, const Refused& refused);
  // The ICMP error queued on the socket since the last call, as errno; 0: none (IP_RECVERR is not set: see
  // docs/adr).
  int take_error();

 private:
  int fd_ = -1;
  base::SocketAddress local_;
};

// The local address, with port 0, that the kernel would send from to reach `remote` (a connect() without a
// packet).
base::Result<base::SocketAddress> source_address_for(const base::SocketAddress& remote);

}  // namespace polyfon::net
