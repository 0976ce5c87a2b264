// Requests of ours that go on to the next server, and peers whose Contact or route is a host name: RFC
// 3263 4.
#include "sip/transaction/locator.h"
#include "unit/sip_dialog/raw.h"

namespace polyfon::sip {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class Servers final : public Locator {
 public:
  void locate(Destination destination, Answer answer) override {
    asked.push_back(destination.host);
    waiting.push_back(std::move(answer));
  }
  std::vector<Flow> order(const ServerSet& servers, base::Instant) override {
    return servers.empty() ? std::vector<Flow>() : servers.front().flows;
  }
  void note_failure(const Flow& flow, std::optional<base::Duration> retry_after, base::Instant) override {
    failed.push_back(flow.remote.to_string());
    if (retry_after) asked_to_wait.push_back(*retry_after);
  }
  void answer(std::initializer_list<std::string_view> addresses) {
    Server server;
    for (auto text : addresses) server.flows.push_back({.remote = address(text)});
    auto first = std::move(waiting.front());
    waiting.erase(waiting.begin());
    first(ServerSet{std::move(server)});
  }
  void fail() {
    auto first = std::move(waiting.front());
    waiting.erase(waiting.begin());
    first(base::fail(base::ErrorCode::kNotFound, "no such name"));
  }

  std::vector<std::string> asked, failed;
  std::vector<base::Duration> asked_to_wait;
  std::vector<Answer> waiting;
};

// `peer` is the first server, `second` the next.
class Failover : public Raw {
 protected:
  Failover() { phone.user_agent.set_locator(servers); }
  Packet call_servers(std::size_t more = 1) {
    return call_peer(kOffer, [more](InviteOptions& options) {
      options.request_uri = "sip:bob@provider.example";
      options.to = "<sip:bob@provider.example>";
      options.flow.remote = address("10.0.0.9:5060");
      for (std::size_t i = 0; i < more; ++i)
        options.alternatives.push_back({.remote = address(i == 0 ? "10.0.0.8:5060" : "10.0.0.7:5060")});
    });
  }
  void answer_from(RawPeer& server, const Packet& request, int status, std::string_view headers = "",
                   std::string_view body = "") {
    std::string text = "SIP/2.0 " + std::to_string(status) + " Whatever\n";
    std::string to = request.header("To");
    if (to.find(";tag=") == std::string::npos) to += ";tag=b";
    text += "Via: " + request.header("Via") + "\nFrom: " + request.header("From") + "\nTo: " + to + "\n";
    text += "Call-ID: " + request.header("Call-ID") + "\nCSeq: " + request.header("CSeq") + "\n";
    text += headers;
    if (!body.empty()) text += "Content-Type: application/sdp\n";
    text += "Content-Length: " + std::to_string(body.size()) + "\n\n" + std::string(body);
    server.send(kUs, text);
  }

