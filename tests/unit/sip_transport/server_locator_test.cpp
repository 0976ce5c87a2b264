#include "sip/transport/server_locator.h"

#include <deque>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace polyfon::sip {
namespace {

using base::ErrorCode;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

// The DNS as tables; answers when answer_all() says so.
class Names final : public net::NameService {
 public:
  void resolve(std::string host, std::uint16_t port, Answer answer) override {
    asked.push_back("A " + host);
    auto found = addresses.find(host);
    base::Result<net::Addresses> result = missing(host);
    if (found != addresses.end()) {
      result = net::Addresses{};
      for (const auto& text : found->second) result->push_back(*base::SocketAddress::parse(text, port));
    }
    give(std::move(answer), std::move(result));
  }
  void resolve_srv(std::string name, SrvAnswer answer) override {
    asked.push_back("SRV " + name);
    auto found = srv.find(name);
    if (found != srv.end())
      give(std::move(answer), base::Result<net::SrvRecords>(found->second));
    else
      give(std::move(answer), base::Result<net::SrvRecords>(missing(name)));
  }
  void resolve_naptr(std::string name, NaptrAnswer answer) override {
    asked.push_back("NAPTR " + name);
    auto found = naptr.find(name);
    if (found != naptr.end())
      give(std::move(answer), base::Result<net::NaptrRecords>(found->second));
    else
      give(std::move(answer), base::Result<net::NaptrRecords>(missing(name)));
  }
  void answer_all() {
    while (!answers_.empty()) {
      auto answer = std::move(answers_.front());
      answers_.pop_front();
      answer();
    }
  }

  std::map<std::string, std::vector<std::string>> addresses;
  std::map<std::string, net::SrvRecords> srv;
  std::map<std::string, net::NaptrRecords> naptr;
  std::vector<std::string> asked;
  bool silent = false;

 private:
  std::unexpected<base::Error> missing(const std::string& name) const {
    return base::fail(silent ? ErrorCode::kTimeout : ErrorCode::kNotFound, name);
  }
  template <class Answer, class Result>
  void give(Answer answer, Result result) {
    answers_.push_back(
        [answer = std::move(answer), result = std::move(result)]() mutable { answer(result); });
  }
  std::deque<std::move_only_function<void()>> answers_;
};

class Locating : public testing::Test {
 protected:
  Locating() {
    names.addresses = {{"example.org", {"192.0.2.1"}},
                       {"a.example.org", {"192.0.2.11"}},
                       {"b.example.org", {"192.0.2.12", "2001:db8::12"}},
                       {"c.example.org", {"192.0.2.13"}}};
  }
  static std::optional<Flow> way(Protocol protocol, const base::SocketAddress& address) {
    if (address.is_v6()) return std::nullopt;
    return Flow{.protocol = protocol, .remote = address};
  }
  void enable(std::vector<Protocol> protocols) { locator.set({.protocols = std::move(protocols)}); }
  base::Result<ServerSet> locate(Destination destination) {
    std::optional<base::Result<ServerSet>> answer;
    locator.locate(std::move(destination), [&](base::Result<ServerSet> result) {
      EXPECT_FALSE(answer) << "answered twice";
      answer = std::move(result);
    });
    names.answer_all();
    return answer ? std::move(*answer) : base::fail(ErrorCode::kIo, "no answer");
  }
  base::Result<ServerSet> find(std::string_view uri) {
    auto destination = Destination::of(*Uri::parse(uri));
    return destination ? locate(*destination) : std::unexpected(destination.error());
  }
  std::vector<std::string> ways(const ServerSet& servers) {
    std::vector<std::string> out;
    for (const Flow& flow : locator.order(servers, now))
      out.push_back(std::string(to_string(flow.protocol)) + " " + flow.remote.to_string());
    return out;
  }
  std::vector<std::string> ways(std::string_view uri) {
    auto servers = find(uri);
    if (!servers) return {"error: " + servers.error().text};
    return ways(*servers);
  }
  ErrorCode error(std::string_view uri) {
    auto servers = find(uri);
    EXPECT_FALSE(servers);
    return servers ? ErrorCode::kIo : servers.error().code;
  }

