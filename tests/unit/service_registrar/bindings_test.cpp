// RFC 3261 10.3: what a REGISTER does to the bindings of its account.
#include "unit/service_registrar/office.h"

namespace polyfon::registrar {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class Bindings : public Office {
 protected:
  static std::string desk(const std::string& parameters = "") {
    return "<sip:1001@192.0.2.10:5062>" + parameters;
  }
  static std::string soft(const std::string& parameters = "") { return "<sip:1001@192.0.2.20>" + parameters; }
};

TEST_F(Bindings, several_contacts_in_one_request) {
  Sent answer = send_with_digest({.contacts = {desk(";expires=100"), soft()}});
  EXPECT_THAT(answer.contacts(),
              ElementsAre("<sip:1001@192.0.2.20>;expires=300", "<sip:1001@192.0.2.10:5062>;expires=100"));
  EXPECT_EQ(registrar->binding_count(), 2u);
}

TEST_F(Bindings, several_contacts_in_one_line) {
  send_with_digest({.contacts = {desk() + ", " + soft()}});
  EXPECT_EQ(registrar->binding_count(), 2u);
}

TEST_F(Bindings, each_contact_of_one_request_is_reached_at_its_own_address) {
  send_with_digest({.contacts = {desk(), soft()}});
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@192.0.2.20 via 192.0.2.20:5060",
                                     "sip:1001@192.0.2.10:5062 via 192.0.2.10:5062"));
}

TEST_F(Bindings, several_phones_over_time_the_newest_first) {
  send_with_digest({.contacts = {desk()}});
  Sent answer = send_with_digest({.contacts = {soft()}, .from = "192.0.2.20:5060", .call_id = "call-b"});
  EXPECT_EQ(answer.contacts().size(), 2u);
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@192.0.2.20 via 192.0.2.20:5060",
                                     "sip:1001@192.0.2.10:5062 via 192.0.2.10:5062"));
}

TEST_F(Bindings, a_refresh_moves_to_the_front_and_lasts_longer) {
  send_with_digest({.contacts = {desk()}});
  send_with_digest({.contacts = {soft()}, .call_id = "call-b"});
  advance(100s);
  Sent answer = send_with_digest({.contacts = {desk()}});
  EXPECT_THAT(answer.contacts(),
              ElementsAre("<sip:1001@192.0.2.10:5062>;expires=300", "<sip:1001@192.0.2.20>;expires=200"));
  EXPECT_EQ(registrar->counters().refreshed.value(), 1u);
  EXPECT_EQ(registrar->binding_count(), 2u);
}

TEST_F(Bindings, rfc3261_10_3_contacts_are_compared_as_uris) {
  send_with_digest({.contacts = {"<sip:1001@Phone.Example;transport=udp>"}});
  send_with_digest({.contacts = {"<sip:1001@phone.example;Transport=UDP>"}});
  EXPECT_EQ(registrar->binding_count(), 1u);
  EXPECT_EQ(registrar->bindings("1001")[0].contact_uri, "sip:1001@phone.example;Transport=UDP");
  EXPECT_EQ(store.bindings.size(), 1u) << "the store knows the new writing alone";
}

TEST_F(Bindings, accounts_do_not_mix) {
  send_with_digest({});
  send_with_digest({.user = "1002", .contacts = {"<sip:1002@192.0.2.30>"}, .from = "192.0.2.30"});
  EXPECT_EQ(registrar->bindings("1001").size(), 1u);
  EXPECT_EQ(registrar->bindings("1002").size(), 1u);
  EXPECT_THAT(dialled("1003"), IsEmpty());
}

TEST_F(Bindings, a_query_shows_them_and_changes_nothing) {
  send_with_digest({.contacts = {desk(), soft()}});
  advance(10s);
  Sent answer = send_with_digest({.contacts = {}});
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.contacts().size(), 2u);
  EXPECT_EQ(answer.contacts()[0], "<sip:1001@192.0.2.20>;expires=290");
  EXPECT_EQ(registrar->counters().queried.value(), 1u);
  Sent nobody = send_with_digest({.user = "1002", .contacts = {}});
  EXPECT_EQ(nobody.status(), 200);
  EXPECT_THAT(nobody.contacts(), IsEmpty());
}

TEST_F(Bindings, expires_0_removes_that_contact) {
  send_with_digest({.contacts = {desk(), soft()}});
  Sent answer = send_with_digest({.contacts = {desk(";expires=0")}});
  EXPECT_THAT(answer.contacts(), ElementsAre("<sip:1001@192.0.2.20>;expires=300"));
  EXPECT_EQ(registrar->counters().unregistered.value(), 1u);
  send_with_digest({.contacts = {soft()}, .expires = "0"});
  EXPECT_EQ(registrar->binding_count(), 0u);
  EXPECT_TRUE(store.bindings.empty());
}

