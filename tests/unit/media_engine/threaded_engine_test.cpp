// The engine on real sockets of the loopback network, in short real time: what only threads and the kernel
// can show.
#include "media/engine/threaded_engine.h"

#include <condition_variable>
#include <set>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/media_dsp/listen.h"

namespace polyfon::media {
namespace {

using namespace std::chrono_literals;

base::SocketAddress address(const char* host, std::uint16_t port) {
  return *base::SocketAddress::parse(host, port);
}

// The control thread: runs what is posted when the test asks it to.
class Control {
 public:
  ThreadedEngine::Post post() {
    return [this](std::move_only_function<void()> function) {
      std::lock_guard lock(mutex_);
      functions_.push_back(std::move(function));
      changed_.notify_all();
    };
  }
  bool run_until(const std::function<bool()>& done, base::Duration limit = 5s) {
    auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
      std::vector<std::move_only_function<void()>> batch;
      {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, 5ms, [&] { return !functions_.empty(); });
        batch.swap(functions_);
      }
      for (auto& function : batch) function();
      if (done()) return true;
      if (std::chrono::steady_clock::now() > end) return false;
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::move_only_function<void()>> functions_;
};

// A phone's RTP socket on an address of 127.0.0.0/8.
class Phone {
 public:
  explicit Phone(const char* host, const char* engine_host = "127.0.0.1") : engine_host_(engine_host) {
    fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    auto any = address(host, 0);
    EXPECT_EQ(::bind(fd_, any.data(), any.size()), 0);
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&bound), &size);
    local_ = base::SocketAddress(bound);
  }
  ~Phone() { ::close(fd_); }
  Phone(const Phone&) = delete;

  const base::SocketAddress& local() const { return local_; }
  void send(std::uint16_t port, std::uint8_t fill = 0xD5, std::uint8_t payload_type = 8) {
    std::vector<std::uint8_t> bytes(172, fill);
    write_rtp_header({.payload_type = payload_type,
                      .sequence = sequence_++,
                      .timestamp = timestamp_ += 160,
                      .ssrc = 0xF00u + local_.port()},
                     bytes);
    auto to = address(engine_host_, port);
    ::sendto(fd_, bytes.data(), bytes.size(), 0, to.data(), to.size());
  }
  // The next packet's header and payload; nullopt: none within `wait`.
  std::optional<std::pair<RtpHeader, std::vector<std::uint8_t>>> receive(base::Duration wait = 2s) {
    pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, static_cast<int>(wait / 1ms)) != 1) return std::nullopt;
    std::uint8_t bytes[2048];
    auto size = ::recv(fd_, bytes, sizeof bytes, 0);
    if (size < 0) return std::nullopt;
    auto datagram = std::span(bytes).first(static_cast<std::size_t>(size));
    auto packet = parse_rtp(datagram);
    if (!packet) return std::nullopt;
    auto payload = packet->payload(datagram);
    return std::pair{packet->header, std::vector<std::uint8_t>(payload.begin(), payload.end())};
  }
  bool silent(base::Duration time = 100ms) { return !receive(time); }

 private:
  int fd_;
  const char* engine_host_;
  base::SocketAddress local_;
  std::uint16_t sequence_ = 1;
  std::uint32_t timestamp_ = 0;
};

class Sockets : public testing::Test {
 protected:
  void start(unsigned threads = 1, std::uint16_t first = 42000, std::uint16_t last = 43999) {
    engine_ = std::make_unique<ThreadedEngine>(
        EngineOptions{.first_port = first, .last_port = last, .threads = threads}, control_.post());
    engine_->set_event_handler([this](const Event& event) { events_.push_back(event); });
  }
  StreamId open(const Phone& phone, StreamConfig config = {}, StreamId near = {}) {
    auto id = engine_->open(address("127.0.0.1", 0), near);
    EXPECT_TRUE(id) << id.error().text;
    if (config.remote.port() == 0) config.remote = phone.local();
    engine_->configure(*id, config);
    return *id;
  }
  bool wait_for(Event::Kind kind, StreamId id) {
    return control_.run_until([&] {
      return std::ranges::any_of(events_, [&](const Event& e) { return e.kind == kind && e.stream == id; });
    });
  }
  // Packets go there and back; sent again until one arrives, because commands take their time.
  bool hears(Phone& from, StreamId from_stream, Phone& to) {
    for (int i = 0; i < 200; ++i) {
      from.send(engine_->local_port(from_stream));
      if (to.receive(10ms)) return true;
    }
    return false;
  }
  Control control_;
  std::unique_ptr<ThreadedEngine> engine_;
  std::vector<Event> events_;
};

