// A whole exchange without network, sound or real time: INVITEs go in as text, the clock moves when it is
// told to, and every step of the plan is written down. For tests that need channels.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.h"
#include "call/exchange.h"
#include "dialplan/interpreter.h"
#include "unit/dialplan/samples.h"

namespace polyfon::dialplan {

class SmallClock final : public base::Clock {
 public:
  base::Instant now() const override { return instant; }
  base::WallTime wall() const override {
    return utc(2026, 3, 2, 12) + std::chrono::floor<std::chrono::microseconds>(instant - kStart);
  }
  static constexpr base::Instant kStart{std::chrono::hours(1000)};
  base::Instant instant = kStart;
};

class SilentSink final : public sip::Sink {
 public:
  bool send(const sip::Flow&, std::string_view message) override {
    sent.emplace_back(message.substr(0, message.find('\r')));
    return true;
  }
  base::SocketAddress advertised(const sip::Flow&) override {
    return *base::SocketAddress::parse("192.0.2.1", 5060);
  }
  std::vector<std::string> sent;  // first lines
};

class SilentEngine final : public media::Engine {
 public:
  void set_event_handler(EventHandler handler) override { handler_ = std::move(handler); }
  base::Result<media::StreamId> open(const base::SocketAddress&, media::StreamId) override {
    return media::StreamId{next_++, 1};
  }
  std::uint16_t local_port(media::StreamId) const override { return 10000; }
  void configure(media::StreamId, const media::StreamConfig&) override {}
  void connect(media::StreamId, media::StreamId) override {}
  void forward(media::StreamId, media::StreamId) override {}
  void echo(media::StreamId) override {}
  void disconnect(media::StreamId) override {}
  media::PlaybackId play(media::StreamId, media::Playback) override { return ++playback_; }
  void stop_playback(media::StreamId) override {}
  void send_digit(media::StreamId, char, base::Duration) override {}
  void close(media::StreamId) override {}
  media::StreamStats stats(media::StreamId) const override { return {}; }
  std::size_t streams() const override { return 0; }

  void dial(char digit) {  // on the first stream
    media::Event event{};
    event.kind = media::Event::Kind::kDigit;
    event.stream = {0, 1};
    event.digit = digit;
    handler_(event);
  }

 private:
  EventHandler handler_;
  std::uint32_t next_ = 0;
  media::PlaybackId playback_ = 0;
};

class NobodyThere final : public call::Location {
 public:
  std::vector<call::ContactAddress> contacts(std::string_view) const override { return {}; }
  std::string_view account_at(const base::SocketAddress&) const override { return {}; }
};

class SmallExchange : public testing::Test, private call::EventReader {
 protected:
  SmallExchange()
      : snapshot_(make_snapshot()),
        exchange({user_agent_, sink, engine, location_, nonces_, timers_, random_, clock,
                  [](auto work, auto done) {
                    work();
                    done();
                  }},
                 snapshot_),
        interpreter(exchange, clock) {
    user_agent_.set_session_handler(exchange);
    exchange.set_script_runner(interpreter);
    exchange.events().subscribe(*this);
  }

  void plan(std::string_view text) { interpreter.set_plan(plan_of(text)); }
  // A guest calls that number; the context is "a".
  void call(std::string_view number, std::string_view from = "200") {
    const std::string invite = fmt::format(
        "INVITE sip:{0}@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP "
        "192.0.2.9:5060;branch=z9hG4bK{2}\r\nMax-Forwards: 70\r\n"
        "From: \"Caller\" <sip:{1}@192.0.2.9>;tag=f{2}\r\nTo: <sip:{0}@192.0.2.1>\r\nCall-ID: "
        "call{2}\r\nCSeq: 1 INVITE\r\n"
        "Contact: <sip:{1}@192.0.2.9>\r\nContent-Length: 0\r\n\r\n",
        number, from, ++calls_);
    sip::Flow flow;
    flow.remote = *base::SocketAddress::parse("192.0.2.9", 5060);
    user_agent_.receive(flow, invite, clock.now());
  }
  void advance(base::Duration time) {
    const base::Instant end = clock.instant + time;
    while (auto next = timers_.next()) {
      if (*next > end) break;
      clock.instant = std::max(clock.instant, *next);
      timers_.advance(clock.instant);
    }
    clock.instant = end;
    timers_.advance(end);
  }
  // The one call that there is; null: none.
  call::Channel* channel() {
    call::ChannelId id;
    exchange.each_channel([&](const call::Channel& each) { id = each.id(); });
    return exchange.find(id);
  }
  std::string variable(std::string_view name) {
    auto at = channel()->variables.find(name);
    return at == channel()->variables.end() ? "(unset)" : at->second;
  }

 private:
  void on_call_event(const call::CallEvent& event) override {
    if (auto* step = std::get_if<call::ApplicationStarted>(&event.what))
      steps.push_back(fmt::format("{},{},{} {}({})", step->context, step->extension, step->priority,
                                  step->application, step->arguments));
    if (std::holds_alternative<call::ChannelHangup>(event.what)) steps.push_back("hung up");
  }
  static std::shared_ptr<const config::Snapshot> make_snapshot() {
    auto snapshot = std::make_shared<config::Snapshot>();
    snapshot->sip.allow_guest = true;
    snapshot->sip.default_context = "a";
    return snapshot;
  }

 public:
  SmallClock clock;
  SilentSink sink;
  SilentEngine engine;
  std::vector<std::string> steps;  // "a,100,1 Answer()", "hung up"

 private:
  NobodyThere location_;
  base::SeededRandom random_{1};
  sip::NonceSource nonces_{random_};
  base::TimerWheel timers_{SmallClock::kStart};
  sip::UserAgent user_agent_{sink, timers_, random_};
  std::shared_ptr<const config::Snapshot> snapshot_;
  int calls_ = 0;

 public:
  call::Exchange exchange;
  Interpreter interpreter;
};

}  // namespace polyfon::dialplan