TEST_F(Bindings, expires_0_for_a_contact_that_is_not_there_is_no_error) {
  EXPECT_EQ(send_with_digest({.expires = "0"}).status(), 200);
  EXPECT_EQ(registrar->counters().unregistered.value(), 0u);
}

TEST_F(Bindings, one_request_adds_and_removes) {
  send_with_digest({.contacts = {desk()}});
  Sent answer = send_with_digest({.contacts = {desk(";expires=0"), soft()}});
  EXPECT_THAT(answer.contacts(), ElementsAre("<sip:1001@192.0.2.20>;expires=300"));
}

TEST_F(Bindings, star_with_expires_0_removes_all) {
  send_with_digest({.contacts = {desk(), soft()}});
  Sent answer = send_with_digest({.contacts = {"*"}, .expires = "0"});
  EXPECT_EQ(answer.status(), 200);
  EXPECT_THAT(answer.contacts(), IsEmpty());
  EXPECT_EQ(registrar->binding_count(), 0u);
  EXPECT_TRUE(store.bindings.empty());
  EXPECT_EQ(registrar->counters().unregistered.value(), 2u);
}

TEST_F(Bindings, rfc3261_10_3_6_star_otherwise_is_refused) {
  send_with_digest({});
  EXPECT_EQ(send({.contacts = {"*"}, .expires = "300"}).status(), 400);
  EXPECT_EQ(send({.contacts = {"*"}, .expires = ""}).status(), 400);
  EXPECT_EQ(send({.contacts = {"*"}, .expires = "soon"}).status(), 400);
  EXPECT_EQ(send({.contacts = {"*", desk()}, .expires = "0"}).status(), 400);
  EXPECT_EQ(send({.contacts = {desk(), "*"}, .expires = "0"}).status(), 400);
  EXPECT_EQ(registrar->binding_count(), 1u);
}

TEST_F(Bindings, too_brief_is_refused_with_min_expires) {
  Sent answer = send({.expires = "59"});
  EXPECT_EQ(answer.status(), 423);
  EXPECT_EQ(answer.header("Min-Expires"), "60");
  EXPECT_EQ(send({.contacts = {desk(";expires=30")}, .expires = "3600"}).status(), 423);
  EXPECT_EQ(registrar->counters().rejected_interval.value(), 2u);
  EXPECT_EQ(send_with_digest({.expires = "60"}).status(), 200);
}

TEST_F(Bindings, too_brief_for_one_contact_refuses_all) {
  EXPECT_EQ(send({.contacts = {desk(), soft(";expires=1")}}).status(), 423);
  EXPECT_EQ(registrar->binding_count(), 0u);
}

TEST_F(Bindings, too_long_is_cut_to_the_longest) {
  EXPECT_THAT(send_with_digest({.expires = "7200"}).contacts(), ElementsAre(desk(";expires=3600")));
  EXPECT_THAT(send_with_digest({.expires = "99999999999999"}).contacts(), ElementsAre(desk(";expires=3600")));
}

TEST_F(Bindings, without_expires_the_default_holds) {
  EXPECT_THAT(send_with_digest({.expires = ""}).contacts(), ElementsAre(desk(";expires=120")));
  EXPECT_THAT(send_with_digest({.expires = "soon"}).contacts(), ElementsAre(desk(";expires=120")));
}

TEST_F(Bindings, rfc3261_10_2_1_1_the_parameter_goes_before_the_header) {
  EXPECT_THAT(send_with_digest({.contacts = {desk(";expires=200")}, .expires = "300"}).contacts(),
              ElementsAre(desk(";expires=200")));
}

TEST_F(Bindings, rfc3261_10_3_7_a_cseq_that_is_not_higher_fails_as_a_whole) {
  // Later than the transaction of the first: until then it is a merged request (8.2.2.2).
  auto later = [&](const Register& what) { return advance(33s), send_with_digest(what); };
  send_with_digest({.contacts = {desk()}, .cseq = 10});
  EXPECT_EQ(later({.contacts = {soft(), desk()}, .cseq = 10}).status(), 500);
  EXPECT_EQ(later({.contacts = {desk(";expires=0")}, .cseq = 9}).status(), 500);
  EXPECT_EQ(later({.contacts = {"*"}, .cseq = 10, .expires = "0"}).status(), 500);
  EXPECT_EQ(registrar->counters().rejected_order.value(), 3u);
  EXPECT_EQ(registrar->binding_count(), 1u);
  EXPECT_EQ(send_with_digest({.contacts = {desk()}, .cseq = 11}).status(), 200);
}