TEST_F(Sockets, two_phones_hear_each_other) {
  start();
  Phone a("127.0.0.2"), b("127.0.0.3");
  auto sa = open(a), sb = open(b);
  engine_->connect(sa, sb);
  ASSERT_TRUE(hears(a, sa, b));
  ASSERT_TRUE(hears(b, sb, a));
  EXPECT_TRUE(wait_for(Event::Kind::kFirstPacket, sa));
  // A packet may be here before its sender has counted it.
  EXPECT_TRUE(control_.run_until([&] {
    auto stats = engine_->stats(sa);
    return stats.packets_received >= 1 && stats.packets_sent >= 1 && stats.latched == a.local();
  }));
  EXPECT_EQ(engine_->streams(), 2u);
}

TEST_F(Sockets, a_phone_behind_nat_is_learnt_and_sent_to) {
  start();
  Phone a("127.0.0.2"), b("127.0.0.3");
  auto sa =
      open(a, {.remote = address("192.168.77.77", 4000), .trusted_hosts = {address("127.0.0.2", 5060)}});
  auto sb = open(b);
  engine_->connect(sa, sb);
  ASSERT_TRUE(hears(a, sa, b));
  ASSERT_TRUE(hears(b, sb, a));
  EXPECT_TRUE(control_.run_until([&] { return engine_->stats(sa).latched == a.local(); }));
}

TEST_F(Sockets, an_attacker_neither_speaks_nor_hears) {
  start();
  Phone a("127.0.0.2"), b("127.0.0.3"), stranger("127.0.0.66"), neighbour("127.0.0.2");
  auto sa = open(a), sb = open(b);
  engine_->connect(sa, sb);
  for (int i = 0; i < 20; ++i) stranger.send(engine_->local_port(sa), 0x11);
  EXPECT_TRUE(b.silent());
  EXPECT_TRUE(control_.run_until([&] { return engine_->stats(sa).dropped_source == 20; }));
  ASSERT_TRUE(hears(a, sa, b));
  while (b.receive(20ms)) {
  }
  for (int i = 0; i < 20; ++i) {  // the socket is connected now: the kernel itself drops these
    stranger.send(engine_->local_port(sa), 0x11);
    neighbour.send(engine_->local_port(sa), 0x11);
  }
  EXPECT_TRUE(b.silent());
  ASSERT_TRUE(hears(b, sb, a));
  EXPECT_TRUE(stranger.silent(10ms));
  EXPECT_TRUE(neighbour.silent(10ms));
}

TEST_F(Sockets, a_reinvite_lets_the_phone_move_and_shuts_again) {
  start();
  Phone a("127.0.0.2"), b("127.0.0.3"), moved("127.0.0.2");
  auto sa = open(a), sb = open(b);
  engine_->connect(sa, sb);
  ASSERT_TRUE(hears(a, sa, b));
  moved.send(engine_->local_port(sa));
  EXPECT_TRUE(b.silent());
  engine_->configure(sa, {.remote = a.local()});
  ASSERT_TRUE(hears(moved, sa, b));
  ASSERT_TRUE(hears(b, sb, moved));
  while (b.receive(20ms)) {
  }
  a.send(engine_->local_port(sa));
  EXPECT_TRUE(b.silent());
}

TEST_F(Sockets, by_ear_a_playback_arrives_and_its_end_is_told) {
  start();
  Phone a("127.0.0.2");
  auto sa = open(a);
  auto audio = std::make_shared<Audio>();
  audio->samples = test::sine(440, 2400);
  auto id = engine_->play(sa, {.audio = {audio}});
  EXPECT_NE(id, 0u);
  std::vector<std::int16_t> heard;
  auto decoder = make_decoder(CodecId::kPcma);
  while (heard.size() < 2400) {
    auto packet = a.receive();
    ASSERT_TRUE(packet);
    std::int16_t samples[160];
    decoder->decode(packet->second, samples);
    heard.insert(heard.end(), samples, samples + 160);
  }
  EXPECT_NEAR(test::amplitude_of(heard, 440), 8000, 300);
  ASSERT_TRUE(wait_for(Event::Kind::kPlaybackFinished, sa));
  EXPECT_EQ(events_.back().playback, id);
  EXPECT_EQ(events_.back().samples_played, 2400u);
}

TEST_F(Sockets, echo_comes_back) {
  start();
  Phone a("127.0.0.2");
  auto sa = open(a);
  engine_->echo(sa);
  EXPECT_TRUE(hears(a, sa, a));
}

