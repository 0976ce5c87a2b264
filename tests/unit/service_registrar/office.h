// Office: a registrar behind the production user agent, with a clock that moves when it is told to and a sink
// that writes down what leaves. Phones are texts.
#pragma once
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "service/registrar/registrar.h"
#include "service/registrar/static_hosts.h"
#include "sip/auth/digest.h"
#include "sip/dialog/user_agent.h"
#include "sip/message/headers.h"

namespace polyfon::registrar {

inline base::SocketAddress address(std::string_view text) {
  return *base::SocketAddress::parse_with_port(text, 5060);
}
inline sip::Flow flow_from(std::string_view text) { return {sip::Protocol::kUdp, 0, address(text)}; }

// A message that left.
struct Sent {
  sip::Flow flow;
  std::string bytes;

  std::string first_line() const { return bytes.substr(0, bytes.find('\r')); }
  int status() const { return bytes.starts_with("SIP/2.0 ") ? std::stoi(bytes.substr(8, 3)) : 0; }
  bool is_request(std::string_view method) const { return bytes.starts_with(std::string(method) + " "); }
  // The values of all headers of that name, in order.
  std::vector<std::string> all(std::string_view name) const {
    std::vector<std::string> values;
    std::string key = "\r\n" + std::string(name) + ": ";
    for (std::size_t at = 0; (at = bytes.find(key, at)) != std::string::npos;) {
      at += key.size();
      values.push_back(bytes.substr(at, bytes.find("\r\n", at) - at));
    }
    return values;
  }
  std::string header(std::string_view name) const {
    auto values = all(name);
    return values.empty() ? "" : values.front();
  }
  using Texts = std::vector<std::string>;
  Texts contacts() const { return all("Contact"); }
};

class SimClock final : public base::Clock {
 public:
  static constexpr base::Instant kStart{std::chrono::hours(1000)};
  static constexpr std::int64_t kWall = 1'767'323'045;
  base::Instant now() const override { return instant; }
  base::WallTime wall() const override {
    return base::WallTime(std::chrono::seconds(kWall) +
                          std::chrono::floor<std::chrono::microseconds>(instant - kStart));
  }
  base::Instant instant = kStart;
};

class RecordingSink final : public sip::Sink {
 public:
  bool send(const sip::Flow& flow, std::string_view message) override {
    if (refuse) return false;
    sent.push_back({flow, std::string(message)});
    return true;
  }
  base::SocketAddress advertised(const sip::Flow&) override { return address("192.0.2.1:5060"); }
  std::vector<Sent> sent;
  bool refuse = false;
};

// The bindings as a store was told of them.
class MapStore final : public BindingStore {
 public:
  void save(const StoredBinding& binding) override { bindings.insert_or_assign(binding.key(), binding); }
  void remove(const BindingKey& key) override { bindings.erase(key); }
  std::vector<StoredBinding> all() const {
    std::vector<StoredBinding> result;
    for (const auto& [key, binding] : bindings) result.push_back(binding);
    return result;
  }
  std::map<BindingKey, StoredBinding> bindings;
};

// One REGISTER; what a test does not say is ordinary.
struct Register {
  std::string user = "1001";
  std::vector<std::string> contacts{"<sip:1001@192.0.2.10:5062>"};
  std::string from = "192.0.2.10:5062";  // where it comes from
  std::string via;                       // sent-by, when that differs
  std::string call_id = "call-a";
  std::uint32_t cseq = 0;  // 0: one more than before
  std::string expires = "300";
  std::string extra;                      // more header lines
  std::string digest_user, digest_realm;  // when they differ
  std::string secret = "secret";
};

// Addresses at once; names when the test answers. Each address is one server, the first preferred.
class OfficeLocator final : public sip::Locator {
 public:
  using Found = base::Result<std::vector<base::SocketAddress>>;
  using Question = std::pair<std::string, std::function<void(Found)>>;  // "HOST:PORT"

  void locate(sip::Destination what, Answer answer) override {
    protocols.push_back(what.protocol);
    if (auto literal = base::SocketAddress::parse(what.host, what.port ? what.port : 5060))
      return answer(servers(std::vector{*literal}));
    auto shared = std::make_shared<Answer>(std::move(answer));
    questions.emplace_back(fmt::format("{}:{}", what.host, what.port),
                           [this, shared](Found found) { (*shared)(servers(std::move(found))); });
  }
  std::vector<sip::Flow> order(const sip::ServerSet& found, base::Instant) override {
    std::vector<sip::Flow> flows;
    for (const auto& server : found) flows.insert(flows.end(), server.flows.begin(), server.flows.end());
    if (!flows.empty()) std::rotate(flows.begin(), flows.begin() + turn % flows.size(), flows.end());
    return flows;
  }
  void note_failure(const sip::Flow&, std::optional<base::Duration>, base::Instant) override {}

  std::vector<Question> questions;
  std::vector<std::optional<sip::Protocol>> protocols;  // that were asked for
  std::vector<base::SocketAddress> bind;                // our listeners
  std::ptrdiff_t turn = 0;                              // which server is first