  base::Instant now{1h};
  base::SeededRandom random{7};
  Names names;
  ServerLocator locator{names, random, way};
};

// --- RFC 3263 4.1: which transport ---

TEST_F(Locating, a_literal_is_not_asked_for) {
  EXPECT_THAT(ways("sip:192.0.2.7"), ElementsAre("UDP 192.0.2.7:5060"));
  EXPECT_THAT(ways("sip:192.0.2.7:5070"), ElementsAre("UDP 192.0.2.7:5070"));
  EXPECT_THAT(names.asked, IsEmpty());
}

TEST_F(Locating, a_port_means_addresses_alone) {
  EXPECT_THAT(ways("sip:example.org:5070"), ElementsAre("UDP 192.0.2.1:5070"));
  EXPECT_THAT(names.asked, ElementsAre("A example.org"));
}

TEST_F(Locating, maddr_is_who_is_looked_for) {
  EXPECT_THAT(ways("sip:example.org;maddr=192.0.2.99"), ElementsAre("UDP 192.0.2.99:5060"));
}

TEST_F(Locating, a_transport_is_not_asked_for_by_naptr) {
  enable({Protocol::kUdp, Protocol::kTcp});
  names.srv["_sip._tcp.example.org"] = {{1, 0, 5080, "a.example.org"}};
  EXPECT_THAT(ways("sip:example.org;transport=tcp"), ElementsAre("TCP 192.0.2.11:5080"));
  EXPECT_THAT(names.asked, ElementsAre("SRV _sip._tcp.example.org", "A a.example.org"));
}

TEST_F(Locating, rfc3263_4_1_naptr_names_the_preferred_transport_that_we_speak) {
  enable({Protocol::kUdp, Protocol::kTcp});
  names.naptr["example.org"] = {{50, 50, "s", "SIPS+D2T", "_sips._tcp.example.org"},
                                {90, 50, "s", "SIP+D2T", "_sip._tcp.example.org"},
                                {100, 50, "s", "SIP+D2U", "_sip._udp.example.org"}};
  names.srv["_sip._tcp.example.org"] = {{1, 0, 5060, "a.example.org"}};
  names.srv["_sip._udp.example.org"] = {{0, 0, 5060, "c.example.org"}};
  EXPECT_THAT(ways("sip:example.org"), ElementsAre("TCP 192.0.2.11:5060", "UDP 192.0.2.13:5060"));
}

TEST_F(Locating, naptr_of_other_services_and_expressions_are_passed_over) {
  names.naptr["example.org"] = {{1, 1, "u", "E2U+sip", ""},
                                {2, 1, "s", "SIP+D2S", "_sip._sctp.example.org"},
                                {3, 1, "a", "SIP+D2U", "a.example.org"},
                                {4, 1, "S", "sip+d2u", "_sip._udp.elsewhere.example"}};
  names.srv["_sip._udp.elsewhere.example"] = {{1, 0, 5060, "b.example.org"}};
  EXPECT_THAT(ways("sip:example.org"), ElementsAre("UDP 192.0.2.12:5060"));
}

TEST_F(Locating, without_naptr_each_transport_is_asked_for_in_our_order) {
  enable({Protocol::kTcp, Protocol::kUdp});
  names.srv["_sip._tcp.example.org"] = {{9, 0, 5060, "a.example.org"}};
  names.srv["_sip._udp.example.org"] = {{1, 0, 5060, "c.example.org"}};
  EXPECT_THAT(ways("sip:example.org"), ElementsAre("TCP 192.0.2.11:5060", "UDP 192.0.2.13:5060"));
}

TEST_F(Locating, without_services_the_domain_itself_is_the_host) {
  EXPECT_THAT(ways("sip:example.org"), ElementsAre("UDP 192.0.2.1:5060"));
  EXPECT_THAT(names.asked, ElementsAre("NAPTR example.org", "SRV _sip._udp.example.org", "A example.org"));
}

TEST_F(Locating, srvlookup_no_asks_for_addresses_alone) {
  locator.set({.services = false});
  names.srv["_sip._udp.example.org"] = {{1, 0, 5060, "a.example.org"}};
  EXPECT_THAT(ways("sip:example.org"), ElementsAre("UDP 192.0.2.1:5060"));
  EXPECT_THAT(names.asked, ElementsAre("A example.org"));
}

// --- sips ---

TEST_F(Locating, sips_goes_by_tls_and_by_nothing_else) {
  enable({Protocol::kUdp, Protocol::kTcp, Protocol::kTls});
  names.naptr["example.org"] = {{1, 1, "s", "SIP+D2T", "_sip._tcp.example.org"},
                                {2, 1, "s", "SIPS+D2T", "_sips._tcp.example.org"}};
  names.srv["_sip._tcp.example.org"] = {{1, 0, 5060, "a.example.org"}};
  names.srv["_sips._tcp.example.org"] = {{1, 0, 5061, "c.example.org"}};
  EXPECT_THAT(ways("sips:example.org"), ElementsAre("TLS 192.0.2.13:5061"));
  EXPECT_THAT(ways("sips:192.0.2.7"), ElementsAre("TLS 192.0.2.7:5061"));
  EXPECT_THAT(ways("sips:a.example.org;transport=tcp"), ElementsAre("TLS 192.0.2.11:5061"));
}

TEST_F(Locating, sips_without_tls_leads_nowhere) {
  EXPECT_EQ(error("sips:example.org"), ErrorCode::kUnavailable);
  EXPECT_EQ(error("sips:192.0.2.7"), ErrorCode::kUnavailable);
  enable({Protocol::kUdp, Protocol::kTls});
  EXPECT_EQ(error("sips:192.0.2.7;transport=udp"), ErrorCode::kUnavailable);
}

TEST_F(Locating, a_transport_that_is_off_or_unknown_is_an_error) {
  EXPECT_EQ(error("sip:example.org;transport=tcp"), ErrorCode::kUnavailable);
  EXPECT_EQ(error("sip:example.org;transport=pigeon"), ErrorCode::kUnsupported);
  EXPECT_EQ(error("tel:+1234"), ErrorCode::kUnsupported);
}

// --- RFC 3263 4.2, RFC 2782: which host ---

TEST_F(Locating, priorities_go_before_weights) {
  names.srv["_sip._udp.example.org"] = {
      {10, 1, 5060, "a.example.org"}, {20, 60000, 5062, "b.example.org"}, {30, 0, 5060, "c.example.org"}};
  for (int i = 0; i < 50; ++i)
    ASSERT_THAT(ways("sip:example.org"),
                ElementsAre("UDP 192.0.2.11:5060", "UDP 192.0.2.12:5062", "UDP 192.0.2.13:5060"));
}

TEST_F(Locating, rfc2782_weights_share_the_load) {
  names.srv["_sip._udp.example.org"] = {
      {1, 70, 5060, "a.example.org"}, {1, 30, 5060, "b.example.org"}, {1, 0, 5060, "c.example.org"}};
  auto servers = find("sip:example.org");
  ASSERT_TRUE(servers);
  std::map<std::string, int> first;
  constexpr int kRounds = 20'000;
  for (int i = 0; i < kRounds; ++i) {
    auto flows = locator.order(*servers, now);
    ASSERT_EQ(flows.size(), 3u);
    ++first[flows[0].remote.host()];
  }
  // A number of 0..100 is drawn: weight 0 has one chance in 101.
  EXPECT_NEAR(first["192.0.2.11"], kRounds * 70 / 101.0, 300);
  EXPECT_NEAR(first["192.0.2.12"], kRounds * 30 / 101.0, 300);
  EXPECT_NEAR(first["192.0.2.13"], kRounds / 101.0, 60);
}

TEST_F(Locating, equal_weights_of_nothing_are_all_tried) {
  names.srv["_sip._udp.example.org"] = {{1, 0, 5060, "a.example.org"}, {1, 0, 5060, "b.example.org"}};
  EXPECT_EQ(ways("sip:example.org").size(), 2u);
}

TEST_F(Locating, rfc2782_a_root_target_says_that_there_is_no_such_service) {
  names.srv["_sip._udp.example.org"] = {{0, 0, 0, ""}};
  EXPECT_EQ(error("sip:example.org"), ErrorCode::kNotFound);
}

TEST_F(Locating, a_target_without_an_address_is_passed_over) {
  names.srv["_sip._udp.example.org"] = {{1, 0, 5060, "gone.example.org"}, {2, 0, 5060, "a.example.org"}};
  EXPECT_THAT(ways("sip:example.org"), ElementsAre("UDP 192.0.2.11:5060"));
}

TEST_F(Locating, an_address_that_two_names_have_is_tried_once) {
  names.addresses["twin.example.org"] = {"192.0.2.11"};
  names.srv["_sip._udp.example.org"] = {{1, 0, 5060, "a.example.org"}, {2, 0, 5060, "twin.example.org"}};
  EXPECT_THAT(ways("sip:example.org"), ElementsAre("UDP 192.0.2.11:5060"));
}

TEST_F(Locating, addresses_that_no_listener_leads_to_are_left_out) {
  names.addresses["six.example.org"] = {"2001:db8::1"};
  EXPECT_EQ(error("sip:six.example.org"), ErrorCode::kUnavailable);
  EXPECT_THAT(ways("sip:b.example.org"), ElementsAre("UDP 192.0.2.12:5060"));
}

TEST_F(Locating, silence_of_the_name_servers_is_told_as_such) {
  names.silent = true;
  EXPECT_EQ(error("sip:nobody.example"), ErrorCode::kTimeout);
  EXPECT_EQ(names.asked.size(), 1u);  // each would take as long again
}

TEST_F(Locating, hosts_are_bounded_in_number) {
  auto& records = names.srv["_sip._udp.example.org"];
  for (int i = 0; i < 100; ++i) {
    std::string host = "h" + std::to_string(i);
    names.addresses[host] = {"192.0.2." + std::to_string(100 + i), "198.51.100." + std::to_string(i),
                             "203.0.113." + std::to_string(i)};
    records.push_back({1, 1, 5060, host});
  }
  auto servers = find("sip:example.org");
  ASSERT_TRUE(servers);
  EXPECT_EQ(servers->size(), kMaxServers);
  EXPECT_EQ(locator.order(*servers, now).size(), kMaxFlows);
}

// --- RFC 3263 5 ---

TEST_F(Locating, rfc3263_5_a_response_goes_by_the_transport_of_its_request) {
  enable({Protocol::kUdp, Protocol::kTcp});
  names.srv["_sip._tcp.example.org"] = {{1, 0, 5080, "a.example.org"}};
  auto via = *parse_via("SIP/2.0/TCP example.org;branch=z9hG4bK1");
  EXPECT_THAT(ways(*locate(Destination::of_response(via, Protocol::kTcp))),
              ElementsAre("TCP 192.0.2.11:5080"));
  auto with_port = *parse_via("SIP/2.0/TCP example.org:5090;branch=z9hG4bK1");
  EXPECT_THAT(ways(*locate(Destination::of_response(with_port, Protocol::kTcp))),
              ElementsAre("TCP 192.0.2.1:5090"));
}

// --- who failed ---

class Failing : public Locating {
 protected:
  Failing() {
    names.srv["_sip._udp.example.org"] = {{1, 0, 5060, "a.example.org"}, {2, 0, 5060, "c.example.org"}};
    servers = *find("sip:example.org");
  }
  static Flow flow(std::string_view host) { return {.remote = *base::SocketAddress::parse(host, 5060)}; }
  ServerSet servers;
};

TEST_F(Failing, who_failed_goes_last_for_a_while) {
  locator.note_failure(flow("192.0.2.11"), {}, now);
  EXPECT_THAT(ways(servers), ElementsAre("UDP 192.0.2.13:5060", "UDP 192.0.2.11:5060"));
  now += kFailedFor;
  EXPECT_THAT(ways(servers), ElementsAre("UDP 192.0.2.11:5060", "UDP 192.0.2.13:5060"));
}

TEST_F(Failing, when_all_failed_they_are_tried_in_their_order) {
  locator.note_failure(flow("192.0.2.13"), {}, now);
  locator.note_failure(flow("192.0.2.11"), {}, now);
  EXPECT_THAT(ways(servers), ElementsAre("UDP 192.0.2.11:5060", "UDP 192.0.2.13:5060"));
}

TEST_F(Failing, retry_after_says_for_how_long_within_bounds) {
  locator.note_failure(flow("192.0.2.11"), 10s, now);
  EXPECT_EQ(ways(servers).front(), "UDP 192.0.2.13:5060");
  now += 10s;
  EXPECT_EQ(ways(servers).front(), "UDP 192.0.2.11:5060");
  locator.note_failure(flow("192.0.2.11"), 24h, now);
  now += kMaxFailedFor;
  EXPECT_EQ(ways(servers).front(), "UDP 192.0.2.11:5060");
}

TEST_F(Failing, by_one_transport_says_nothing_of_another) {
  Flow tcp = flow("192.0.2.11");
  tcp.protocol = Protocol::kTcp;
  locator.note_failure(tcp, {}, now);
  EXPECT_EQ(ways(servers).front(), "UDP 192.0.2.11:5060");
}

TEST_F(Failing, the_memory_is_bounded) {
  locator.note_failure(flow("192.0.2.11"), {}, now);
  for (std::size_t i = 0; i < kMaxFailed; ++i) {
    Flow other = flow("198.51.100.1");
    other.remote.set_port(static_cast<std::uint16_t>(10'000 + i));
    locator.note_failure(other, {}, now);
  }
  EXPECT_EQ(ways(servers).front(), "UDP 192.0.2.11:5060");
}

TEST(ServerLocatorEnd, an_answer_after_its_end_is_dropped) {
  Names names;
  base::SeededRandom random{1};
  {
    ServerLocator locator(names, random, [](Protocol, const base::SocketAddress&) { return std::nullopt; });
    locator.locate({.host = "example.org"}, [](auto) { ADD_FAILURE(); });
  }
  names.answer_all();
}

}  // namespace
}  // namespace polyfon::sip
