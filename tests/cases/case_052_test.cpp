// Case 52: outbound (RFC 5626): flows of one phone, one at a time; what fails goes on by the next.
#include "cases/registration.h"

namespace polyfon::sim {
namespace {

using namespace std::chrono_literals;

class Case052 : public Registration {
 protected:
  Received flow(Wire& from, int reg_id, const std::string& more = "Supported: outbound, path\n",
                const std::string& via = "") {
    return registers(
        from,
        {.contacts = {fmt::format("<sip:1001@10.0.0.5>;+sip.instance=\"<urn:uuid:1>\";reg-id={}", reg_id)},
         .call_id = fmt::format("flow-{}", reg_id),
         .more = more,
         .via = via});
  }
  // Two flows; the second is the newer one and called first.
  void two_flows() {
    begin();
    flow(desk_, 1);
    flow(mobile_, 2);
    call();
    ASSERT_EQ(mobile_.count("INVITE"), 1u);
    ASSERT_EQ(desk_.count("INVITE"), 0u) << "one at a time";
  }
};

TEST_F(Case052, is_said_in_the_answer_with_the_time_to_keep_alive) {
  begin();
  Received ok = flow(desk_, 1);
  EXPECT_EQ(ok.status(), 200);
  EXPECT_EQ(ok.header("Require"), "outbound");
  EXPECT_EQ(ok.header("Flow-Timer"), "30");
  EXPECT_EQ(ok.header("Contact"), "<sip:1001@10.0.0.5>;expires=600;+sip.instance=\"<urn:uuid:1>\";reg-id=1");
}

TEST_F(Case052, a_new_flow_takes_the_place_of_the_same_reg_id) {
  begin();
  flow(desk_, 1);
  EXPECT_EQ(contacts_of(flow(mobile_, 1)).size(), 1u);
  call();
  EXPECT_EQ(mobile_.count("INVITE"), 1u);
  EXPECT_EQ(desk_.count("INVITE"), 0u);
}

TEST_F(Case052, flow_failed_430_goes_on_by_the_next_flow) {
  two_flows();
  answers(mobile_, "430 Flow Failed");
  EXPECT_EQ(desk_.count("INVITE"), 1u);
  answers(desk_, "486 Busy Here");
  EXPECT_EQ(caller_.received().back().status(), 486);
}

TEST_F(Case052, silence_goes_on_by_the_next_flow) {
  two_flows();
  world_.run_for(33s);
  EXPECT_GE(desk_.count("INVITE"), 1u);
}

TEST_F(Case052, an_answer_of_the_phone_is_its_last_word) {
  two_flows();
  answers(mobile_, "486 Busy Here");
  world_.run_for(1s);
  EXPECT_EQ(desk_.count("INVITE"), 0u);
  EXPECT_EQ(caller_.received().back().status(), 486);
}

TEST_F(Case052, when_the_last_flow_has_failed_nobody_is_there) {
  two_flows();
  answers(mobile_, "430 Flow Failed");
  answers(desk_, "430 Flow Failed");
  EXPECT_GE(caller_.received().back().status(), 480);
  EXPECT_EQ(node_->exchange().channel_count(), 0u);
}

TEST_F(Case052, an_edge_without_outbound_is_439) {
  begin();
  const std::string phone = "SIP/2.0/UDP 10.0.0.5;branch=z9hG4bKphone";
  EXPECT_EQ(flow(edge_, 1, "Supported: outbound, path\n", phone).status(), 439);
  EXPECT_EQ(flow(edge_, 1, "Supported: outbound, path\nPath: <sip:192.0.2.50;lr>\n", phone).status(), 439);
  EXPECT_EQ(flow(edge_, 1, "Supported: path\nPath: <sip:192.0.2.50;lr>\n", phone).status(), 200)
      << "it did not ask";
  Received ok = flow(edge_, 1, "Supported: outbound, path\nPath: <sip:token@192.0.2.50;lr;ob>\n", phone);
  EXPECT_EQ(ok.status(), 200);
  EXPECT_EQ(ok.header("Require"), "outbound");
  EXPECT_EQ(ok.header("Flow-Timer"), "");
}

TEST_F(Case052, keep_alives_are_answered) {
  begin();
  desk_.send_bytes(kHouse, "\r\n\r\n");
  world_.run_for(20ms);
  ASSERT_EQ(desk_.received().size(), 1u);
  EXPECT_EQ(desk_.received().back().bytes, "\r\n");
  desk_.clear();
  desk_.send_bytes(kHouse, std::string_view("\0\1\0\0\x21\x12\xa4\x42"
                                            "abcdefghijkl",
                                            20));
  world_.run_for(20ms);
  ASSERT_EQ(desk_.received().size(), 1u);
  EXPECT_EQ(desk_.received().back().bytes.substr(0, 2), std::string("\1\1", 2));
}

}  // namespace
}  // namespace polyfon::sim
