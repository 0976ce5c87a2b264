// Case 51: Path (RFC 3327): stored when the phone supports it, and the Route towards it, in order.
#include "cases/registration.h"

namespace polyfon::sim {
namespace {

using testing::ElementsAre;
using Case051 = Registration;

const std::string kPath = "Path: <sip:192.0.2.50;lr>, <sip:far-edge.example;lr>\n";

TEST_F(Case051, is_stored_returned_and_routed_along) {
  begin();
  Received ok = registers(edge_, {.contacts = {"<sip:1001@10.0.0.5>"}, .more = "Supported: path\n" + kPath});
  EXPECT_EQ(ok.status(), 200);
  EXPECT_EQ(ok.header("Path"), "<sip:192.0.2.50;lr>, <sip:far-edge.example;lr>");
  call();
  const Received& invite = edge_.last("INVITE");
  EXPECT_EQ(invite.uri(), "sip:1001@10.0.0.5");
  EXPECT_THAT(invite.headers("Route"), ElementsAre("<sip:192.0.2.50;lr>", "<sip:far-edge.example;lr>"));
}

TEST_F(Case051, goes_to_its_first_proxy_and_not_to_who_passed_the_registration_on) {
  begin();
  registers(mobile_, {.contacts = {"<sip:1001@10.0.0.5>"}, .more = "Supported: path\n" + kPath});
  call();
  EXPECT_EQ(edge_.count("INVITE"), 1u);
  EXPECT_EQ(mobile_.count("INVITE"), 0u);
}

TEST_F(Case051, without_support_is_420_or_taken_by_policy) {
  begin();
  Received refused = registers(edge_, {.contacts = {"<sip:1001@10.0.0.5>"}, .more = kPath});
  EXPECT_EQ(refused.status(), 420);
  EXPECT_EQ(refused.header("Unsupported"), "path");
  EXPECT_EQ(node_->registrar().binding_count(), 0u);
}

TEST_F(Case051, the_policy_takes_it) {
  begin([](config::Snapshot& snapshot) { snapshot.polyfon.path_without_support = true; });
  EXPECT_EQ(registers(edge_, {.contacts = {"<sip:1001@10.0.0.5>"}, .more = kPath}).status(), 200);
  call();
  EXPECT_EQ(edge_.count("INVITE"), 1u);
}

TEST_F(Case051, a_proxy_without_lr_is_refused) {
  begin();
  EXPECT_EQ(registers(edge_, {.contacts = {"<sip:1001@10.0.0.5>"},
                              .more = "Supported: path\nPath: <sip:192.0.2.50>\n"})
                .status(),
            400);
}

TEST_F(Case051, may_be_required) {
  begin();
  EXPECT_EQ(
      registers(edge_, {.contacts = {"<sip:1001@10.0.0.5>"}, .more = "Require: path\n" + kPath}).status(),
      200);
}

}  // namespace
}  // namespace polyfon::sim