TEST_F(Sockets, a_used_up_range_is_refused_and_ports_rest) {
  start(1, 44000, 44007);
  std::vector<StreamId> ids;
  std::set<std::uint16_t> ports;
  for (int i = 0; i < 4; ++i) {
    auto id = engine_->open(address("127.0.0.1", 0), {});
    if (id) ids.push_back(*id);
  }
  auto refused = engine_->open(address("127.0.0.1", 0), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kUnavailable);
  EXPECT_NE(refused.error().text.find("rtp.conf"), std::string::npos) << refused.error().text;
  for (StreamId id : ids) engine_->close(id);
  EXPECT_FALSE(engine_->open(address("127.0.0.1", 0), {}));
  EXPECT_EQ(engine_->streams(), 0u);
}

TEST_F(Sockets, a_port_of_another_program_is_passed_over) {
  start(1, 44100, 44103);
  Phone other("127.0.0.1");  // binds some port; here one of the range
  int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  auto taken = address("127.0.0.1", 44101);
  ASSERT_EQ(::bind(fd, taken.data(), taken.size()), 0);
  auto id = engine_->open(address("127.0.0.1", 0), {});
  ASSERT_TRUE(id) << id.error().text;
  EXPECT_EQ(engine_->local_port(*id), 44102);
  ::close(fd);
}

TEST_F(Sockets, an_address_that_is_not_ours_is_refused_by_name) {
  start();
  auto refused = engine_->open(address("192.0.2.1", 0), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kIo);
  EXPECT_NE(refused.error().text.find("192.0.2.1:"), std::string::npos) << refused.error().text;
}

TEST_F(Sockets, sipcases_5_3_7_our_own_ports_are_no_targets) {
  start();
  Phone a("127.0.0.2");
  auto sa = open(a), sb = open(a);
  engine_->configure(sa, {.remote = address("127.0.0.1", engine_->local_port(sb))});
  engine_->configure(sb, {.remote = address("127.0.0.1", engine_->local_port(sa))});
  engine_->echo(sa);
  engine_->echo(sb);
  engine_->play(sa, {.tones = {{425, 0, 100ms}}});
  ASSERT_TRUE(wait_for(Event::Kind::kPlaybackFinished, sa));
  EXPECT_EQ(engine_->stats(sa).packets_sent, 0u);
  EXPECT_EQ(engine_->stats(sb).packets_received, 0u);
}

TEST_F(Sockets, a_phone_that_went_away_harms_nobody) {
  start();
  Phone b("127.0.0.3");
  auto gone = std::make_unique<Phone>("127.0.0.2");
  auto sa = open(*gone), sb = open(b);
  engine_->connect(sa, sb);
  ASSERT_TRUE(hears(*gone, sa, b));
  gone.reset();
  for (int i = 0; i < 50; ++i) b.send(engine_->local_port(sb));  // ICMP errors come back
  engine_->echo(sb);
  EXPECT_TRUE(hears(b, sb, b));
}

TEST_F(Sockets, ipv6_works) {
  start();
  auto id = engine_->open(address("::1", 0), {});
  if (!id) GTEST_SKIP() << id.error().text;
  engine_->configure(*id, {.remote = address("::1", 9)});
  auto played = engine_->play(*id, {.tones = {{425, 0, 60ms}}});
  ASSERT_TRUE(wait_for(Event::Kind::kPlaybackFinished, *id));
  EXPECT_EQ(events_.back().playback, played);
  EXPECT_GE(engine_->stats(*id).packets_sent, 1u);
}

TEST_F(Sockets, streams_near_each_other_share_a_thread_and_others_are_spread) {
  start(3);
  Phone a("127.0.0.2"), b("127.0.0.3"), c("127.0.0.4"), d("127.0.0.5");
  auto sa = open(a), sb = open(b), sc = open(c), sd = open(d);  // on three threads
  engine_->connect(sa, sb);
  EXPECT_TRUE(hears(a, sa, b));
  EXPECT_TRUE(hears(b, sb, a));
  engine_->connect(sb, sc);
  EXPECT_TRUE(hears(b, sb, c));
  EXPECT_TRUE(hears(c, sc, b));
  engine_->connect(sa, sd);
  EXPECT_TRUE(hears(a, sa, d));
  EXPECT_TRUE(hears(c, sc, b));
}

TEST_F(Sockets, early_media_of_streams_on_other_threads_is_heard) {
  start(3);
  Phone caller("127.0.0.2"), first("127.0.0.3"), second("127.0.0.4"), recorder("127.0.0.5");
  auto s = open(caller), s1 = open(first), s2 = open(second), sr = open(recorder);
  engine_->forward(s, sr);  // somebody listens to the caller, and moves along
  engine_->forward(s1, s);
  EXPECT_TRUE(hears(first, s1, caller));
  engine_->forward(s2, s);
  EXPECT_TRUE(hears(second, s2, caller));
  EXPECT_TRUE(hears(caller, s, recorder));
}

