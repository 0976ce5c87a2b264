#include "call/admission.h"

#include <map>

#include <gtest/gtest.h>

#include "base/random.h"
#include "call/authentication.h"
#include "sip/auth/digest.h"

namespace polyfon::call {
namespace {

using namespace std::chrono_literals;
using Verdict = Admission::Verdict;

constexpr base::Instant kNow{1000s};

base::SocketAddress address(std::string_view text) {
  return *base::SocketAddress::parse_with_port(text, 5060);
}

class FakeLocation final : public Location {
 public:
  std::vector<ContactAddress> contacts(std::string_view account) const override {
    auto found = registered.find(std::string(account));
    if (found == registered.end()) return {};
    return {{"sip:" + std::string(account), {sip::Protocol::kUdp, 0, address(found->second)}, {}, true}};
  }
  std::string_view account_at(const base::SocketAddress& at) const override {
    auto found = fixed.find(at.to_string());
    return found == fixed.end() ? std::string_view() : found->second;
  }
  std::map<std::string, std::string> registered;  // account: address
  std::map<std::string, std::string> fixed;       // address: account
};

class AdmissionTest : public testing::Test {
 protected:
  static config::Endpoint account(std::string name) {
    config::Endpoint endpoint;
    endpoint.name = std::move(name);
    endpoint.secret = "secret";
    endpoint.dynamic = true;
    return endpoint;
  }
  void add(config::Endpoint endpoint) {
    auto shared = std::make_shared<const config::Endpoint>(std::move(endpoint));
    snapshot.endpoints.push_back(shared);
    snapshot.endpoint_by_name[shared->name] = shared;
  }
  struct Invite {
    std::string from = "\"Anna\" <sip:1001@192.0.2.1>;tag=f";
    std::string source = "192.0.2.10:5060";
    std::string user, secret;  // credentials; none without user
    std::string digest_uri = "sip:1002@192.0.2.1";
  };
  Admission admit(const Invite& invite, base::Instant challenged = kNow, base::Instant now = kNow) {
    std::string authorization;
    if (!invite.user.empty()) {
      auto challenges = make_challenge_values(challenged);
      auto answer = sip::answer_challenge(*sip::parse_auth(challenges), "INVITE", invite.digest_uri,
                                          {invite.user, invite.secret, ""}, 1, "0a4f113b");
      authorization = "Authorization: " + *answer + "\r\n";
    }
    std::string text = fmt::format(
        "INVITE sip:1002@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP {};branch=z9hG4bK1\r\nFrom: {}\r\n"
        "To: <sip:1002@192.0.2.1>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n{}Content-Length: 0\r\n\r\n",
        invite.source, invite.from, authorization);
    sip::Message message(text);
    return call::admit(message, {sip::Protocol::kUdp, 0, address(invite.source)}, snapshot, location, nonces,
                       now);
  }
  std::string make_challenge_values(base::Instant now) const {
    return sip::make_challenge(sip::DigestAlgorithm::kMd5, "asterisk", nonces.make(now), false);
  }
  static Invite signed_invite(std::string secret = "secret") {
    Invite invite;
    invite.user = "1001";
    invite.secret = std::move(secret);
    return invite;
  }

