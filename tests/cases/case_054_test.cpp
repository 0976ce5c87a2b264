// Case 54: latching of signalling: a phone behind NAT is reached where its registration came from.
#include "cases/registration.h"

namespace polyfon::sim {
namespace {

using namespace std::chrono_literals;

class Case054 : public Registration {
 protected:
  void begin_with_qualify(bool remove) {
    begin([remove](config::Snapshot& snapshot) {
      auto asked = std::make_shared<config::Endpoint>(*snapshot.endpoint_by_name.at("1001"));
      asked->qualify = true;
      for (auto& endpoint : snapshot.endpoints)
        if (endpoint->name == "1001") endpoint = asked;
      snapshot.endpoint_by_name["1001"] = asked;
      snapshot.polyfon.remove_unreachable = remove;
    });
  }
};

TEST_F(Case054, a_private_contact_is_reached_where_it_came_from) {
  begin();
  registers(desk_, {.contacts = {"<sip:1001@10.0.0.5:5062>"},
                    .more = "Via: SIP/2.0/UDP 10.0.0.5:5062;branch=z9hG4bKx\n"});
  registers(mobile_, {.user = "1002",
                      .contacts = {"<sip:1002@10.0.0.6:5062>;+sip.instance=\"<urn:uuid:1>\";reg-id=1"},
                      .call_id = "b"});
  call("sip:1002@192.0.2.1");
  ASSERT_EQ(mobile_.count("INVITE"), 1u);
  EXPECT_EQ(mobile_.last("INVITE").uri(), "sip:1002@10.0.0.6:5062") << "its Contact, on its flow";
}

TEST_F(Case054, a_refresh_from_another_port_moves_it) {
  begin();
  registers(desk_, "<sip:1001@10.0.0.5>;+sip.instance=\"<urn:uuid:1>\";reg-id=1");
  registers(mobile_, "<sip:1001@10.0.0.5>;+sip.instance=\"<urn:uuid:1>\";reg-id=1");
  call();
  EXPECT_EQ(mobile_.count("INVITE"), 1u);
  EXPECT_EQ(desk_.count("INVITE"), 0u);
}

TEST_F(Case054, silence_to_options_keeps_the_binding_and_ends_the_calls) {
  begin_with_qualify(false);
  registers(desk_, "<sip:1001@192.0.2.31>");
  world_.run_for(10s);
  EXPECT_GE(desk_.count("OPTIONS"), 1u);
  EXPECT_EQ(node_->registrar().binding_count(), 1u);
  call();
  EXPECT_EQ(desk_.count("INVITE"), 0u);
  EXPECT_GE(caller_.received().back().status(), 480);
}

TEST_F(Case054, the_policy_removes_it) {
  begin_with_qualify(true);
  registers(desk_, "<sip:1001@192.0.2.31>");
  world_.run_for(10s);
  EXPECT_EQ(node_->registrar().binding_count(), 0u);
}

}  // namespace
}  // namespace polyfon::sim
