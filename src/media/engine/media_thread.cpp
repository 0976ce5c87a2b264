#include "media/engine/media_thread.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fmt/format.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/log.h"

namespace polyfon::media {

namespace {

// What an epoll event names: a stream's RTP socket, or its RTCP socket by the lowest bit; null is the
// mailbox.
constexpr std::uintptr_t kRtcpBit = 1;

void* rtcp_tag(Stream& stream) {
  return reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(&stream) | kRtcpBit);
}

bool add_to_epoll(int epoll, int fd, void* tag) {
  epoll_event event{.events = EPOLLIN, .data = {.ptr = tag}};
  return ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

int wait_for_events(int epoll, std::span<epoll_event> events, base::Duration timeout) {
  timespec spec{.tv_sec = timeout.count() / 1'000'000'000, .tv_nsec = timeout.count() % 1'000'000'000};
  int count = ::epoll_pwait2(epoll, events.data(), static_cast<int>(events.size()), &spec, nullptr);
  if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
  // An old kernel, or a sandbox that knows only the older call: whole milliseconds, rounded up.
  auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  return ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), static_cast<int>(milliseconds));
}

bool send_to(int fd, std::span<const std::uint8_t> packet, const base::SocketAddress& to, bool connected) {
  const sockaddr* address = connected ? nullptr : to.data();
  socklen_t size = connected ? 0 : to.size();
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (::sendto(fd, packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL, address, size) >= 0)
      return true;
    // An ICMP error for an earlier packet is reported once, in place of sending this one.
    if (errno != ECONNREFUSED && errno != EHOSTUNREACH && errno != ENETUNREACH) return false;
  }
  return false;
}

}  // namespace

MediaThread::MediaThread(unsigned index, Deliver deliver)
    : deliver_(std::move(deliver)), graph_(*this, *counters_, random_) {
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0 || !add_to_epoll(epoll_, mailbox_.fd(), nullptr))
    throw std::system_error(errno, std::generic_category(), "epoll of a media thread");
  // Signals are control's: the thread is born with all of them blocked.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  auto name = fmt::format("polyfon-media-{}", index).substr(0, 15);  // the kernel's limit
  pthread_setname_np(thread_.native_handle(), name.c_str());
}

MediaThread::~MediaThread() {
  if (thread_.joinable()) {
    stop();
    join();
  }
  ::close(epoll_);
}

void MediaThread::post(Command command, base::Duration patience) {
  mailbox_.post({nullptr, [command = std::move(command)](
                              MediaThread* self) mutable { command(self->graph_, self->now_); }},
                patience);
}

// Until it is configured it has nothing to do with packets but to drop them.
void MediaThread::open(std::unique_ptr<Stream> stream) {
  mailbox_.post({nullptr,
                 [stream = std::move(stream)](MediaThread* self) mutable {
                   self->register_stream(*stream);
                   self->graph_.add(std::move(stream), self->now_);
                 }},
                kUnhurried);
}

void MediaThread::detach(std::vector<StreamId> streams, std::shared_ptr<Transfer> transfer,
                         MediaThread& next) {
  mailbox_.post({nullptr,
                 [streams = std::move(streams), transfer = std::move(transfer), &next](MediaThread* self) {
                   for (StreamId id : streams) {
                     auto stream = self->graph_.take(id);
                     if (!stream) continue;
                     self->unregister_stream(*stream);
                     transfer->streams.push_back(std::move(stream));
                   }
                   transfer->ready.store(true, std::memory_order_release);
                   next.mailbox_.wake();
                 }},
                kSoon);
}

void MediaThread::adopt(std::shared_ptr<Transfer> transfer) {
  auto arriving = transfer;
  mailbox_.post({std::move(arriving),
                 [transfer = std::move(transfer)](MediaThread* self) {
                   for (auto& stream : transfer->streams) {
                     self->register_stream(*stream);
                     self->graph_.add(std::move(stream), self->now_);
                   }
                 }},
                kSoon);
}

void MediaThread::stop() {
  mailbox_.post({nullptr, [](MediaThread* self) { self->running_ = false; }}, kSoon);
}