  config::Snapshot snapshot;
  FakeLocation location;
  base::SeededRandom random{1};
  sip::NonceSource nonces{random};
};

TEST_F(AdmissionTest, an_account_is_challenged_and_admitted_with_its_password) {
  add(account("1001"));
  auto first = admit({});
  EXPECT_EQ(first.verdict, Verdict::kChallenge);
  EXPECT_EQ(first.status, 401);
  EXPECT_EQ(first.challenges.size(), 1u);
  EXPECT_EQ(first.reason, "") << "the ordinary first INVITE is not worth a line";
  auto second = admit(signed_invite());
  EXPECT_EQ(second.verdict, Verdict::kAdmit);
  ASSERT_TRUE(second.endpoint);
  EXPECT_EQ(second.endpoint->name, "1001");
}

TEST_F(AdmissionTest, a_wrong_password_is_challenged_again) {
  add(account("1001"));
  auto admission = admit(signed_invite("guess"));
  EXPECT_EQ(admission.verdict, Verdict::kChallenge);
  EXPECT_EQ(admission.reason, "wrong password");
  EXPECT_EQ(admission.endpoint, nullptr);
}

TEST_F(AdmissionTest, an_old_nonce_is_told_to_be_stale) {
  add(account("1001"));
  auto admission = admit(signed_invite(), kNow, kNow + 301s);
  EXPECT_EQ(admission.verdict, Verdict::kChallenge);
  EXPECT_NE(admission.challenges.at(0).find("stale=true"), std::string::npos);
}

TEST_F(AdmissionTest, an_unknown_name_gets_what_a_wrong_password_gets) {
  auto without = admit({});
  auto with = admit(signed_invite());
  add(account("1001"));
  auto known_without = admit({});
  auto known_with = admit(signed_invite("guess"));
  for (const auto& [unknown, known] : {std::pair(&without, &known_without), std::pair(&with, &known_with)}) {
    EXPECT_EQ(unknown->verdict, Verdict::kChallenge);
    EXPECT_EQ(unknown->verdict, known->verdict);
    EXPECT_EQ(unknown->status, known->status);
    ASSERT_EQ(unknown->challenges.size(), known->challenges.size());
    EXPECT_EQ(unknown->challenges[0].size(), known->challenges[0].size());
  }
}

TEST_F(AdmissionTest, a_challenge_offers_the_algorithms_of_polyfon_conf_in_order) {
  snapshot.polyfon.digest_algorithms = {"SHA-256", "MD5"};
  auto admission = admit({});
  ASSERT_EQ(admission.challenges.size(), 2u);
  EXPECT_NE(admission.challenges[0].find("SHA-256"), std::string::npos);
}

TEST_F(AdmissionTest, credentials_of_another_account_do_not_open_this_one) {
  add(account("1001"));
  add(account("1002"));
  Invite invite;
  invite.user = "1002";
  invite.secret = "secret";
  EXPECT_EQ(admit(invite).verdict, Verdict::kChallenge);
}

TEST_F(AdmissionTest, an_account_without_secret_is_admitted) {
  auto open = account("1001");
  open.secret.clear();
  add(open);
  EXPECT_EQ(admit({}).verdict, Verdict::kAdmit);
}

TEST_F(AdmissionTest, insecure_invite_spares_the_challenge_from_where_it_registered_alone) {
  auto endpoint = account("1001");
  endpoint.insecure_invite = true;
  add(endpoint);
  EXPECT_EQ(admit({}).verdict, Verdict::kChallenge) << "not registered";
  location.registered["1001"] = "192.0.2.10:5062";
  EXPECT_EQ(admit({}).verdict, Verdict::kAdmit) << "its host, whatever the port";
  Invite stranger;
  stranger.source = "203.0.113.66:5062";
  EXPECT_EQ(admit(stranger).verdict, Verdict::kChallenge);
}

TEST_F(AdmissionTest, without_insecure_invite_a_registered_phone_is_challenged_too) {
  add(account("1001"));
  location.registered["1001"] = "192.0.2.10:5060";
  EXPECT_EQ(admit({}).verdict, Verdict::kChallenge);
}

TEST_F(AdmissionTest, an_account_of_another_transport_is_kept_out_like_a_name_that_does_not_exist) {
  auto unknown = admit(signed_invite());
  auto endpoint = account("1001");
  endpoint.transport = {config::Transport::kTls, 1u << static_cast<unsigned>(config::Transport::kTls)};
  add(endpoint);
  auto denied = admit(signed_invite());
  EXPECT_EQ(denied.verdict, unknown.verdict);
  EXPECT_EQ(denied.challenges.size(), unknown.challenges.size());
  EXPECT_NE(denied.reason.find("transport"), std::string::npos);
}

TEST_F(AdmissionTest, an_access_list_keeps_the_right_password_out_like_a_name_that_does_not_exist) {
  auto unknown = admit(signed_invite());
  auto endpoint = account("1001");
  endpoint.access = *config::parse_access_rules(false, "192.0.2.0/24");
  add(endpoint);
  auto denied = admit(signed_invite());
  EXPECT_EQ(denied.verdict, unknown.verdict);
  EXPECT_EQ(denied.status, unknown.status);
  EXPECT_EQ(denied.challenges.size(), unknown.challenges.size());
  EXPECT_NE(denied.reason.find("access list"), std::string::npos) << "the log says what it was";
  auto elsewhere = signed_invite();
  elsewhere.source = "198.51.100.5:5060";
  EXPECT_EQ(admit(elsewhere).verdict, Verdict::kAdmit);
}

TEST_F(AdmissionTest, a_digest_for_another_number_does_not_dial_this_one) {
  add(account("1001"));
  auto invite = signed_invite();
  invite.digest_uri = "sip:100@192.0.2.1";
  EXPECT_EQ(admit(invite).verdict, Verdict::kChallenge);
  invite.digest_uri = "sip:1002@pbx.example;transport=udp";  // proxies and phones write the host as they like
  EXPECT_EQ(admit(invite).verdict, Verdict::kAdmit);
}

TEST_F(AdmissionTest, a_trunk_without_password_is_known_by_its_address_and_not_by_its_name) {
  auto trunk = account("trunk");
  trunk.dynamic = false;
  trunk.secret.clear();
  add(trunk);
  location.registered["trunk"] = "198.51.100.7:5060";
  Invite invite;
  invite.from = "<sip:trunk@provider.example>;tag=f";
  EXPECT_EQ(admit(invite).verdict, Verdict::kChallenge);
  invite.source = "198.51.100.7:5060";
  EXPECT_EQ(admit(invite).verdict, Verdict::kAdmit);
}

TEST_F(AdmissionTest, a_peer_with_a_fixed_host_is_known_by_its_address) {
  auto trunk = account("trunk");
  trunk.type = config::PeerType::kPeer;
  trunk.dynamic = false;
  trunk.insecure_invite = true;
  add(trunk);
  location.fixed["198.51.100.7:5060"] = "trunk";
  location.registered["trunk"] = "198.51.100.7:5060";
  Invite invite;
  invite.from = "<sip:+74951234567@provider.example>;tag=f";
  invite.source = "198.51.100.7:5060";
  auto admission = admit(invite);
  EXPECT_EQ(admission.verdict, Verdict::kAdmit);
  ASSERT_TRUE(admission.endpoint);
  EXPECT_EQ(admission.endpoint->name, "trunk");
  EXPECT_EQ(admission.caller_id.number, "+74951234567");
  invite.source = "198.51.100.8:5060";
  EXPECT_EQ(admit(invite).verdict, Verdict::kChallenge);
}

TEST_F(AdmissionTest, a_name_in_from_goes_before_the_address) {
  add(account("1001"));
  auto trunk = account("trunk");
  trunk.secret.clear();
  add(trunk);
  location.fixed["192.0.2.10:5060"] = "trunk";
  EXPECT_EQ(admit({}).verdict, Verdict::kChallenge) << "as 1001, not as the open trunk";
}

TEST_F(AdmissionTest, a_peer_is_not_known_by_its_name) {
  auto peer = account("1001");
  peer.type = config::PeerType::kPeer;
  peer.secret.clear();
  add(peer);
  EXPECT_EQ(admit({}).verdict, Verdict::kChallenge);
}

TEST_F(AdmissionTest, a_user_is_not_known_by_its_address) {
  auto user = account("door");
  user.type = config::PeerType::kUser;
  user.secret.clear();
  add(user);
  location.fixed["192.0.2.10:5060"] = "door";
  EXPECT_EQ(admit({}).verdict, Verdict::kChallenge);
}

TEST_F(AdmissionTest, guests_come_in_when_they_are_allowed) {
  snapshot.sip.allow_guest = true;
  auto guest = admit({});
  EXPECT_EQ(guest.verdict, Verdict::kAdmit);
  EXPECT_EQ(guest.endpoint, nullptr);
  EXPECT_EQ(guest.caller_id.number, "1001");
  EXPECT_EQ(guest.caller_id.name, "Anna");
}

TEST_F(AdmissionTest, allowed_guests_do_not_open_the_accounts) {
  snapshot.sip.allow_guest = true;
  add(account("1001"));
  EXPECT_EQ(admit({}).verdict, Verdict::kChallenge);
}

TEST_F(AdmissionTest, shows_the_caller_id_of_the_account_else_from) {
  auto endpoint = account("1001");
  endpoint.caller_id = {"Reception", "100"};
  add(endpoint);
  auto own = admit(signed_invite());
  EXPECT_EQ(own.caller_id.name, "Reception");
  EXPECT_EQ(own.caller_id.number, "100");

  endpoint.caller_id = {"", "100"};
  add(endpoint);
  EXPECT_EQ(admit(signed_invite()).caller_id.name, "Anna");

  endpoint.caller_id = {};
  add(endpoint);
  EXPECT_EQ(admit(signed_invite()).caller_id.number, "1001");
}

TEST_F(AdmissionTest, the_user_in_from_is_unescaped) {
  snapshot.sip.allow_guest = true;
  Invite invite;
  invite.from = "<sip:%2B7495@192.0.2.1>;tag=f";
  EXPECT_EQ(admit(invite).caller_id.number, "+7495");
}

TEST_F(AdmissionTest, a_from_that_cannot_be_read_is_refused) {
  Invite invite;
  invite.from = "<<<";
  auto admission = admit(invite);
  EXPECT_EQ(admission.verdict, Verdict::kRefuse);
  EXPECT_EQ(admission.status, 400);
}

}  // namespace
}  // namespace polyfon::call
