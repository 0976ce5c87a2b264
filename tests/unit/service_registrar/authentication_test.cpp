// Who may register: the challenge, and what does not tell a stranger anything.
#include "unit/service_registrar/office.h"

namespace polyfon::registrar {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

using RegistrarDoor = Office;

// The answer with what must differ from answer to answer made equal.
std::string shape(const Sent& sent, const std::string& user) {
  std::string text = sent.bytes;
  auto replace = [&](std::string_view from, char to, const char* end) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos;) {
      at += from.size();
      auto stop = text.find_first_of(end, at);
      std::fill(text.begin() + static_cast<std::ptrdiff_t>(at),
                text.begin() + static_cast<std::ptrdiff_t>(stop), to);
    }
  };
  replace("nonce=\"", 'n', "\"");
  replace("branch=z9hG4bK", 'b', ";\r");
  replace("CSeq: ", 'c', " ");
  replace("To: <sip:" + user + "@192.0.2.1>;tag=", 't', "\r");
  for (std::size_t at = 0; (at = text.find(user, at)) != std::string::npos;)
    text.replace(at, user.size(), "****");
  return text;
}

TEST_F(RegistrarDoor, asks_for_a_password_and_takes_the_right_one) {
  Sent first = send({});
  EXPECT_EQ(first.status(), 401);
  EXPECT_TRUE(first.header("WWW-Authenticate").starts_with("Digest realm=\"asterisk\", nonce=\""));
  EXPECT_THAT(first.contacts(), IsEmpty());
  EXPECT_EQ(registrar->binding_count(), 0u);
  Sent second = send_with_digest({});
  EXPECT_EQ(second.status(), 200);
  EXPECT_THAT(second.contacts(), ElementsAre("<sip:1001@192.0.2.10:5062>;expires=300"));
  EXPECT_EQ(registrar->binding_count(), 1u);
  EXPECT_EQ(registrar->counters().challenged.value(), 2u);
  EXPECT_EQ(registrar->counters().registered.value(), 1u);
}

TEST_F(RegistrarDoor, a_challenge_makes_no_transaction) {
  for (int i = 0; i < 100; ++i) send({});
  EXPECT_EQ(user_agent->transactions(), 0u);
  EXPECT_EQ(registrar->bytes(), Registrar({*user_agent, timers, clock, nonces}, snapshot).bytes());
}

TEST_F(RegistrarDoor, offers_every_algorithm_of_polyfon_conf) {
  auto fresh = std::make_shared<config::Snapshot>(*snapshot);
  fresh->polyfon.digest_algorithms = {"SHA-256", "MD5"};
  use(fresh);
  auto challenges = send({}).all("WWW-Authenticate");
  ASSERT_EQ(challenges.size(), 2u);
  EXPECT_NE(challenges[0].find("algorithm=SHA-256"), std::string::npos);
  EXPECT_NE(challenges[1].find("algorithm=MD5"), std::string::npos);
  EXPECT_EQ(send_with_digest({}).status(), 200);
}

TEST_F(RegistrarDoor, an_unknown_name_cannot_be_told_from_a_wrong_password) {
  Register unknown{.user = "9999"}, wrong{.secret = "guess"};
  EXPECT_EQ(shape(send(unknown), "9999"), shape(send(wrong), "1001"));
  EXPECT_EQ(shape(send_with_digest(unknown), "9999"), shape(send_with_digest(wrong), "1001"));
  EXPECT_EQ(send_with_digest(unknown).status(), 401);
  EXPECT_EQ(registrar->counters().rejected_auth.value(), 3u);
  EXPECT_EQ(registrar->binding_count(), 0u);
}

TEST_F(RegistrarDoor, an_account_with_a_fixed_host_cannot_be_told_from_an_unknown_one) {
  auto trunk = phone("trunk");
  trunk->dynamic = false;
  trunk->host = "198.51.100.7";
  configure(trunk);
  EXPECT_EQ(shape(send_with_digest({.user = "trunk"}), "trunk"),
            shape(send_with_digest({.user = "other"}), "other"));
}

TEST_F(RegistrarDoor, an_account_registers_itself_and_nobody_else) {
  EXPECT_EQ(send_with_digest({.user = "1002", .digest_user = "1001"}).status(), 403);
  EXPECT_EQ(registrar->binding_count(), 0u);
}

