// MediaThread: one thread with a Graph, an epoll loop over the sockets of its streams, and a mailbox for
// control's commands. Streams move between threads by a Transfer: control orders the old thread to detach
// before it orders the new one to adopt, and the new one lets its later commands wait for the arrival; as
// control's orders are one sequence, no circle of waiting can come about. Public functions: control; the
// rest: the thread itself.
#pragma once
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "media/engine/graph.h"
#include "media/engine/mailbox.h"

namespace polyfon::media {

class MediaThread final : private PacketSink {
 public:
  using Deliver = std::function<void(Notices)>;  // called on this thread
  using Command = std::move_only_function<void(Graph&, base::Instant now)>;

  struct Transfer {
    std::vector<std::unique_ptr<Stream>> streams;
    std::atomic<bool> ready = false;
  };

  // How long an order may wait for others to come along: what somebody may hear, and what nobody will.
  static constexpr base::Duration kSoon = std::chrono::milliseconds(1);
  static constexpr base::Duration kUnhurried = std::chrono::milliseconds(20);

  // Throws std::system_error when the system gives no epoll, timerfd or thread: start-up.
  MediaThread(unsigned index, Deliver deliver);
  ~MediaThread() override;

  void post(Command command, base::Duration patience = kSoon);
  void open(std::unique_ptr<Stream> stream);
  void detach(std::vector<StreamId> streams, std::shared_ptr<Transfer> transfer, MediaThread& next);
  void adopt(std::shared_ptr<Transfer> transfer);
  // All threads are told to stop before any is joined: one may wait for what another hands over.
  void stop();
  void join();

  const ThreadCounters& counters() const { return *counters_; }
  std::shared_ptr<const ThreadCounters> shared_counters() const { return counters_; }

 private:
  static constexpr int kEvents = 256;

  struct Order {
    std::shared_ptr<Transfer> transfer;  // wait until it is ready
    std::move_only_function<void(MediaThread*)> run;
  };

  void run();
  void wait_and_receive();
  void receive(void* tag);
  void carry_out_orders();
  void register_stream(Stream& stream);
  void unregister_stream(Stream& stream);
  base::Instant now() const { return std::chrono::steady_clock::now(); }

  bool send_rtp(Stream& stream, std::span<const std::uint8_t> packet) override;
  bool send_rtcp(Stream& stream, std::span<const std::uint8_t> packet) override;
  void lock_source(Stream& stream, bool locked) override;

  Deliver deliver_;
  std::shared_ptr<ThreadCounters> counters_ = std::make_shared<ThreadCounters>();
  base::SystemRandom random_;
  Graph graph_;
  Mailbox<Order> mailbox_;
  std::deque<Order> orders_;
  int epoll_ = -1;
  bool running_ = true;
  base::Instant now_{};
  base::Instant next_second_{};
  std::array<std::uint8_t, kMaxRtpBytes + 1> buffer_;  // one more, so that what is too long shows
  std::thread thread_;
};

}  // namespace polyfon::media