  Servers servers;
  RawPeer second{network, "10.0.0.8:5060"};
};

TEST_F(Failover, rfc3263_4_3_503_sends_the_same_request_to_the_next_server_by_another_branch) {
  Packet first = call_servers();
  respond(first, 503, "x");
  const Packet* next = second.last("INVITE");
  ASSERT_TRUE(next);
  EXPECT_NE(next->header("Via"), first.header("Via"));
  for (const char* same : {"CSeq", "Call-ID", "From", "To"})
    EXPECT_EQ(next->header(same), first.header(same));
  EXPECT_EQ(next->first_line(), first.first_line());
  EXPECT_EQ(next->body(), kOffer);
  EXPECT_THAT(phone.events, IsEmpty());
  EXPECT_THAT(servers.failed, ElementsAre("10.0.0.9:5060"));
  EXPECT_EQ(phone.user_agent.counters().failovers.value(), 1u);
}

TEST_F(Failover, the_ack_of_the_503_goes_where_it_came_from) {
  respond(call_servers(), 503, "x");
  EXPECT_TRUE(peer.last("ACK"));
  EXPECT_FALSE(second.last("ACK"));
}

TEST_F(Failover, a_server_that_is_silent_for_timer_b_is_left) {
  call_servers();
  network.run(31s);
  EXPECT_FALSE(second.last("INVITE"));
  network.run(2s);
  EXPECT_TRUE(second.last("INVITE"));
  EXPECT_THAT(phone.events, IsEmpty());
}

TEST_F(Failover, a_server_that_cannot_be_sent_to_is_left_at_once) {
  network.refuse = true;
  phone.call("10.0.0.9:5060", kOffer,
             [](InviteOptions& options) { options.alternatives = {{.remote = address("10.0.0.8:5060")}}; });
  network.refuse = false;
  network.run(5ms);
  EXPECT_TRUE(second.last("INVITE"));
}

TEST_F(Failover, other_refusals_are_answers) {
  respond(call_servers(), 486, "x");
  EXPECT_FALSE(second.last("INVITE"));
  EXPECT_THAT(phone.events, ElementsAre("rejected 486", "ended by peer"));
}

TEST_F(Failover, the_last_refusal_is_told) {
  respond(call_servers(), 503, "x");
  answer_from(second, *second.last("INVITE"), 503);
  EXPECT_THAT(phone.events, ElementsAre("rejected 503", "ended by peer"));
}

TEST_F(Failover, all_are_tried_in_turn) {
  RawPeer third(network, "10.0.0.7:5060");
  respond(call_servers(2), 503, "x");
  answer_from(second, *second.last("INVITE"), 503);
  EXPECT_TRUE(third.last("INVITE"));
  EXPECT_THAT(servers.failed, ElementsAre("10.0.0.9:5060", "10.0.0.8:5060"));
}

TEST_F(Failover, a_cancel_goes_where_the_invite_went) {
  respond(call_servers(), 503, "x");
  answer_from(second, *second.last("INVITE"), 180);
  phone.user_agent.hangup(phone.session);
  network.settle();
  ASSERT_TRUE(second.last("CANCEL"));
  EXPECT_EQ(second.last("CANCEL")->header("Via"), second.last("INVITE")->header("Via"));
  EXPECT_FALSE(peer.last("CANCEL"));
}

TEST_F(Failover, a_call_that_was_given_up_goes_nowhere) {
  Packet first = call_servers();
  phone.user_agent.hangup(phone.session);
  respond(first, 503, "x");
  EXPECT_FALSE(second.last("INVITE"));
  network.run(200s);
  EXPECT_TRUE(phone.idle());
}

TEST_F(Failover, a_challenge_of_the_second_server_is_answered) {
  Packet first = call_peer(kOffer, [](InviteOptions& options) {
    options.credentials = Credentials{"alice", "secret", {}};
    options.alternatives = {{.remote = address("10.0.0.8:5060")}};
  });
  const std::string challenge = "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\", algorithm=MD5\n";
  respond(first, 401, "x", challenge);
  respond(*peer.last("INVITE"), 503, "x");
  answer_from(second, *second.last("INVITE"), 401, "WWW-Authenticate: Digest realm=\"x\", nonce=\"m\"\n");
  EXPECT_NE(second.last("INVITE")->header("Authorization").find("nonce=\"m\""), std::string::npos);
  EXPECT_THAT(phone.events, IsEmpty());
}

TEST_F(Failover, the_dialog_stays_with_the_server_that_worked) {
  respond(call_servers(), 503, "x");
  answer_from(second, *second.last("INVITE"), 200, "Contact: <sip:bob@10.0.0.8>\n", kAnswer);
  EXPECT_TRUE(second.last("ACK"));
  phone.user_agent.hangup(phone.session);
  network.settle();
  EXPECT_TRUE(second.last("BYE"));
  EXPECT_FALSE(peer.last("BYE"));
}

TEST_F(Failover, retry_after_is_remembered_with_the_server) {
  respond(call_servers(), 503, "x", "Retry-After: 120 (maintenance);duration=5\n");
  EXPECT_THAT(servers.asked_to_wait, ElementsAre(120s));
}

TEST_F(Failover, a_request_outside_a_dialog_goes_on_too) {
  std::vector<int> answers;
  RequestOptions options;
  options.flow.remote = address("10.0.0.9:5060");
  options.alternatives = {{.remote = address("10.0.0.8:5060")}};
  options.request_uri = options.to = "sip:provider.example";
  options.from = "<sip:us@us.example>";
  phone.user_agent.request(options, network.now,
                           [&](int status, const Message*) { answers.push_back(status); });
  network.settle();
  respond(*peer.last("OPTIONS"), 503, "x");
  ASSERT_TRUE(second.last("OPTIONS"));
  EXPECT_EQ(second.last("OPTIONS")->header("CSeq"), peer.last("OPTIONS")->header("CSeq"));
  EXPECT_THAT(answers, IsEmpty());
  answer_from(second, *second.last("OPTIONS"), 200);
  EXPECT_THAT(answers, ElementsAre(200));
}

TEST_F(Failover, silence_of_all_servers_is_a_timeout) {
  std::vector<int> answers;
  RequestOptions options;
  options.flow.remote = address("10.0.0.9:5060");
  options.alternatives = {{.remote = address("10.0.0.8:5060")}};
  options.request_uri = options.to = "sip:provider.example";
  options.from = "<sip:us@us.example>";
  phone.user_agent.request(options, network.now,
                           [&](int status, const Message*) { answers.push_back(status); });
  network.run(63s);
  EXPECT_THAT(answers, IsEmpty());
  network.run(2s);
  EXPECT_THAT(answers, ElementsAre(408));
}

// --- names in the dialog ---

class NamedPeer : public Failover {
 protected:
  // We call; the 200 has that Contact.
  void answered_with(std::string_view contact, std::string_view more = "") {
    Packet invite = call_peer();
    respond(invite, 200, "b", "Contact: <" + std::string(contact) + ">\n" + std::string(more), kAnswer);
  }
  void hang_up() {
    phone.user_agent.hangup(phone.session);
    network.settle();
  }
};

TEST_F(NamedPeer, requests_wait_until_the_host_is_located_and_go_there) {
  answered_with("sip:bob@node.example");
  EXPECT_THAT(servers.asked, ElementsAre("node.example"));
  EXPECT_FALSE(peer.last("ACK"));
  phone.user_agent.info(phone.session, "application/dtmf-relay", "Signal=1");
  servers.answer({"10.0.0.8:5060"});
  network.settle();
  ASSERT_EQ(second.received.size(), 2u);
  EXPECT_TRUE(second.received[0].is_request("ACK"));
  EXPECT_TRUE(second.received[1].is_request("INFO"));
  EXPECT_EQ(servers.asked.size(), 1u);
}

TEST_F(NamedPeer, a_route_is_located_and_not_the_contact_behind_it) {
  answered_with("sip:bob@node.example", "Record-Route: <sip:proxy.example;lr>\n");
  EXPECT_THAT(servers.asked, ElementsAre("proxy.example"));
}

TEST_F(NamedPeer, the_server_that_worked_is_preferred) {
  answered_with("sip:bob@node.example");
  servers.answer({"10.0.0.8:5060", "10.0.0.9:5060"});
  network.settle();
  EXPECT_TRUE(peer.last("ACK"));
  EXPECT_FALSE(second.last("ACK"));
}

TEST_F(NamedPeer, a_host_that_nobody_knows_is_where_it_came_from) {
  answered_with("sip:bob@node.example");
  servers.fail();
  network.settle();
  EXPECT_TRUE(peer.last("ACK"));
  hang_up();
  EXPECT_TRUE(peer.last("BYE"));
  EXPECT_EQ(servers.asked.size(), 1u);
}

TEST_F(NamedPeer, names_that_cannot_be_found_are_not_asked_for) {
  answered_with("sip:bob@df7jal23ls0d.INVALID");
  EXPECT_THAT(servers.asked, IsEmpty());
  EXPECT_TRUE(peer.last("ACK"));
}

TEST_F(NamedPeer, a_stranger_does_not_have_us_send_to_ourselves) {
  answered_with("sip:bob@node.example");
  servers.answer({"127.0.0.1:5060", "224.0.1.75:5060"});
  network.settle();
  EXPECT_TRUE(peer.last("ACK"));
  EXPECT_EQ(network.last("ACK")->to, address("10.0.0.9:5060"));
}

TEST_F(NamedPeer, a_bye_goes_on_to_the_next_server) {
  answered_with("sip:bob@node.example");
  servers.answer({"10.0.0.9:5060", "10.0.0.8:5060"});
  hang_up();
  ASSERT_TRUE(peer.last("BYE"));
  respond(*peer.last("BYE"), 503, "b");
  ASSERT_TRUE(second.last("BYE"));
  EXPECT_NE(second.last("BYE")->header("CSeq"), peer.last("BYE")->header("CSeq"));
  answer_from(second, *second.last("BYE"), 200);
  network.run(200s);
  EXPECT_TRUE(phone.idle());
}

TEST_F(NamedPeer, an_offer_goes_on_to_the_next_server_when_the_first_is_silent) {
  answered_with("sip:bob@node.example");
  servers.answer({"10.0.0.9:5060", "10.0.0.8:5060"});
  network.settle();
  ASSERT_TRUE(phone.user_agent.offer(phone.session, "v=0 hold"));
  network.run(33s);
  const Packet* again = second.last("INVITE");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->body(), "v=0 hold");
  answer_from(second, *again, 200, "Contact: <sip:bob@node.example>\n", "v=0 held");
  EXPECT_EQ(phone.events.back(), "offer answered: v=0 held");
  EXPECT_TRUE(second.last("ACK"));
}