 private:
  base::Result<sip::ServerSet> servers(Found found) const {
    if (!found) return std::unexpected(found.error());
    sip::ServerSet out;
    for (const auto& address : *found) {
      auto listener = std::ranges::find(bind, address.is_v6(), &base::SocketAddress::is_v6) - bind.begin();
      out.push_back({.flows = {{.listener = static_cast<std::uint8_t>(bind.empty() ? 0 : listener),
                                .remote = address}}});
    }
    if (out.empty()) return base::fail(base::ErrorCode::kNotFound, "no address");
    return out;
  }
};

class Office : public testing::Test {
 protected:
  Office() { start(); }
  // As at the start of the process: nothing is known but what a store kept.
  void start() {
    registrar.reset();
    user_agent.reset();
    user_agent = std::make_unique<sip::UserAgent>(sink, timers, random);
    registrar = std::make_unique<Registrar>(
        Registrar::Parts{*user_agent, timers, clock, nonces, &hosts, &store}, snapshot);
    user_agent->set_request_handler(sip::Method::kRegister, *registrar, Registrar::kExtensions);
  }

  static std::shared_ptr<config::Endpoint> phone(const std::string& name) {
    auto endpoint = std::make_shared<config::Endpoint>();
    endpoint->name = name;
    endpoint->secret = "secret";
    endpoint->dynamic = true;
    endpoint->context = "office";
    return endpoint;
  }
  // The configuration with that endpoint in the place of the one of its name.
  void configure(std::shared_ptr<const config::Endpoint> endpoint) {
    auto fresh = std::make_shared<config::Snapshot>(*snapshot);
    std::erase_if(fresh->endpoints, [&](const auto& each) { return each->name == endpoint->name; });
    fresh->endpoints.push_back(endpoint);
    fresh->endpoint_by_name[endpoint->name] = endpoint;
    use(fresh);
  }
  void use(std::shared_ptr<const config::Snapshot> fresh) {
    snapshot = fresh;
    locator.bind = fresh->sip.bind;
    hosts.set_snapshot(*fresh);
    registrar->set_snapshot(fresh);
  }

  // Sends it without credentials; the answer.
  Sent send(const Register& what) { return deliver(what, text_of(what, "")); }
  // Sends it, and answers the challenge; the last answer.
  Sent send_with_digest(const Register& what) {
    Sent challenge = send(what);
    if (challenge.status() != 401) return challenge;
    return deliver(what, text_of(what, authorization(what, challenge.header("WWW-Authenticate"))));
  }
  Sent deliver(const Register& what, const std::string& text) {
    auto before = sink.sent.size();
    user_agent->receive(flow_from(what.from), text, clock.now());
    if (sink.sent.size() == before) return {};
    return sink.sent.back();
  }
  std::string authorization(const Register& what, const std::string& challenge) {
    std::string value = challenge;
    if (!what.digest_realm.empty()) value.replace(value.find("asterisk"), 8, what.digest_realm);
    auto parsed = sip::parse_auth(value);
    EXPECT_TRUE(parsed) << value;
    auto answer = sip::answer_challenge(
        *parsed, "REGISTER", "sip:192.0.2.1",
        {what.digest_user.empty() ? what.user : what.digest_user, what.secret, ""}, 1, "0a4f113b");
    EXPECT_TRUE(answer);
    return answer ? "Authorization: " + *answer + "\r\n" : "";
  }
  std::string text_of(const Register& what, const std::string& authorization) {
    std::string contacts;
    for (const auto& contact : what.contacts) contacts += "Contact: " + contact + "\r\n";
    std::string expires = what.expires.empty() ? "" : "Expires: " + what.expires + "\r\n";
    return fmt::format(
        "REGISTER sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {};branch=z9hG4bK{};rport\r\nMax-Forwards: 70\r\n"
        "From: <sip:{}@192.0.2.1>;tag=from\r\nTo: <sip:{}@192.0.2.1>\r\nCall-ID: {}\r\nCSeq: {} REGISTER\r\n"
        "User-Agent: Desk Phone 3.1\r\n{}{}{}{}Content-Length: 0\r\n\r\n",
        what.via.empty() ? what.from : what.via, ++branch_, what.user, what.user, what.call_id,
        what.cseq ? what.cseq : ++cseq_, contacts, expires, what.extra, authorization);
  }

  void advance(base::Duration time) {
    const base::Instant end = clock.instant + time;
    while (auto next = timers.next()) {
      if (*next > end) break;
      clock.instant = std::max(clock.instant, *next);
      timers.advance(clock.instant);
    }
    clock.instant = end;
    timers.advance(end);
  }

  // The contacts of an account as call dials them: "URI via ADDRESS".
  std::vector<std::string> dialled(std::string_view account = "1001") const {
    std::vector<std::string> result;
    for (const auto& contact : registrar->contacts(account))
      result.push_back(contact.uri + " via " + contact.flow.remote.to_string());
    return result;
  }

  SimClock clock;
  RecordingSink sink;
  MapStore store;
  base::TimerWheel timers{SimClock::kStart};
  base::SeededRandom random{1};
  sip::NonceSource nonces{random};
  OfficeLocator locator;
  std::vector<OfficeLocator::Question>& questions = locator.questions;
  StaticHosts hosts{locator, timers};
  std::shared_ptr<const config::Snapshot> snapshot = [] {
    auto result = std::make_shared<config::Snapshot>();
    for (const char* name : {"1001", "1002"}) {
      result->endpoints.push_back(phone(name));
      result->endpoint_by_name[name] = result->endpoints.back();
    }
    return result;
  }();
  std::unique_ptr<sip::UserAgent> user_agent;
  std::unique_ptr<Registrar> registrar;

 private:
  int branch_ = 0;
  std::uint32_t cseq_ = 0;
};

}  // namespace polyfon::registrar
