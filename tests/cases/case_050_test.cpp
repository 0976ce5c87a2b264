// Case 50: REGISTER ordering (RFC 3261 10.3): what changes, changes as a whole or not at all.
#include "cases/registration.h"

namespace polyfon::sim {
namespace {

using namespace std::chrono_literals;

using testing::ElementsAre;
using Case050 = Registration;

TEST_F(Case050, the_same_call_id_with_a_cseq_that_is_not_higher_fails_as_a_whole) {
  begin();
  Registering what{.contacts = {"<sip:1001@192.0.2.31>"}, .cseq = 10};
  EXPECT_EQ(registers(desk_, what).status(), 200);
  world_.run_for(33s);  // else it would be a merged request: 482 (RFC 3261 8.2.2.2)
  what.contacts.push_back("<sip:1001@192.0.2.32>");
  EXPECT_EQ(registers(desk_, what).status(), 500);
  what.cseq = 9;
  EXPECT_EQ(registers(desk_, what).status(), 500);
  EXPECT_EQ(node_->registrar().binding_count(), 1u) << "not even the new contact";
  what.cseq = 11;
  EXPECT_EQ(registers(desk_, what).status(), 200);
  EXPECT_EQ(node_->registrar().binding_count(), 2u);
}

TEST_F(Case050, star_stands_alone_with_expires_0) {
  begin();
  registers(desk_, "<sip:1001@192.0.2.31>");
  EXPECT_EQ(registers(desk_, {.contacts = {"*"}}).status(), 400);
  EXPECT_EQ(registers(desk_, {.contacts = {"*"}, .expires = ""}).status(), 400);
  EXPECT_EQ(registers(desk_, {.contacts = {"*", "<sip:1001@192.0.2.31>"}, .expires = "0"}).status(), 400);
  EXPECT_EQ(node_->registrar().binding_count(), 1u);
  EXPECT_EQ(registers(desk_, {.contacts = {"*"}, .expires = "0"}).status(), 200);
  EXPECT_EQ(node_->registrar().binding_count(), 0u);
}

TEST_F(Case050, too_brief_is_423_with_min_expires) {
  begin();
  Received answer = registers(
      desk_, {.contacts = {"<sip:1001@192.0.2.32>;expires=600", "<sip:1001@192.0.2.31>"}, .expires = "10"});
  EXPECT_EQ(answer.status(), 423);
  EXPECT_EQ(answer.header("Min-Expires"), "60");
  EXPECT_EQ(node_->registrar().binding_count(), 0u) << "nor the contact that asked for long enough";
}

TEST_F(Case050, a_refresh_answers_with_all_bindings_and_what_is_left_of_each) {
  begin();
  registers(desk_, "<sip:1001@192.0.2.31>");
  world_.run_for(100s);
  Received ok = registers(mobile_, {.contacts = {"<sip:1001@192.0.2.32>"}, .call_id = "reg-b"});
  EXPECT_THAT(contacts_of(ok),
              ElementsAre("<sip:1001@192.0.2.32>;expires=600", "<sip:1001@192.0.2.31>;expires=499"));
  ok = registers(desk_, {.expires = ""});
  EXPECT_EQ(ok.status(), 200) << "a query";
  EXPECT_EQ(contacts_of(ok).size(), 2u);
}

TEST_F(Case050, more_phones_than_the_account_may_have_push_the_oldest_out) {
  begin([](config::Snapshot& snapshot) {
    auto two = std::make_shared<config::Endpoint>(*snapshot.endpoint_by_name.at("1001"));
    two->max_contacts = 2;
    snapshot.endpoint_by_name["1001"] = two;
  });
  for (int i = 1; i <= 3; ++i)
    registers(desk_,
              {.contacts = {fmt::format("<sip:1001@192.0.2.3{}>", i)}, .call_id = fmt::format("reg-{}", i)});
  EXPECT_EQ(contacts_of(registers(desk_, {.expires = ""})).size(), 2u);
  EXPECT_EQ(node_->registrar().contacts("1001").back().uri, "sip:1001@192.0.2.32");
}

TEST_F(Case050, those_with_a_lower_q_ring_when_the_others_have_declined_or_rung_long_enough) {
  begin();
  registers(desk_, "<sip:1001@192.0.2.31>;q=0.9");
  registers(mobile_, {.contacts = {"<sip:1001@192.0.2.32>;q=0.1"}, .call_id = "reg-b"});
  call();
  EXPECT_EQ(desk_.count("INVITE"), 1u);
  EXPECT_EQ(mobile_.count("INVITE"), 0u);
  answers(desk_, "180 Ringing");
  world_.run_for(19s);
  EXPECT_EQ(mobile_.count("INVITE"), 0u);
  world_.run_for(2s);
  EXPECT_GE(desk_.count("CANCEL"), 1u);
  EXPECT_GE(mobile_.count("INVITE"), 1u);
  answers(desk_, "487 Request Terminated");
  answers(mobile_, "486 Busy Here");
  EXPECT_EQ(caller_.received().back().status(), 486);
}

TEST_F(Case050, a_refusal_gives_the_next_their_turn_at_once) {
  begin();
  registers(desk_, "<sip:1001@192.0.2.31>;q=0.9");
  registers(mobile_, {.contacts = {"<sip:1001@192.0.2.32>;q=0.1"}, .call_id = "reg-b"});
  call();
  answers(desk_, "486 Busy Here");
  EXPECT_EQ(mobile_.count("INVITE"), 1u);
  mobile_.send_bytes(
      kHouse, response_to(mobile_.last("INVITE"), "200 OK", "m",
                          "Contact: <sip:1001@192.0.2.32>\r\nContent-Type: application/sdp\r\n", kAnswer));
  world_.run_for(20ms);
  EXPECT_EQ(caller_.count(200), 1u);
}

TEST_F(Case050, who_declines_everywhere_is_not_called_elsewhere) {
  begin();
  registers(desk_, "<sip:1001@192.0.2.31>;q=0.9");
  registers(mobile_, {.contacts = {"<sip:1001@192.0.2.32>;q=0.1"}, .call_id = "reg-b"});
  call();
  answers(desk_, "603 Decline");
  EXPECT_EQ(mobile_.count("INVITE"), 0u);
  EXPECT_EQ(caller_.received().back().status(), 403);
}

TEST_F(Case050, all_ring_at_once_where_polyfon_conf_says_so) {
  begin([](config::Snapshot& snapshot) { snapshot.polyfon.forking = config::Forking::kAll; });
  registers(desk_, "<sip:1001@192.0.2.31>;q=0.9");
  registers(mobile_, {.contacts = {"<sip:1001@192.0.2.32>;q=0.1"}, .call_id = "reg-b"});
  call();
  EXPECT_EQ(desk_.count("INVITE"), 1u);
  EXPECT_EQ(mobile_.count("INVITE"), 1u);
}

}  // namespace
}  // namespace polyfon::sim
