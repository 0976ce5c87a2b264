// House: what the cases have in common: one exchange with the accounts of tests/fixtures/cases at 192.0.2.1
// and 2001:db8::10, wires that speak raw SIP to it, and the messages they say most.
#pragma once
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "sim/exchange_node.h"
#include "sim/phone.h"
#include "sim/wire.h"

namespace polyfon::sim {

inline base::SocketAddress at(std::string_view host, std::uint16_t port = 5060) {
  return *base::SocketAddress::parse(host, port);
}

inline constexpr std::string_view kOffer =
    "v=0\r\no=a 1 1 IN IP4 192.0.2.20\r\ns=-\r\nc=IN IP4 192.0.2.20\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0\r\n";
inline constexpr std::string_view kAnswer =
    "v=0\r\no=b 2 2 IN IP4 192.0.2.40\r\ns=-\r\nc=IN IP4 192.0.2.40\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8\r\n";

// What one request differs in; "" leaves the line out. `via` may hold several lines.
struct Words {
  std::string method = "INVITE";
  std::string uri = "sip:100@192.0.2.1";
  std::string via = "SIP/2.0/UDP 192.0.2.20;branch=z9hG4bKcase";
  std::string from = "<sip:guest@192.0.2.20>;tag=f1";
  std::string to = "<sip:100@192.0.2.1>";
  std::string call_id = "case@192.0.2.20";
  std::string cseq = "1 INVITE";
  std::string contact = "<sip:guest@192.0.2.20>";
  std::string max_forwards = "70";
  std::string more;  // whole lines, each with its end
  std::string body = std::string(kOffer);
  std::string content_type = "application/sdp";
};

inline std::string written(const Words& words) {
  std::string text = words.method + " " + words.uri + " SIP/2.0\r\n";
  auto line = [&text](std::string_view name, std::string_view value) {
    if (!value.empty()) text.append(name).append(": ").append(value).append("\r\n");
  };
  line("Via", words.via);
  line("Max-Forwards", words.max_forwards);
  line("From", words.from);
  line("To", words.to);
  line("Call-ID", words.call_id);
  line("CSeq", words.cseq);
  line("Contact", words.contact);
  text += crlf(words.more);
  if (!words.body.empty()) line("Content-Type", words.content_type);
  line("Content-Length", std::to_string(words.body.size()));
  return text + "\r\n" + words.body;
}

class House : public testing::Test {
 protected:
  House() { base::set_log_level(base::LogLevel::kError); }

  // The exchange, with the plan of the fixtures or with these lines as its guests' and its phones' context.
  void open(std::string_view lines = {}) {
    static const SimConfiguration kFixture = SimConfiguration::read("cases");
    configuration_ = kFixture;
    if (!lines.empty())
      configuration_ =
          kFixture.and_plan("[guests]\n" + std::string(lines) + "\n[office]\ninclude => guests\n");
    if (change_) {
      auto snapshot = std::make_shared<config::Snapshot>(*configuration_.snapshot);
      change_(*snapshot);
      configuration_.snapshot = std::move(snapshot);
    }
    node_ = std::make_unique<ExchangeNode>(world_, kHouse, configuration_);
    node_->listen(kHouse6);
  }
  // Before open().
  void change(std::function<void(config::Snapshot&)> change) { change_ = std::move(change); }

  void say(const Words& words) { caller_.send_bytes(kHouse, written(words)); }
  // Says it and waits until what follows at once has followed.
  void ask(const Words& words) {
    say(words);
    world_.run_for(std::chrono::milliseconds(20));
  }
  // ACK of a 2xx that the caller got.
  void acknowledge(const Received& ok, std::string_view branch = "z9hG4bKack") {
    Words ack;
    ack.method = "ACK";
    ack.via = "SIP/2.0/UDP 192.0.2.20;branch=" + std::string(branch);
    ack.from = ok.header("From");
    ack.to = ok.header("To");
    ack.call_id = ok.header("Call-ID");
    ack.cseq = std::string(ok.header("CSeq").substr(0, ok.header("CSeq").find(' '))) + " ACK";
    ack.body.clear();
    say(ack);
  }
  // A request of the caller's dialog that `ok` made.
  Words in_dialog(const Received& ok, const std::string& method, int cseq) const {
    Words words;
    words.method = method;
    words.via = "SIP/2.0/UDP 192.0.2.20;branch=z9hG4bK" + method + std::to_string(cseq);
    words.from = ok.header("From");
    words.to = ok.header("To");
    words.call_id = ok.header("Call-ID");
    words.cseq = std::to_string(cseq) + " " + method;
    words.body.clear();
    return words;
  }
  // Calls, is answered, acknowledges: the 200.
  Received talk(Words words = {}) {
    ask(words);
    world_.run_for(std::chrono::seconds(1));
    Received ok = caller_.last(200);
    acknowledge(ok);
    world_.run_for(std::chrono::milliseconds(20));
    caller_.clear();
    return ok;
  }
  const sip::UserAgentCounters& counters() { return node_->agent().counters(); }
  base::Duration since(base::Instant start) const { return world_.now() - start; }

  // Whatever a case did: an hour later nothing of it is left.
  void TearDown() override {
    if (!node_) return;
    node_->exchange().hangup_all(call::HangupCause::kNormalClearing);
    world_.run_for(std::chrono::hours(1));
    EXPECT_EQ(node_->exchange().channel_count(), 0u);
    EXPECT_EQ(node_->media().streams(), 0u);
    EXPECT_EQ(node_->leftovers(), 0u);
  }

  static inline const base::SocketAddress kHouse = at("192.0.2.1"), kHouse6 = at("2001:db8::10");
  World world_{1, {}};
  SimConfiguration configuration_;
  std::function<void(config::Snapshot&)> change_;
  std::unique_ptr<ExchangeNode> node_;
  Wire caller_{world_, "192.0.2.20"};
  Wire provider_{world_, "192.0.2.40"};  // where [gw] is
};

}  // namespace polyfon::sim
