// rtp_load: the phones' side of N calls: every leg sends 50 packets of G.711 a second and counts what it
// hears; the time a packet took is in its payload. One thread, one RTP and one RTCP socket a leg, a slot of
// 1 ms each twentieth leg.
//   rtp_load WARM_SECONDS WINDOW_SECONDS WINDOWS PID[,PID...] < LEGS
// LEGS are lines "LOCAL_HOST LOCAL_PORT REMOTE_HOST REMOTE_PORT". Prints a JSON object for each window, with
// the CPU seconds of the server's processes in it.
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int kSlots = 20;  // of 1 ms: the frame of G.711
constexpr std::size_t kHeaderBytes = 12;
constexpr std::size_t kPayloadBytes = 160;
constexpr std::size_t kPacketBytes = kHeaderBytes + kPayloadBytes;
constexpr std::uint8_t kPcma = 8;
constexpr std::array<char, 8> kMark = {'p', 'o', 'l', 'y', 'l', 'o', 'a', 'd'};

struct Leg {
  int rtp = -1;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t source = 0;
  std::uint64_t sent = 0, received = 0, missing = 0;
  bool heard = false;
  std::uint16_t last_sequence = 0;
};

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "rtp_load: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

// Latencies in steps of 10 us up to 500 ms.
class Histogram {
 public:
  void add(Clock::duration latency) {
    auto step = static_cast<std::size_t>(std::max<std::int64_t>(latency / 10us, 0));
    ++counts_[std::min(step, counts_.size() - 1)];
    ++total_;
  }
  double milliseconds(double share) const {
    std::uint64_t below = 0;
    for (std::size_t step = 0; step < counts_.size(); ++step) {
      below += counts_[step];
      if (total_ != 0 && static_cast<double>(below) >= share * static_cast<double>(total_))
        return static_cast<double>(step) / 100;
    }
    return 0;
  }

 private:
  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(50'001);
  std::uint64_t total_ = 0;
};

double seconds_of(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double cpu_seconds(const std::vector<pid_t>& processes) {
  double sum = 0;
  for (pid_t process : processes) {
    clockid_t clock;
    timespec time{};
    if (clock_getcpuclockid(process, &clock) == 0 && clock_gettime(clock, &time) == 0)
      sum += seconds_of(time);
  }
  return sum;
}

double own_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return seconds_of(time);
}

int open_socket(const sockaddr_in& local) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  if (fd < 0) fail("socket");
  if (bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) fail("bind");
  return fd;
}

