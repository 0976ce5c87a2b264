// Several flows to one phone (RFC 5626), phones that come back with another address, preferences.
#include <map>

#include "unit/service_registrar/office.h"

namespace polyfon::registrar {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kInstance = "urn:uuid:00000000-0000-1000-8000-000A95A0E128";

class Outbound : public Office {
 protected:
  // One flow of a phone.
  static Register flow(int reg_id, std::string from = "203.0.113.9:41000") {
    return {
        .contacts = {fmt::format("<sip:1001@10.0.0.5>;+sip.instance=\"<{}>\";reg-id={}", kInstance, reg_id)},
        .from = std::move(from),
        .call_id = "call-" + std::to_string(reg_id),
        .extra = "Supported: path, outbound\r\n"};
  }
  // The same, through an edge proxy.
  static Register behind(const std::string& path, Register what = flow(1)) {
    what.from = "198.51.100.1:5060";
    what.via = "198.51.100.1:5060;branch=z9hG4bKedge, SIP/2.0/UDP 10.0.0.5";
    what.extra += path;
    return what;
  }
};

TEST_F(Outbound, rfc5626_6_a_direct_flow_is_bound_and_said_so) {
  Sent answer = send_with_digest(flow(1));
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.header("Require"), "outbound");
  EXPECT_EQ(answer.header("Flow-Timer"), "30");
  EXPECT_THAT(answer.contacts(),
              ElementsAre("<sip:1001@10.0.0.5>;expires=300;+sip.instance=\"<" + kInstance + ">\";reg-id=1"));
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@10.0.0.5 via 203.0.113.9:41000"));
}

TEST_F(Outbound, rfc5626_6_requests_go_back_on_the_flow_whatever_the_contact_says) {
  auto endpoint = phone("1001");
  endpoint->nat = {.force_rport = false, .auto_force_rport = false};
  configure(endpoint);
  send_with_digest(flow(1));
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@10.0.0.5 via 203.0.113.9:41000"));
}

TEST_F(Outbound, rfc5626_6_a_new_flow_takes_the_place_of_the_same_reg_id) {
  send_with_digest(flow(1));
  Register again = flow(1, "203.0.113.9:52000");
  again.call_id = "after-a-reboot";
  again.contacts = {"<sip:1001@10.0.0.77>;+sip.instance=\"<" + kInstance + ">\";reg-id=1"};
  EXPECT_EQ(send_with_digest(again).contacts().size(), 1u);
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@10.0.0.77 via 203.0.113.9:52000"));
  EXPECT_EQ(store.bindings.size(), 1u);
}

TEST_F(Outbound, flows_of_one_contact_stand_side_by_side) {
  send_with_digest(flow(1));
  EXPECT_EQ(send_with_digest(flow(2, "203.0.113.9:42000")).contacts().size(), 2u);
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@10.0.0.5 via 203.0.113.9:42000",
                                     "sip:1001@10.0.0.5 via 203.0.113.9:41000"));
  for (const auto& contact : registrar->contacts("1001")) EXPECT_EQ(contact.instance, kInstance);
  EXPECT_EQ(store.bindings.size(), 2u);
  Register gone = flow(2, "203.0.113.9:42000");
  gone.expires = "0";
  send_with_digest(gone);
  EXPECT_THAT(dialled(), ElementsAre("sip:1001@10.0.0.5 via 203.0.113.9:41000"));
  EXPECT_EQ(store.bindings.size(), 1u);
}

TEST_F(Outbound, flows_survive_a_restart) {
  send_with_digest(flow(1));
  send_with_digest(flow(2, "203.0.113.9:42000"));
  start();
  registrar->restore(store.all());
  EXPECT_EQ(registrar->binding_count(), 2u);
  send_with_digest(flow(1, "203.0.113.9:43000"));
  EXPECT_EQ(registrar->binding_count(), 2u) << "the flow is known by its number";
}

TEST_F(Outbound, without_support_the_flow_is_kept_and_not_said) {
  Register what = flow(1);
  what.extra.clear();
  Sent answer = send_with_digest(what);
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.header("Require"), "");
  send_with_digest(flow(2));
  EXPECT_EQ(registrar->binding_count(), 2u);
}

