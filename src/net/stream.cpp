#include "net/stream.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/tcp_socket.h"
#include "net/tls_session.h"

namespace polyfon::net {

namespace {

constexpr std::size_t kReadChunk = 16u << 10;
constexpr int kReadsPerTurn = 4;  // then the others get their turn

}  // namespace

//              connected             handshake done            finish()            all sent
//  kConnecting ---------> kHandshake --------------> kOpen ----------> kFinishing ---------> kLingering
//                                    (plain: at once)                                            |
//       any of them, on an error, a deadline, the peer's end ----------------------> kClosed <---+
struct Stream::Impl : std::enable_shared_from_this<Stream::Impl> {
  enum class State { kConnecting, kHandshake, kOpen, kFinishing, kLingering, kClosed };

  Impl(Loop& owner, Options given, StreamHandler& to)
      : loop(owner),
        options(std::move(given)),
        handler(&to),
        deadline(base::Timer::of<&Impl::on_deadline>(this)) {
    if (options.tls) tls.emplace(*options.tls, options.domain);
  }
  ~Impl() { release(); }

  // --- the beginning ---
  void adopt(int descriptor) {
    fd = descriptor;
    if (tls) return begin_handshake();
    state = State::kOpen;
    told_open = true;  // who accepted it knows
    watch_reading();
  }

  void connect(const base::SocketAddress& local, const base::SocketAddress& to) {
    remote = to;
    auto opened = open_tcp(local, to);
    if (!opened) return close_later(StreamEnd::kUnreachable, opened.error().text);
    fd = *opened;
    arm(options.limits.connect);
    watch_writing();
  }

  void connected() {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return close(StreamEnd::kUnreachable, describe_connect(remote, error));
    if (tls) {
      begin_handshake();
      return flush();
    }
    deadline.cancel();
    watch_reading();
    open();
  }

  void begin_handshake() {
    state = State::kHandshake;
    arm(options.limits.handshake);
    tls->start(out);
    watch_reading();
  }

  // What was sent before is in `early`.
  void open() {
    state = State::kOpen;
    deadline.cancel();
    auto self = shared_from_this();
    if (tls && !early.empty()) tls->send(early, out);
    std::string().swap(early);
    flush();
    if (handler && !std::exchange(told_open, true)) handler->on_open();
    if (handler && finish_wanted) finish();
  }

  // --- reading ---
  void watch_reading() {
    if (paused || read_watch || fd < 0) return;
    read_watch = loop.watch_readable(fd, [this] { read(); });
  }

  void read() {
    auto self = shared_from_this();
    std::array<char, kReadChunk> chunk;
    for (int i = 0; i < kReadsPerTurn && read_watch; ++i) {
      const ssize_t n = ::recv(fd, chunk.data(), chunk.size(), 0);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) return;
      if (n < 0) return close(StreamEnd::kPeer, std::strerror(errno));
      if (n == 0) return ended();
      const std::span<const char> bytes(chunk.data(), static_cast<std::size_t>(n));
      if (state == State::kFinishing || state == State::kLingering) continue;
      tls ? receive_tls(bytes) : handler->on_bytes(bytes);
      if (n < static_cast<ssize_t>(chunk.size())) return;
    }
  }

  void ended() {
    if (state == State::kHandshake)
      return close(StreamEnd::kHandshake, "the peer closed the connection in the handshake");
    close(state == State::kLingering ? StreamEnd::kDone : StreamEnd::kPeer, "the peer closed the connection");
  }

  void receive_tls(std::span<const char> bytes) {
    std::string plain;
    const auto status = tls->receive(bytes, plain, out);
    const bool failed = status == TlsSession::Status::kFailed;
    flush();
    if (!handler || state == State::kClosed) return;
    if (state == State::kHandshake && status == TlsSession::Status::kOpen) open();
    if (handler && !plain.empty()) handler->on_bytes({plain.data(), plain.size()});
    if (!handler) return;
    if (failed)
      close(state == State::kHandshake ? StreamEnd::kHandshake : StreamEnd::kPeer, tls->error());
    else if (status == TlsSession::Status::kClosed)
      close(StreamEnd::kPeer, "the peer closed the connection");
  }

  // --- writing ---
  bool send(std::string_view bytes) {
    if (!handler || finish_wanted || state >= State::kFinishing) return false;
    if (unsent() + bytes.size() > options.limits.max_unsent) {
      close_later(StreamEnd::kSlowPeer, fmt::format("{} bytes wait for it to read them", unsent()));
      return false;
    }
    if (state < State::kOpen && tls)
      early += bytes;
    else if (!tls)
      out += bytes;
    else if (!tls->send(bytes, out))
      close_later(StreamEnd::kPeer, tls->error());
    if (state == State::kOpen && !write_watch) flush();
    return state != State::kClosed;
  }