TEST_F(Sockets, a_playing_stream_moves_between_threads_without_losing_its_place) {
  start(3);
  Phone a("127.0.0.2"), b("127.0.0.3");
  auto sa = open(a), sb = open(b);
  auto audio = std::make_shared<Audio>();
  audio->samples = test::sine(440, 8000);
  auto id = engine_->play(sa, {.audio = {audio}});
  ASSERT_TRUE(a.receive());
  engine_->forward(sa, sb);  // sb moves to sa's thread
  auto other = open(b);
  engine_->forward(sb, other);
  ASSERT_TRUE(wait_for(Event::Kind::kPlaybackFinished, sa));
  EXPECT_EQ(events_.back().playback, id);
  RtpHeader last{};
  while (auto packet = a.receive(30ms)) {
    if (last.ssrc != 0) EXPECT_EQ(packet->first.sequence, static_cast<std::uint16_t>(last.sequence + 1));
    last = packet->first;
  }
}

TEST_F(Sockets, threads_bear_a_storm_of_connecting_and_closing) {
  start(3);
  Phone phone("127.0.0.2");
  base::SeededRandom random(7);
  std::vector<StreamId> ids;
  auto any = [&] { return ids[random.below(ids.size())]; };
  for (int i = 0; i < 24; ++i) ids.push_back(open(phone));
  for (int round = 0; round < 3000; ++round) {
    switch (random.below(8)) {
      case 0: engine_->connect(any(), any()); break;
      case 1: engine_->forward(any(), any()); break;
      case 2: engine_->echo(any()); break;
      case 3: engine_->disconnect(any()); break;
      case 4: engine_->play(any(), {.tones = {{425, 0, 30ms}}}); break;
      case 5: engine_->send_digit(any(), '5', 40ms); break;
      case 6: phone.send(engine_->local_port(any())); break;
      default:
        if (round % 16 != 0) break;
        auto& victim = ids[random.below(ids.size())];
        engine_->close(victim);
        victim = open(phone, {}, random.below(2) == 0 ? any() : StreamId{});
    }
    if (round % 100 == 0) control_.run_until([] { return true; });
  }
  for (StreamId id : ids) engine_->disconnect(id);
  for (StreamId id : ids) engine_->configure(id, {.remote = phone.local()});
  Phone a("127.0.0.8"), b("127.0.0.9");
  auto sa = open(a), sb = open(b);
  engine_->connect(sa, sb);
  EXPECT_TRUE(hears(a, sa, b));
  EXPECT_EQ(engine_->streams(), 26u);
}

TEST_F(Sockets, events_that_come_after_the_engine_is_gone_are_passed_over) {
  start(2);
  Phone a("127.0.0.2");
  auto sa = open(a);
  engine_->play(sa, {.tones = {{425, 0, 20ms}}});
  ASSERT_TRUE(a.receive());
  std::this_thread::sleep_for(60ms);
  engine_.reset();
  control_.run_until([] { return true; });
  EXPECT_TRUE(events_.empty());
}

TEST_F(Sockets, events_of_a_closed_stream_are_not_delivered) {
  start();
  Phone a("127.0.0.2");
  auto sa = open(a);
  engine_->play(sa, {.tones = {{425, 0, 20ms}}});
  ASSERT_TRUE(a.receive());
  engine_->close(sa);
  EXPECT_FALSE(control_.run_until([&] { return !events_.empty(); }, 100ms));
  EXPECT_EQ(engine_->local_port(sa), 0);
  EXPECT_EQ(engine_->stats(sa).packets_sent, 0u);
}

TEST_F(Sockets, metrics_count_what_happened) {
  start(2);
  base::MetricsRegistry registry;
  engine_->add_metrics(registry);
  Phone a("127.0.0.2"), b("127.0.0.3");
  auto sa = open(a), sb = open(b);
  engine_->connect(sa, sb);
  ASSERT_TRUE(hears(a, sa, b));
  auto value = [&](std::string_view name, std::string_view labels) {
    for (const auto& sample : registry.read())
      if (sample.name == name && sample.labels == labels) return sample.value;
    return std::int64_t{-1};
  };
  EXPECT_EQ(value("polyfon_media_streams", ""), 2);
  EXPECT_TRUE(
      control_.run_until([&] { return value("polyfon_media_packets_total", "what=\"relayed\"") >= 1; }));
  EXPECT_EQ(value("polyfon_media_dropped_total", "reason=\"rate\""), 0);
}

}  // namespace
}  // namespace polyfon::media
