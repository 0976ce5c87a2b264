// Case 53: GRUU (RFC 5627): an address of one phone, public or temporary.
#include "cases/registration.h"

namespace polyfon::sim {
namespace {

using namespace std::chrono_literals;

class Case053 : public Registration {
 protected:
  Received phone(Wire& from, int number, std::string call_id = "") {
    return registers(
        from,
        {.contacts = {fmt::format("<sip:1001@{}>;+sip.instance=\"<urn:uuid:{}>\"", from.host(), number)},
         .call_id = call_id.empty() ? fmt::format("reg-{}", number) : std::move(call_id),
         .more = "Supported: gruu\n"});
  }
};

TEST_F(Case053, the_public_one_stays_and_the_temporary_one_changes) {
  begin();
  Received first = phone(desk_, 1), second = phone(desk_, 1);
  EXPECT_EQ(parameter(first, "pub-gruu"), "sip:1001@192.0.2.1;gr=urn:uuid:1");
  EXPECT_EQ(parameter(second, "pub-gruu"), parameter(first, "pub-gruu"));
  EXPECT_NE(parameter(second, "temp-gruu"), parameter(first, "temp-gruu"));
}

TEST_F(Case053, a_call_to_either_rings_that_phone_alone) {
  begin();
  Received ok = phone(desk_, 1);
  phone(mobile_, 2);
  call("sip:1001@192.0.2.1;gr=urn:uuid:1");
  EXPECT_EQ(desk_.count("INVITE"), 1u);
  EXPECT_EQ(desk_.last("INVITE").uri(), "sip:1001@192.0.2.31");
  EXPECT_EQ(mobile_.count("INVITE"), 0u);
  answers(desk_, "486 Busy Here");
  desk_.clear();
  std::string uri = parameter(ok, "temp-gruu");
  ask({.uri = uri,
       .via = "SIP/2.0/UDP 192.0.2.20;branch=z9hG4bKtemp",
       .to = "<" + uri + ">",
       .call_id = "temp"});
  world_.run_for(30ms);
  EXPECT_EQ(desk_.count("INVITE"), 1u);
  EXPECT_EQ(mobile_.count("INVITE"), 0u);
}

TEST_F(Case053, grid_goes_on_with_the_call) {
  begin();
  phone(desk_, 1);
  call("sip:1001@192.0.2.1;gr=urn:uuid:1;grid=side-door");
  EXPECT_EQ(desk_.last("INVITE").uri(), "sip:1001@192.0.2.31;grid=side-door");
}

TEST_F(Case053, another_call_id_ends_the_temporary_ones) {
  begin();
  std::string uri = parameter(phone(desk_, 1), "temp-gruu");
  phone(desk_, 1, "after-a-reboot");
  call(uri);
  EXPECT_EQ(caller_.received().back().status(), 404);
}

TEST_F(Case053, a_phone_that_is_not_registered_is_480_and_a_stranger_404) {
  begin();
  phone(desk_, 1);
  call("sip:1001@192.0.2.1;gr=urn:uuid:7");
  EXPECT_EQ(caller_.received().back().status(), 480);
  ask({.uri = "sip:9999@192.0.2.1;gr=urn:uuid:1",
       .via = "SIP/2.0/UDP 192.0.2.20;branch=z9hG4bKnobody",
       .call_id = "nobody"});
  EXPECT_EQ(caller_.received().back().status(), 404);
}

TEST_F(Case053, the_account_s_own_address_is_no_contact) {
  begin();
  EXPECT_EQ(registers(desk_, "<sip:1001@192.0.2.1>;+sip.instance=\"<urn:uuid:1>\"").status(), 403);
}

}  // namespace
}  // namespace polyfon::sim