  void flush() {
    while (sent < out.size() && state != State::kConnecting && state != State::kClosed) {
      const ssize_t n = ::send(fd, out.data() + sent, out.size() - sent, MSG_NOSIGNAL);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) return watch_writing();
      if (n < 0) return close_later(StreamEnd::kPeer, std::strerror(errno));
      sent += static_cast<std::size_t>(n);
    }
    if (sent < out.size()) return;
    out.clear();
    sent = 0;
    if (out.capacity() > kReadChunk) std::string().swap(out);
    if (state == State::kFinishing) linger();
  }

  void watch_writing() {
    if (write_watch) return;
    write_watch = loop.watch_writable_once(fd, [this] {
      auto self = shared_from_this();
      write_watch.reset();
      state == State::kConnecting ? connected() : flush();
    });
  }

  // --- the end ---
  void finish() {
    finish_wanted = true;
    if (state != State::kOpen) return;
    state = State::kFinishing;
    if (tls) tls->close(out);
    paused = false;
    watch_reading();
    arm(options.limits.close);
    if (!write_watch) flush();
  }

  // Closing with unread bytes would be a reset, and the peer would lose what we have sent.
  void linger() {
    state = State::kLingering;
    ::shutdown(fd, SHUT_WR);
  }

  void on_deadline(base::Instant) {
    if (state == State::kClosed) return tell();
    if (state == State::kConnecting)
      close(StreamEnd::kUnreachable,
            fmt::format("cannot connect to {}: no answer in time", remote.to_string()));
    else if (state == State::kHandshake)
      close(StreamEnd::kHandshake, "no handshake of TLS in time");
    else if (state == State::kLingering)
      close(StreamEnd::kDone, "all was sent");
    else
      close(StreamEnd::kSlowPeer, "it did not read our last words in time");
  }

  void arm(base::Duration in) { loop.timers().arm(deadline, loop.now() + in); }

  void close(StreamEnd end, std::string text) {
    if (state == State::kClosed) return;
    close_later(end, std::move(text));
    tell();
  }

  // From inside send(): whoever calls does not expect on_closed before it returns.
  void close_later(StreamEnd end, std::string text) {
    if (state == State::kClosed) return;
    state = State::kClosed;
    why_end = end;
    why = std::move(text);
    release();
    loop.timers().arm(deadline, loop.now());
  }

  void tell() {
    deadline.cancel();
    auto self = shared_from_this();
    if (StreamHandler* to = std::exchange(handler, nullptr)) to->on_closed(why_end, why);
  }

  void release() {
    read_watch.reset();
    write_watch.reset();
    if (fd >= 0) ::close(std::exchange(fd, -1));
  }

  std::size_t unsent() const { return out.size() - sent + early.size(); }

  Loop& loop;
  Options options;
  StreamHandler* handler;  // null when told of the end, or when nobody asks any more
  base::Timer deadline;
  std::optional<TlsSession> tls;
  base::SocketAddress remote;
  int fd = -1;
  State state = State::kConnecting;
  bool paused = false;
  bool told_open = false;
  bool finish_wanted = false;
  std::string out;  // as it goes over the wire; the first `sent` bytes are gone
  std::size_t sent = 0;
  std::string early;  // plain text that waits for the handshake
  StreamEnd why_end = StreamEnd::kDone;
  std::string why;
  std::unique_ptr<Loop::Watch> read_watch, write_watch;
};

Stream::Stream(Loop& loop, int fd, Options options, StreamHandler& handler)
    : impl_(std::make_shared<Impl>(loop, std::move(options), handler)) {
  impl_->adopt(fd);
}

Stream::Stream(Loop& loop, const base::SocketAddress& local, const base::SocketAddress& remote,
               Options options, StreamHandler& handler)
    : impl_(std::make_shared<Impl>(loop, std::move(options), handler)) {
  impl_->connect(local, remote);
}

Stream::~Stream() {
  // The peer of a TLS connection is told, when it can be told at once.
  if (impl_->tls && impl_->state == Impl::State::kOpen && !impl_->write_watch) {
    impl_->tls->close(impl_->out);
    impl_->flush();
  }
  impl_->handler = nullptr;
  impl_->state = Impl::State::kClosed;
  impl_->deadline.cancel();
  impl_->release();
}

bool Stream::send(std::string_view bytes) { return impl_->send(bytes); }
void Stream::finish() { impl_->finish(); }

void Stream::pause() {
  impl_->paused = true;
  impl_->read_watch.reset();
}

void Stream::resume() {
  impl_->paused = false;
  if (impl_->state != Impl::State::kConnecting) impl_->watch_reading();
}

std::size_t Stream::unsent() const { return impl_->unsent(); }
base::SocketAddress Stream::local() const { return local_address(impl_->fd); }

}  // namespace polyfon::net