void MediaThread::join() { thread_.join(); }

void MediaThread::register_stream(Stream& stream) {
  if (add_to_epoll(epoll_, stream.sockets.rtp(), &stream) &&
      add_to_epoll(epoll_, stream.sockets.rtcp(), rtcp_tag(stream)))
    return;
  base::log_error("media", "the system watches no more sockets for packets: {}", std::strerror(errno));
}

void MediaThread::unregister_stream(Stream& stream) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, stream.sockets.rtp(), nullptr);
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, stream.sockets.rtcp(), nullptr);
}

void MediaThread::run() {
  now_ = now();
  next_second_ = now_ + std::chrono::seconds(1);
  while (running_) {
    wait_and_receive();
    graph_.run_frames(now_);
    if (now_ >= next_second_) {
      next_second_ = now_ + std::chrono::seconds(1);
      auto wall = std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
      graph_.second(now_, wall);
    }
    // Last, because orders may close streams that the events of this round name.
    carry_out_orders();
    if (graph_.has_notices()) deliver_(graph_.take_notices());
  }
}

void MediaThread::wait_and_receive() {
  auto due = next_second_;
  if (auto frame = graph_.next_frame()) due = std::min(due, *frame);
  auto left = std::max(due - now(), base::Duration::zero());
  epoll_event events[kEvents];
  int count = wait_for_events(epoll_, events, left);
  now_ = now();
  for (int i = 0; i < count; ++i) {
    if (events[i].data.ptr != nullptr) {
      receive(events[i].data.ptr);
      continue;
    }
    for (auto& order : mailbox_.take()) orders_.push_back(std::move(order));
  }
}

// One packet an event: those who have more are told of again, and nobody waits behind a flood.
void MediaThread::receive(void* tag) {
  auto bits = reinterpret_cast<std::uintptr_t>(tag);
  Stream& stream = *reinterpret_cast<Stream*>(bits & ~kRtcpBit);
  bool rtcp = (bits & kRtcpBit) != 0;
  sockaddr_in6 from;
  socklen_t size = sizeof from;
  auto bytes = ::recvfrom(rtcp ? stream.sockets.rtcp() : stream.sockets.rtp(), buffer_.data(), buffer_.size(),
                          MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &size);
  if (bytes < 0) return;  // taken already, or an ICMP error: the peer's timeout tells
  auto source = base::SocketAddress::from_sockaddr(reinterpret_cast<const sockaddr*>(&from), size);
  auto datagram = std::span(buffer_).first(static_cast<std::size_t>(bytes));
  if (rtcp)
    graph_.receive_rtcp(stream, datagram, source, now_);
  else
    graph_.receive_rtp(stream, datagram, source, now_);
}

void MediaThread::carry_out_orders() {
  while (!orders_.empty()) {
    auto& next = orders_.front();
    if (next.transfer && !next.transfer->ready.load(std::memory_order_acquire)) return;
    auto order = std::move(next);
    orders_.pop_front();
    order.run(this);
  }
}

bool MediaThread::send_rtp(Stream& stream, std::span<const std::uint8_t> packet) {
  return send_to(stream.sockets.rtp(), packet, stream.rtp_guard.target(), stream.source_locked);
}

bool MediaThread::send_rtcp(Stream& stream, std::span<const std::uint8_t> packet) {
  return send_to(stream.sockets.rtcp(), packet, stream.rtcp_guard.target(), false);
}

// A connected socket finds its route and its hash bucket faster, and the kernel drops other sources; what was
// queued before is still compared by SourceGuard. AF_UNSPEC undoes it and keeps the port, which was bound
// explicitly.
void MediaThread::lock_source(Stream& stream, bool locked) {
  if (locked) {
    const auto& source = stream.rtp_guard.source();
    if (::connect(stream.sockets.rtp(), source.data(), source.size()) != 0) stream.source_locked = false;
    return;
  }
  sockaddr none{.sa_family = AF_UNSPEC};
  ::connect(stream.sockets.rtp(), &none, sizeof none);
}

}  // namespace polyfon::media