TEST_F(Outbound, rfc5626_6_a_reg_id_without_instance_is_nothing) {
  Register what = flow(1);
  what.contacts = {"<sip:1001@10.0.0.5>;reg-id=1"};
  Sent answer = send_with_digest(what);
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.header("Require"), "");
  EXPECT_THAT(answer.contacts(), ElementsAre("<sip:1001@10.0.0.5>;expires=300"));
}

TEST_F(Outbound, reg_ids_that_are_none_are_nothing) {
  for (const char* bad : {"0", "-1", "x", "2147483648", ""}) {
    Register what = flow(1);
    what.contacts = {fmt::format("<sip:1001@10.0.0.5>;+sip.instance=\"<{}>\";reg-id={}", kInstance, bad)};
    EXPECT_THAT(send_with_digest(what).header("Contact"), testing::Not(HasSubstr("reg-id"))) << bad;
  }
}

TEST_F(Outbound, rfc5626_6_two_contacts_in_one_flow_are_refused_as_a_whole) {
  Register what = flow(1);
  what.contacts.push_back("<sip:1001@10.0.0.6>");
  EXPECT_EQ(send(what).status(), 400);
  what.contacts[1] += ";expires=0";
  EXPECT_EQ(send_with_digest(what).status(), 200);
}

TEST_F(Outbound, rfc5626_6_an_edge_that_keeps_no_flows_is_439) {
  EXPECT_EQ(send(behind("")).status(), 439);
  Sent answer = send(behind("Path: <sip:198.51.100.1;lr>\r\n"));
  EXPECT_EQ(answer.status(), 439);
  EXPECT_EQ(answer.first_line(), "SIP/2.0 439 First Hop Lacks Outbound Support");
}

TEST_F(Outbound, rfc5626_6_an_edge_that_keeps_no_flows_is_fine_for_who_does_not_ask) {
  Register what = behind("Path: <sip:198.51.100.1;lr>\r\n");
  what.extra = "Supported: path\r\nPath: <sip:198.51.100.1;lr>\r\n";
  Sent answer = send_with_digest(what);
  EXPECT_EQ(answer.status(), 200);
  EXPECT_THAT(answer.header("Contact"), testing::Not(HasSubstr("reg-id")));
}

TEST_F(Outbound, an_edge_that_keeps_flows_is_the_way) {
  Sent answer = send_with_digest(behind("Path: <sip:inner.example;lr>, <sip:token@198.51.100.1;lr;ob>\r\n"));
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.header("Require"), "outbound");
  EXPECT_EQ(answer.header("Flow-Timer"), "") << "the edge says that";
  auto contacts = registrar->contacts("1001");
  EXPECT_THAT(contacts.at(0).path, ElementsAre("<sip:inner.example;lr>", "<sip:token@198.51.100.1;lr;ob>"));
  EXPECT_EQ(contacts.at(0).flow.remote, address("198.51.100.1:5060"));
}

TEST_F(Outbound, require_outbound_is_understood) {
  Register what = flow(1);
  what.extra = "Require: outbound\r\n";
  EXPECT_EQ(send_with_digest(what).header("Require"), "outbound");
}

TEST_F(Outbound, rfc5626_430_to_a_question_is_a_flow_that_is_gone) {
  auto endpoint = phone("1001");
  endpoint->qualify = true;
  configure(endpoint);
  send_with_digest(flow(1));
  sink.sent.clear();
  advance(1ms);
  ASSERT_TRUE(sink.sent.at(0).is_request("OPTIONS"));
  const Sent question = sink.sent[0];
  std::string text = "SIP/2.0 430 Flow Failed\r\n";
  for (const char* name : {"Via", "From", "To", "Call-ID", "CSeq"})
    text += fmt::format("{}: {}\r\n", name, question.header(name));
  user_agent->receive(question.flow, text + "Content-Length: 0\r\n\r\n", clock.now());
  EXPECT_EQ(registrar->bindings("1001").at(0).status, ContactStatus::kUnreachable);
}

// --- instances without flows ---

TEST_F(Outbound, a_phone_that_comes_back_with_another_address_takes_its_place) {
  Register what{.contacts = {"<sip:1001@192.0.2.10:5062>;+sip.instance=\"<" + kInstance + ">\""}};
  send_with_digest(what);
  what.contacts = {"<sip:1001@192.0.2.10:7777>;+sip.instance=\"<" + kInstance + ">\""};
  what.call_id = "after-a-reboot";
  EXPECT_EQ(send_with_digest(what).contacts().size(), 1u);
  EXPECT_EQ(registrar->contacts("1001").at(0).uri, "sip:1001@192.0.2.10:7777");
  EXPECT_EQ(store.bindings.size(), 1u);
}

