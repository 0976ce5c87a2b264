// GRUUs (RFC 5627): given to who asks, public ones for ever, temporary ones for one Call-ID.
#include "service/registrar/gruu.h"

#include "unit/service_registrar/office.h"

namespace polyfon::registrar {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::string kInstance = "urn:uuid:00000000-0000-1000-8000-000A95A0E128";

class Gruu : public Office {
 protected:
  static Register what(std::string call_id = "call-a") {
    return {.contacts = {"<sip:1001@192.0.2.10:5062>;+sip.instance=\"<" + kInstance + ">\""},
            .call_id = std::move(call_id),
            .extra = "Supported: gruu\r\n"};
  }
  static std::string parameter(const Sent& answer, std::string_view name) {
    std::string contact = answer.header("Contact"), key = fmt::format(";{}=\"", name);
    auto at = contact.find(key);
    if (at == std::string::npos) return {};
    at += key.size();
    return contact.substr(at, contact.find('"', at) - at);
  }
  std::optional<call::Instance> find(const std::string& uri) const {
    auto parsed = sip::Uri::parse(uri);
    return parsed ? registrar->find_gruu(*parsed) : std::nullopt;
  }
};

TEST_F(Gruu, rfc5627_5_2_both_are_given_to_who_supports_them) {
  Sent answer = send_with_digest(what());
  EXPECT_EQ(parameter(answer, "pub-gruu"), "sip:1001@192.0.2.1;gr=" + kInstance);
  EXPECT_THAT(parameter(answer, "temp-gruu"),
              testing::MatchesRegex("sip:tgruu\\.[0-9a-f]+@192\\.0\\.2\\.1;gr"));
}

TEST_F(Gruu, nobody_else_gets_one) {
  Register silent = what();
  silent.extra.clear();
  EXPECT_EQ(parameter(send_with_digest(silent), "pub-gruu"), "");
  EXPECT_THAT(send_with_digest({.contacts = {"<sip:1001@192.0.2.99>"}, .extra = "Supported: gruu\r\n"}).bytes,
              HasSubstr("Contact: <sip:1001@192.0.2.99>;expires=300\r\n"));
}

TEST_F(Gruu, rfc5627_3_1_the_public_one_stays_the_same) {
  auto first = parameter(send_with_digest(what()), "pub-gruu");
  EXPECT_EQ(parameter(send_with_digest(what("call-b")), "pub-gruu"), first);
  auto phone = find(first);
  ASSERT_TRUE(phone);
  EXPECT_EQ(phone->account, "1001");
  EXPECT_EQ(phone->instance, kInstance);
  send_with_digest({.contacts = {"*"}, .call_id = "call-c", .expires = "0"});
  EXPECT_TRUE(find(first)) << "registered or not";
}

TEST_F(Gruu, rfc5627_3_1_2_each_refresh_gives_another_temporary_one_and_all_are_good) {
  auto first = parameter(send_with_digest(what()), "temp-gruu");
  auto second = parameter(send_with_digest(what()), "temp-gruu");
  EXPECT_NE(first, second);
  EXPECT_NE(first.substr(0, 20), second.substr(0, 20)) << "nothing shows that they belong together";
  for (const auto& uri : {first, second}) {
    auto phone = find(uri);
    ASSERT_TRUE(phone) << uri;
    EXPECT_EQ(phone->account, "1001");
    EXPECT_EQ(phone->instance, kInstance);
  }
}

TEST_F(Gruu, rfc5627_5_2_another_call_id_ends_the_temporary_ones) {
  auto old = parameter(send_with_digest(what("before")), "temp-gruu");
  auto fresh = parameter(send_with_digest(what("after")), "temp-gruu");
  EXPECT_FALSE(find(old));
  EXPECT_TRUE(find(fresh));
}

TEST_F(Gruu, the_end_of_the_registration_ends_the_temporary_ones) {
  auto uri = parameter(send_with_digest(what()), "temp-gruu");
  advance(302s);
  EXPECT_FALSE(find(uri));
}

TEST_F(Gruu, a_restart_does_not_end_them) {
  auto uri = parameter(send_with_digest(what()), "temp-gruu");
  start();
  registrar->restore(store.all());
  EXPECT_TRUE(find(uri));
}

TEST_F(Gruu, what_we_have_not_made_is_none) {
  auto uri = parameter(send_with_digest(what()), "temp-gruu");
  for (std::size_t at : {10u, 30u, 50u}) {
    std::string changed = uri;
    changed[at] = changed[at] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(find(changed)) << changed;
  }
  for (const char* stranger : {"sip:tgruu.@192.0.2.1;gr", "sip:1001@192.0.2.1;gr",
                               "sip:9999@192.0.2.1;gr=urn:x", "sip:1001@192.0.2.1"})
    EXPECT_FALSE(find(stranger)) << stranger;
}

TEST_F(Gruu, rfc5627_5_1_the_account_s_own_address_is_no_contact_of_an_instance) {
  Register loop = what();
  loop.contacts = {"<sip:1001@192.0.2.1>;+sip.instance=\"<" + kInstance + ">\""};
  EXPECT_EQ(send_with_digest(loop).status(), 403);
  loop.contacts = {"<sip:1001@192.0.2.1;gr=" + kInstance + ">;+sip.instance=\"<" + kInstance + ">\""};
  EXPECT_EQ(send_with_digest(loop).status(), 403);
  EXPECT_EQ(registrar->binding_count(), 0u);
}

TEST_F(Gruu, whoever_has_another_secret_reads_nothing) {
  GruuMaker one(GruuMaker::Secret{1}), other(GruuMaker::Secret{2});
  auto user = one.make_temporary(42, 7);
  EXPECT_EQ(one.read_temporary(user), 42u);
  EXPECT_FALSE(other.read_temporary(user));
  EXPECT_NE(one.era("1001", "a", "bc"), one.era("1001", "ab", "c"));
}

TEST_F(Gruu, what_may_not_stand_in_a_parameter_is_escaped) {
  EXPECT_EQ(GruuMaker::make_public("sips", "a b", "pbx.example:5061", "urn:x y;z"),
            "sips:a%20b@pbx.example:5061;gr=urn:x%20y%3Bz");
}

// --- registering for others ---

class ThirdParty : public Office {
 protected:
  ThirdParty() {
    auto fresh = std::make_shared<config::Snapshot>(*snapshot);
    fresh->polyfon.third_party["1002"] = {"1001"};
    use(fresh);
  }
  Sent by(const std::string& who, const std::string& user, const std::string& secret = "secret") {
    return send_with_digest({.user = user, .digest_user = who, .secret = secret});
  }
};

TEST_F(ThirdParty, rfc3261_10_2_who_may_registers_for_another_with_its_own_password) {
  EXPECT_EQ(by("1002", "1001").status(), 200);
  EXPECT_EQ(registrar->bindings("1001").size(), 1u);
  EXPECT_TRUE(registrar->bindings("1002").empty());
}

TEST_F(ThirdParty, rfc3261_10_3_step_4_who_may_not_is_forbidden) {
  EXPECT_EQ(by("1001", "1002").status(), 403);
  EXPECT_EQ(registrar->binding_count(), 0u);
}

TEST_F(ThirdParty, a_wrong_password_is_challenged_again) {
  EXPECT_EQ(by("1002", "1001", "guess").status(), 401);
}

TEST_F(ThirdParty, an_account_that_is_not_there_looks_like_one_that_is_forbidden) {
  EXPECT_EQ(by("1002", "9999").status(), 403);
}

TEST_F(ThirdParty, each_registers_for_itself_as_ever) {
  EXPECT_EQ(by("1001", "1001").status(), 200);
  EXPECT_EQ(by("1002", "1002").status(), 200);
}

TEST_F(ThirdParty, an_account_without_a_password_registers_for_nobody) {
  auto open = phone("1002");
  open->secret.clear();
  configure(open);
  EXPECT_EQ(by("1002", "1001").status(), 401);
}

}  // namespace
}  // namespace polyfon::registrar