TEST_F(NamedPeer, a_target_that_moves_is_located_anew) {
  establish_from_peer();
  send({.method = "UPDATE",
        .branch = "z9hG4bKu",
        .to_tag = tag,
        .cseq = 2,
        .contact = "<sip:carol@moved.example>"});
  hang_up();
  EXPECT_THAT(servers.asked, ElementsAre("moved.example"));
  servers.answer({"10.0.0.8:5060"});
  network.settle();
  EXPECT_TRUE(second.last("BYE"));
}

TEST_F(NamedPeer, a_call_that_ends_meanwhile_sends_nothing_more) {
  answered_with("sip:bob@node.example");
  Packet invite = *peer.last("INVITE");
  auto own_tag = tag_of(invite.header("From"));
  send({.method = "BYE",
        .branch = "z9hG4bKb",
        .to_tag = own_tag,
        .call_id = invite.header("Call-ID"),
        .from_tag = "b"});
  peer.received.clear();
  servers.answer({"10.0.0.8:5060"});
  network.run(200s);
  EXPECT_THAT(second.received, IsEmpty());
  EXPECT_TRUE(phone.idle());
}

TEST_F(NamedPeer, answers_after_the_end_of_the_user_agent_are_dropped) {
  auto short_lived = std::make_unique<Phone>(network, "10.0.0.3:5060", 9);
  short_lived->user_agent.set_locator(servers);
  short_lived->call("10.0.0.9:5060");
  network.settle();
  std::string text = "SIP/2.0 200 OK\n";
  const Packet& invite = *peer.last("INVITE");
  for (const char* name : {"Via", "From", "Call-ID", "CSeq"})
    text += std::string(name) + ": " + invite.header(name) + "\n";
  text += "To: " + invite.header("To") + ";tag=b\nContact: <sip:bob@node.example>\n";
  text += "Content-Type: application/sdp\nContent-Length: 3\n\nv=0";
  peer.send("10.0.0.3:5060", text);
  ASSERT_EQ(servers.waiting.size(), 1u);
  network.attach(address("10.0.0.3:5060"), [](const Packet&, base::Instant) {});
  short_lived.reset();
  servers.answer({"10.0.0.8:5060"});
}

}  // namespace
}  // namespace polyfon::sip