TEST_F(RegistrarDoor, the_user_name_of_the_account_is_good_too) {
  auto endpoint = phone("1001");
  endpoint->username = "anna";
  configure(endpoint);
  EXPECT_EQ(send_with_digest({.digest_user = "anna"}).status(), 200);
  EXPECT_EQ(send_with_digest({.digest_user = "1001"}).status(), 200);
  EXPECT_EQ(send_with_digest({.digest_user = "bert"}).status(), 401);
}

TEST_F(RegistrarDoor, the_name_is_found_in_any_case) {
  configure(phone("Reception"));
  Register what{.user = "reception", .digest_user = "Reception"};
  EXPECT_EQ(send_with_digest(what).status(), 200);
  EXPECT_EQ(registrar->bindings("Reception").size(), 1u);
}

TEST_F(RegistrarDoor, credentials_for_another_realm_are_none) {
  EXPECT_EQ(send_with_digest({.digest_realm = "elsewhere"}).status(), 401);
  EXPECT_EQ(registrar->counters().rejected_auth.value(), 0u) << "they were not for us";
}

TEST_F(RegistrarDoor, a_nonce_of_somebody_else_is_refused) {
  Register what;
  auto forged = authorization(
      what, "Digest realm=\"asterisk\", nonce=\"0123456789abcdef0123456789abcdef\", qop=\"auth\"");
  Sent answer = deliver(what, text_of(what, forged));
  EXPECT_EQ(answer.status(), 401);
  EXPECT_EQ(answer.header("WWW-Authenticate").find("stale"), std::string::npos);
}

TEST_F(RegistrarDoor, rfc7616_3_3_an_old_nonce_with_the_right_password_is_stale) {
  Register what;
  auto challenge = send(what).header("WWW-Authenticate");
  advance(301s);
  Sent answer = deliver(what, text_of(what, authorization(what, challenge)));
  EXPECT_EQ(answer.status(), 401);
  EXPECT_NE(answer.header("WWW-Authenticate").find("stale=true"), std::string::npos);
  what.secret = "guess";
  Sent wrong = deliver(what, text_of(what, authorization(what, challenge)));
  EXPECT_EQ(wrong.header("WWW-Authenticate").find("stale"), std::string::npos);
}

TEST_F(RegistrarDoor, an_access_list_looks_like_a_wrong_password) {
  auto endpoint = phone("1001");
  endpoint->access = *config::parse_access_rules(false, "0.0.0.0/0");
  endpoint->access.push_back(config::parse_access_rules(true, "192.0.2.0/24")->front());
  configure(endpoint);
  EXPECT_EQ(send_with_digest({}).status(), 200);
  EXPECT_EQ(send_with_digest({.from = "203.0.113.5:5060"}).status(), 401);
  EXPECT_EQ(registrar->binding_count(), 1u);
}

TEST_F(RegistrarDoor, an_account_without_secret_is_open) {
  auto endpoint = phone("1001");
  endpoint->secret.clear();
  configure(endpoint);
  EXPECT_EQ(send({}).status(), 200);
  EXPECT_EQ(registrar->binding_count(), 1u);
}

TEST_F(RegistrarDoor, md5secret_serves_in_the_place_of_the_secret) {
  auto endpoint = phone("1001");
  endpoint->secret.clear();
  endpoint->md5_secret = sip::digest_ha1(sip::DigestAlgorithm::kMd5, "1001", "asterisk", "secret");
  configure(endpoint);
  EXPECT_EQ(send_with_digest({}).status(), 200);
  EXPECT_EQ(send_with_digest({.secret = "guess"}).status(), 401);
}

TEST_F(RegistrarDoor, a_retransmission_gets_the_same_answer_and_changes_nothing) {
  Register what;
  auto text = text_of(what, authorization(what, send(what).header("WWW-Authenticate")));
  Sent first = deliver(what, text);
  Sent second = deliver(what, text);
  EXPECT_EQ(first.status(), 200);
  EXPECT_EQ(second.bytes, first.bytes);
  EXPECT_EQ(registrar->counters().registered.value(), 1u);
  EXPECT_EQ(registrar->counters().refreshed.value(), 0u);
  EXPECT_EQ(user_agent->counters().absorbed_retransmissions.value(), 1u);
}

}  // namespace
}  // namespace polyfon::registrar