TEST_F(Bindings, another_call_id_begins_its_own_order) {
  send_with_digest({.contacts = {desk()}, .cseq = 1000});
  EXPECT_EQ(send_with_digest({.contacts = {desk()}, .call_id = "after-a-restart", .cseq = 1}).status(), 200);
  advance(33s);
  EXPECT_EQ(send_with_digest({.contacts = {desk()}, .call_id = "after-a-restart", .cseq = 1}).status(), 500);
}

TEST_F(Bindings, the_phone_that_registered_longest_ago_makes_room) {
  auto endpoint = phone("1001");
  endpoint->max_contacts = 3;
  configure(endpoint);
  for (int i = 1; i <= 4; ++i)
    send_with_digest({.contacts = {fmt::format("<sip:1001@192.0.2.{}>", i)}, .call_id = std::to_string(i)});
  EXPECT_THAT(dialled(),
              ElementsAre("sip:1001@192.0.2.4 via 192.0.2.4:5060", "sip:1001@192.0.2.3 via 192.0.2.3:5060",
                          "sip:1001@192.0.2.2 via 192.0.2.2:5060"));
  EXPECT_EQ(registrar->counters().rejected_limit.value(), 1u);
  EXPECT_EQ(store.bindings.size(), 3u);
}

TEST_F(Bindings, a_refresh_never_pushes_another_out) {
  auto endpoint = phone("1001");
  endpoint->max_contacts = 2;
  configure(endpoint);
  send_with_digest({.contacts = {desk(), soft()}});
  for (int i = 0; i < 5; ++i)
    send_with_digest({.contacts = {desk()}}), send_with_digest({.contacts = {soft()}});
  EXPECT_EQ(registrar->binding_count(), 2u);
  EXPECT_EQ(registrar->counters().rejected_limit.value(), 0u);
}

TEST_F(Bindings, what_is_not_refreshed_expires) {
  send_with_digest({.contacts = {desk(";expires=100"), soft(";expires=200")}});
  advance(99s);
  EXPECT_EQ(registrar->binding_count(), 2u);
  advance(3s);
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@192.0.2.20 via 192.0.2.20:5060"));
  EXPECT_EQ(store.bindings.size(), 1u);
  advance(100s);
  EXPECT_EQ(registrar->binding_count(), 0u);
  EXPECT_EQ(registrar->counters().expired.value(), 2u);
  EXPECT_TRUE(store.bindings.empty());
}

TEST_F(Bindings, contacts_that_no_phone_has_are_refused) {
  EXPECT_EQ(send({.contacts = {"<tel:+74951234567>"}}).status(), 400);
  EXPECT_EQ(send({.contacts = {"<mailto:anna@example.com>"}}).status(), 400);
  EXPECT_EQ(send({.contacts = {"<sip:>"}}).status(), 400);
  std::vector<std::string> many(sip::kMaxContacts + 1);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = fmt::format("<sip:1001@192.0.2.{}>", i);
  EXPECT_EQ(send({.contacts = many}).status(), 400);
  EXPECT_EQ(send({.call_id = std::string(257, 'c')}).status(), 400);
  EXPECT_EQ(registrar->binding_count(), 0u);
}

TEST_F(Bindings, a_reload_keeps_those_of_accounts_that_stay) {
  send_with_digest({});
  send_with_digest({.user = "1002", .contacts = {"<sip:1002@192.0.2.30>"}});
  auto fresh = std::make_shared<config::Snapshot>(*snapshot);
  fresh->endpoint_by_name.erase("1002");
  use(fresh);
  EXPECT_EQ(registrar->bindings("1001").size(), 1u);
  EXPECT_EQ(registrar->bindings("1002").size(), 0u);
  EXPECT_EQ(store.bindings.size(), 1u);
}

TEST_F(Bindings, the_console_sees_what_is_known_of_a_phone) {
  send_with_digest({});
  advance(20s);
  auto views = registrar->bindings("1001");
  ASSERT_EQ(views.size(), 1u);
  EXPECT_EQ(views[0].contact_uri, "sip:1001@192.0.2.10:5062");
  EXPECT_EQ(views[0].user_agent, "Desk Phone 3.1");
  EXPECT_EQ(views[0].expires_in, 280);
  EXPECT_EQ(views[0].status, BindingView::Status::kUnmonitored);
}

}  // namespace
}  // namespace polyfon::registrar