TEST_F(Outbound, two_contacts_of_one_phone_in_one_request_both_stay) {
  std::string instance = ";+sip.instance=\"<" + kInstance + ">\"";
  Register what{
      .contacts = {"<sip:1001@192.0.2.10:5062>" + instance, "<sip:1001@192.0.2.10:6062>" + instance}};
  send_with_digest(what);
  EXPECT_EQ(send_with_digest(what).contacts().size(), 2u);
}

TEST_F(Outbound, other_phones_of_the_account_stay) {
  send_with_digest({.contacts = {"<sip:1001@192.0.2.10>;+sip.instance=\"<urn:uuid:1>\""}, .call_id = "a"});
  send_with_digest({.contacts = {"<sip:1001@192.0.2.20>;+sip.instance=\"<urn:uuid:2>\""}, .call_id = "b"});
  send_with_digest({.contacts = {"<sip:1001@192.0.2.30>"}, .call_id = "c"});
  EXPECT_EQ(registrar->binding_count(), 3u);
}

// --- preferences ---

TEST_F(Outbound, q_is_kept_returned_and_restored) {
  Register what{.contacts = {"<sip:1001@192.0.2.10>;q=0.25", "<sip:1001@192.0.2.20>;q=1.0",
                             "<sip:1001@192.0.2.30>", "<sip:1001@192.0.2.40>;q=0"}};
  Sent answer = send_with_digest(what);
  EXPECT_THAT(answer.contacts(), testing::Contains("<sip:1001@192.0.2.10>;expires=300;q=0.250"));
  start();
  registrar->restore(store.all());
  std::map<std::string, unsigned> q;
  for (const auto& contact : registrar->contacts("1001")) q[contact.uri] = contact.q;
  EXPECT_THAT(q, testing::UnorderedElementsAre(
                     testing::Pair("sip:1001@192.0.2.10", 250), testing::Pair("sip:1001@192.0.2.20", 1000),
                     testing::Pair("sip:1001@192.0.2.30", 1000), testing::Pair("sip:1001@192.0.2.40", 0)));
}

TEST_F(Outbound, a_q_that_is_none_counts_as_absent) {
  for (const char* bad : {"2", "1.5", "0.1234", ".5", "0,5", "x", "-1", "\"\""}) {
    send_with_digest({.contacts = {fmt::format("<sip:1001@192.0.2.10>;q={}", bad)}});
    EXPECT_EQ(registrar->contacts("1001").at(0).q, 1000u) << bad;
  }
}

// --- policies ---

TEST_F(Outbound, phones_that_do_not_answer_are_forgotten_only_by_policy) {
  auto endpoint = phone("1001");
  endpoint->qualify = true;
  configure(endpoint);
  send_with_digest(flow(1));
  advance(10s);
  EXPECT_EQ(registrar->binding_count(), 1u);
  auto strict = std::make_shared<config::Snapshot>(*snapshot);
  strict->polyfon.remove_unreachable = true;
  use(strict);
  advance(2s);
  EXPECT_EQ(registrar->binding_count(), 0u);
  EXPECT_TRUE(store.bindings.empty());
}

TEST_F(Outbound, path_without_support_is_taken_only_by_policy) {
  Register what{.from = "198.51.100.1", .extra = "Path: <sip:198.51.100.1;lr>\r\n"};
  EXPECT_EQ(send(what).status(), 420);
  auto lenient = std::make_shared<config::Snapshot>(*snapshot);
  lenient->polyfon.path_without_support = true;
  use(lenient);
  EXPECT_EQ(send_with_digest(what).status(), 200);
  EXPECT_THAT(registrar->contacts("1001").at(0).path, ElementsAre("<sip:198.51.100.1;lr>"));
}

TEST_F(Outbound, rfc3327_5_2_a_path_without_lr_is_refused) {
  EXPECT_EQ(send({.extra = "Supported: path\r\nPath: <sip:198.51.100.1>\r\n"}).status(), 400);
  EXPECT_EQ(send({.extra = "Supported: path\r\nPath: nonsense <\r\n"}).status(), 400);
}

}  // namespace
}  // namespace polyfon::registrar
