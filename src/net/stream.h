// Stream: one TCP connection, with TLS when it is given a context: bytes in by callback, bytes out through a
// bounded queue. Connecting, the handshake and the last words have deadlines; a peer that does not read is
// let go. thread: the loop's.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/socket_address.h"
#include "net/loop.h"
#include "net/tls_context.h"

namespace polyfon::net {

struct StreamLimits {
  std::size_t max_unsent = 256u << 10;                  // bytes that wait for a slow reader
  base::Duration connect = std::chrono::seconds(10);    // until the peer has accepted
  base::Duration handshake = std::chrono::seconds(10);  // of TLS, after that
  base::Duration close = std::chrono::seconds(2);       // to take our last words
};

enum class StreamEnd {
  kPeer,         // closed, in order or not
  kUnreachable,  // refused, or no way, or no answer in time
  kHandshake,    // TLS was not agreed upon, or the peer is not who it should be
  kSlowPeer,     // max_unsent, or a deadline
  kDone,         // finish(): all was sent
};

class StreamHandler {
 public:
  virtual ~StreamHandler() = default;
  // Connected, and the handshake done; bytes may be sent before.
  virtual void on_open() = 0;
  virtual void on_bytes(std::span<const char> bytes) = 0;
  // The last call. `why` is a sentence.
  virtual void on_closed(StreamEnd end, const std::string& why) = 0;
};

class Stream {
 public:
  struct Options {
    std::shared_ptr<const TlsContext> tls;  // null: plain TCP
    std::string domain;                     // a client with TLS: who the server must be
    StreamLimits limits;
  };

  // Takes over a connected socket that was accepted. Callbacks never come from inside a call, and may destroy
  // the Stream, which closes it at once.
  Stream(Loop& loop, int fd, Options options, StreamHandler& handler);
  // Connects, from `local` (port 0; unspecified: as the system chooses). What fails is told by on_closed.
  Stream(Loop& loop, const base::SocketAddress& local, const base::SocketAddress& remote, Options options,
         StreamHandler& handler);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // False when it is closed or closing, or when the queue is full: it is then closed.
  bool send(std::string_view bytes);
  // Sends what is queued, then closes; what comes in is dropped.
  void finish();
  // on_bytes stops, and the peer's bytes wait in the system's buffers, until resume().
  void pause();
  void resume();

  std::size_t unsent() const;
  base::SocketAddress local() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace polyfon::net