Leg open_leg(const std::string& line, std::uint32_t number) {
  std::string local_host, remote_host;
  std::uint16_t local_port = 0, remote_port = 0;
  std::istringstream(line) >> local_host >> local_port >> remote_host >> remote_port;
  sockaddr_in local{}, remote{};
  local.sin_family = remote.sin_family = AF_INET;
  local.sin_port = htons(local_port);
  remote.sin_port = htons(remote_port);
  if (inet_pton(AF_INET, local_host.c_str(), &local.sin_addr) != 1 ||
      inet_pton(AF_INET, remote_host.c_str(), &remote.sin_addr) != 1) {
    std::fprintf(stderr, "rtp_load: cannot read the leg \"%s\"\n", line.c_str());
    std::exit(1);
  }
  Leg leg{.rtp = open_socket(local),
          .sequence = static_cast<std::uint16_t>(number * 7),
          .timestamp = number * 160,
          .source = 0x10000 + number};
  if (connect(leg.rtp, reinterpret_cast<sockaddr*>(&remote), sizeof remote) != 0) fail("connect");
  // RTCP of the server is taken, so that it gets no ICMP error for it.
  local.sin_port = htons(static_cast<std::uint16_t>(local_port + 1));
  int rtcp = open_socket(local);
  int small = 4096;
  setsockopt(rtcp, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  return leg;
}

class Load {
 public:
  Load() {
    for (std::string line; std::getline(std::cin, line);)
      if (!line.empty()) legs_.push_back(open_leg(line, static_cast<std::uint32_t>(legs_.size())));
    epoll_ = epoll_create1(0);
    for (Leg& leg : legs_) {
      epoll_event event{.events = EPOLLIN, .data = {.ptr = &leg}};
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, leg.rtp, &event) != 0) fail("epoll_ctl");
    }
    next_slot_ = Clock::now();
  }

  void run_until(Clock::time_point end) {
    while (Clock::now() < end) {
      send_due_slots();
      receive_until(next_slot_);
    }
  }

  void measure(Clock::duration window, const std::vector<pid_t>& server) {
    histogram_ = {};
    worst_delay_ = {};
    auto before = legs_;
    double server_before = cpu_seconds(server), own_before = own_cpu_seconds();
    auto began = Clock::now();
    run_until(began + window);
    double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    double server_cpu = cpu_seconds(server) - server_before, own_cpu = own_cpu_seconds() - own_before;
    std::uint64_t sent = 0, received = 0, missing = 0;
    unsigned silent = 0;
    for (std::size_t i = 0; i < legs_.size(); ++i) {
      sent += legs_[i].sent - before[i].sent;
      received += legs_[i].received - before[i].received;
      missing += legs_[i].missing - before[i].missing;
      if (legs_[i].received == before[i].received) ++silent;
    }
    std::printf(
        "{\"legs\": %zu, \"seconds\": %.3f, \"sent\": %llu, \"received\": %llu, \"missing\": %llu, "
        "\"silent_legs\": %u, "
        "\"server_cpu\": %.6f, \"load_cpu\": %.6f, \"late_ms\": %.2f, \"p50_ms\": %.2f, \"p99_ms\": %.2f}\n",
        legs_.size(), seconds, static_cast<unsigned long long>(sent),
        static_cast<unsigned long long>(received), static_cast<unsigned long long>(missing), silent,
        server_cpu, own_cpu, std::chrono::duration<double, std::milli>(worst_delay_).count(),
        histogram_.milliseconds(0.5), histogram_.milliseconds(0.99));
    std::fflush(stdout);
  }

 private:
  void send_due_slots() {
    for (auto now = Clock::now(); next_slot_ <= now; next_slot_ += 1ms) {
      worst_delay_ = std::max(worst_delay_, now - next_slot_);
      for (std::size_t i = slot_; i < legs_.size(); i += kSlots) send(legs_[i]);
      slot_ = (slot_ + 1) % kSlots;
    }
  }

  static void send(Leg& leg) {
    std::array<std::uint8_t, kPacketBytes> packet;
    packet.fill(0xD5);  // silence in A-law
    packet[0] = 0x80;
    packet[1] = static_cast<std::uint8_t>(kPcma | (leg.sent == 0 ? 0x80 : 0));
    auto put = [&](std::size_t at, auto value) { std::memcpy(packet.data() + at, &value, sizeof value); };
    put(2, htons(leg.sequence++));
    put(4, htonl(leg.timestamp));
    put(8, htonl(leg.source));
    put(kHeaderBytes, kMark);
    put(kHeaderBytes + kMark.size(), Clock::now().time_since_epoch().count());
    leg.timestamp += kPayloadBytes;
    ++leg.sent;
    // An ICMP error for an earlier packet is told in place of sending this one.
    if (::send(leg.rtp, packet.data(), packet.size(), 0) < 0 && errno == ECONNREFUSED)
      ::send(leg.rtp, packet.data(), packet.size(), 0);
  }

  void receive_until(Clock::time_point end) {
    std::array<epoll_event, 512> events;
    for (;;) {
      auto left = std::max(end - Clock::now(), Clock::duration::zero());
      timespec timeout{.tv_sec = 0, .tv_nsec = left.count()};
      int count = epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
      for (int i = 0; i < count; ++i)
        receive(*static_cast<Leg*>(events[static_cast<std::size_t>(i)].data.ptr));
      if (left == Clock::duration::zero()) return;
    }
  }

  void receive(Leg& leg) {
    std::array<std::uint8_t, 2048> packet;
    for (;;) {
      auto bytes = recv(leg.rtp, packet.data(), packet.size(), 0);
      if (bytes < static_cast<ssize_t>(kHeaderBytes)) return;
      ++leg.received;
      std::uint16_t sequence;
      std::memcpy(&sequence, packet.data() + 2, sizeof sequence);
      sequence = ntohs(sequence);
      auto step = static_cast<std::uint16_t>(sequence - leg.last_sequence);
      if (leg.heard && step > 1 && step < 1000) leg.missing += step - 1u;
      leg.heard = true;
      leg.last_sequence = sequence;
      if (bytes != static_cast<ssize_t>(kPacketBytes) ||
          std::memcmp(packet.data() + kHeaderBytes, kMark.data(), kMark.size()) != 0)
        continue;
      Clock::rep sent_at;
      std::memcpy(&sent_at, packet.data() + kHeaderBytes + kMark.size(), sizeof sent_at);
      histogram_.add(Clock::now().time_since_epoch() - Clock::duration(sent_at));
    }
  }

  std::vector<Leg> legs_;
  int epoll_ = -1;
  Clock::time_point next_slot_;
  std::size_t slot_ = 0;
  Histogram histogram_;
  Clock::duration worst_delay_{};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "rtp_load WARM_SECONDS WINDOW_SECONDS WINDOWS PID[,PID...] < LEGS\n");
    return 2;
  }
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  descriptors.rlim_cur = descriptors.rlim_max;
  setrlimit(RLIMIT_NOFILE, &descriptors);
  std::vector<pid_t> server;
  std::istringstream list(argv[4]);
  for (std::string process; std::getline(list, process, ',');) server.push_back(std::atoi(process.c_str()));
  Load load;
  load.run_until(Clock::now() + std::chrono::seconds(std::atoi(argv[1])));
  for (int i = 0; i < std::atoi(argv[3]); ++i) load.measure(std::chrono::seconds(std::atoi(argv[2])), server);
}
