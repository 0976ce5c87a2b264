// Requests outside dialogs: as the one who answers (IncomingRequest) and as the one who asks (request()).
#include "unit/sip_dialog/raw.h"

namespace polyfon::sip {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Answering : public Raw, public RequestHandler {
 public:
  void SetUp() override { phone.user_agent.set_request_handler(Method::kRegister, *this); }
  void on_request(IncomingRequest request, base::Instant) override {
    ++asked;
    handle(std::move(request));
  }
  int asked = 0;
  std::function<void(IncomingRequest)> handle = [](IncomingRequest request) { request.respond(200); };
  std::optional<IncomingRequest> kept;
};

TEST_F(Answering, an_answer_is_repeated_for_a_repeated_request) {
  handle = [](IncomingRequest request) {
    request.respond(200, {"Fine", {{"X-Own", "1"}}, "text/plain", "hello"});
  };
  send({.method = "REGISTER"});
  send({.method = "REGISTER"});
  EXPECT_EQ(asked, 1);
  ASSERT_EQ(peer.received.size(), 2u);
  EXPECT_EQ(peer.received[0].bytes, peer.received[1].bytes);
  EXPECT_EQ(peer.received[0].first_line(), "SIP/2.0 200 Fine");
  EXPECT_EQ(peer.received[0].header("X-Own"), "1");
  EXPECT_EQ(peer.received[0].header("Content-Type"), "text/plain");
  EXPECT_EQ(peer.received[0].body(), "hello");
  network.run(33s);
  EXPECT_TRUE(phone.idle());
}

TEST_F(Answering, a_stateless_answer_leaves_nothing_behind) {
  handle = [](IncomingRequest request) {
    request.respond_stateless(401, {{}, {{"WWW-Authenticate", "Digest x"}}, {}, {}});
  };
  send({.method = "REGISTER"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 401 Unauthorized");
  EXPECT_TRUE(phone.idle());
  EXPECT_EQ(network.wheel.armed(), 0u);
  send({.method = "REGISTER"});
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(peer.received[0].bytes, peer.received[1].bytes);
}

TEST_F(Answering, a_request_that_is_kept_is_answered_later) {
  handle = [this](IncomingRequest request) {
    EXPECT_EQ(request.message().method(), Method::kRegister);
    kept.emplace(std::move(request));
  };
  send({.method = "REGISTER"});
  EXPECT_THAT(peer.received, IsEmpty());
  send({.method = "REGISTER"});
  EXPECT_EQ(asked, 1) << "a repeated request is absorbed while it waits";
  EXPECT_EQ(kept->message().lines().size(), 0u);
  EXPECT_EQ(kept->flow().remote.to_string(), "10.0.0.9:5060");
  network.run(2s);
  EXPECT_THAT(peer.received, IsEmpty());
  network.run(3s);
  EXPECT_EQ(peer.last_line(), "SIP/2.0 100 Trying") << "RFC 4320 4.1: not before Timer E has reached T2";
  kept->respond(200);
  network.settle();
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
  EXPECT_EQ(peer.received.back().header("CSeq"), "1 REGISTER");
  EXPECT_THAT(peer.received.back().header("Via"), HasSubstr("z9hG4bK1"));
  kept->respond(500);
  kept.reset();
  network.settle();
  EXPECT_EQ(peer.received.size(), 2u);
}

TEST_F(Answering, a_kept_request_may_be_challenged_all_the_same) {
  handle = [this](IncomingRequest request) { kept.emplace(std::move(request)); };
  send({.method = "REGISTER"});
  kept->respond_stateless(401);
  network.settle();
  EXPECT_EQ(peer.last_line(), "SIP/2.0 401 Unauthorized");
}

TEST_F(Answering, a_request_that_is_forgotten_gets_500) {
  handle = [](IncomingRequest) {};
  send({.method = "REGISTER"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 500 Server Internal Error");
  handle = [this](IncomingRequest request) { kept.emplace(std::move(request)); };
  send({.method = "REGISTER", .branch = "z9hG4bK2", .cseq = 2});
  kept.reset();
  network.settle();
  EXPECT_EQ(network.count("SIP/2.0 500"), 2);
}

TEST_F(Answering, a_dropped_request_gets_nothing_and_leaves_nothing) {
  handle = [](IncomingRequest request) { request.drop(); };
  send({.method = "REGISTER"});
  handle = [this](IncomingRequest request) { kept.emplace(std::move(request)); };
  send({.method = "REGISTER", .branch = "z9hG4bK2", .cseq = 2});
  kept->drop();
  kept.reset();
  network.settle();
  EXPECT_THAT(peer.received, IsEmpty());
  EXPECT_TRUE(phone.idle());
}

TEST_F(Answering, a_request_may_be_moved_over_another) {
  handle = [this](IncomingRequest request) {
    if (kept)
      *kept = std::move(request);
    else
      kept.emplace(std::move(request));
  };
  send({.method = "REGISTER"});
  send({.method = "REGISTER", .branch = "z9hG4bK2", .cseq = 2});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 500 Server Internal Error");
  EXPECT_EQ(peer.received.back().header("CSeq"), "1 REGISTER");
  kept->respond(200);
  network.settle();
  EXPECT_EQ(peer.received.back().header("CSeq"), "2 REGISTER");
}

TEST_F(Answering, a_to_tag_in_register_means_nothing) {
  send({.method = "REGISTER", .to_tag = "stray"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
}

TEST_F(Answering, allow_names_what_has_a_handler) {
  send({.method = "OPTIONS"});
  EXPECT_THAT(peer.received.back().header("Allow"), HasSubstr("REGISTER"));
}

TEST_F(Answering, rfc3261_8_2_2_3_what_a_method_supports_is_what_its_handler_does) {
  phone.user_agent.set_request_handler(Method::kRegister, *this, "path, outbound");
  send({.method = "REGISTER", .headers = "Require: Path\n"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 200 OK");
  send({.method = "REGISTER", .branch = "z9hG4bK2", .cseq = 2, .headers = "Require: path, 100rel\n"});
  EXPECT_EQ(peer.last_line(), "SIP/2.0 420 Bad Extension");
  EXPECT_EQ(peer.received.back().header("Unsupported"), "100rel");
  send({.method = "INVITE", .branch = "z9hG4bK3", .cseq = 3, .headers = "Require: path\n"});
  EXPECT_EQ(peer.received.back().header("Unsupported"), "path");
  send({.method = "OPTIONS", .branch = "z9hG4bK4", .cseq = 4});
  EXPECT_THAT(peer.received.back().header("Supported"), HasSubstr("path, outbound"));
}

TEST_F(Answering, options_have_a_handler_when_one_is_set) {
  phone.user_agent.set_request_handler(Method::kOptions, *this);
  send({.method = "OPTIONS"});
  EXPECT_EQ(asked, 1);
}

class Asking : public Raw {
 public:
  void ask(std::optional<Credentials> credentials = {}) {
    RequestOptions options;
    options.flow.remote = address("10.0.0.9:5060");
    options.request_uri = "sip:carol@10.0.0.9";
    options.from = "<sip:pbx@b.example>";
    options.to = "<sip:carol@c.example>";
    options.contact_user = "pbx";
    options.credentials = std::move(credentials);
    phone.user_agent.request(std::move(options), network.now, [this](int status, const Message* response) {
      answers.push_back(std::to_string(status) + (response ? " with message" : ""));
    });
    network.settle();
  }
  std::vector<std::string> answers;
};

TEST_F(Asking, the_answer_is_given_once) {
  ask();
  Packet options = *peer.last("OPTIONS");
  EXPECT_EQ(options.header("To"), "<sip:carol@c.example>");
  EXPECT_EQ(options.header("Contact"), "<sip:pbx@10.0.0.2:5060>");
  respond(options, 100, "");
  respond(options, 200, "x");
  respond(options, 200, "x");
  EXPECT_THAT(answers, ElementsAre("200 with message"));
  network.run(10s);
  EXPECT_TRUE(phone.idle());
}

TEST_F(Asking, no_answer_is_408) {
  ask();
  network.run(33s);
  EXPECT_THAT(answers, ElementsAre("408"));
}

TEST_F(Asking, no_way_is_503_and_not_from_inside) {
  network.refuse = true;
  ask();
  EXPECT_THAT(answers, IsEmpty());
  network.run(10ms);
  EXPECT_THAT(answers, ElementsAre("503"));
}

TEST_F(Asking, a_challenge_is_answered_with_the_credentials) {
  ask(Credentials{"pbx", "secret", {}});
  Packet first = *peer.last("OPTIONS");
  respond(first, 401, "x",
          "WWW-Authenticate: Digest realm=\"c\", nonce=\"n\", algorithm=MD5, qop=\"auth\"\n");
  Packet second = *peer.last("OPTIONS");
  EXPECT_EQ(second.header("CSeq"), "2 OPTIONS");
  EXPECT_EQ(second.header("Call-ID"), first.header("Call-ID"));
  EXPECT_THAT(second.header("Authorization"), HasSubstr("username=\"pbx\""));
  respond(second, 200, "x");
  EXPECT_THAT(answers, ElementsAre("200 with message"));
}

TEST_F(Asking, a_challenge_without_credentials_is_the_answer) {
  ask();
  respond(*peer.last("OPTIONS"), 401, "x", "WWW-Authenticate: Digest realm=\"c\", nonce=\"n\"\n");
  EXPECT_THAT(answers, ElementsAre("401 with message"));
}

TEST_F(Asking, an_answer_may_ask_again) {
  ask();
  int more = 0;
  RequestOptions options;
  options.flow.remote = address("10.0.0.9:5060");
  options.request_uri = "sip:carol@10.0.0.9";
  options.from = "<sip:pbx@b.example>";
  options.to = "<sip:carol@c.example>";
  phone.user_agent.request(options, network.now, [&](int, const Message*) {
    phone.user_agent.request(options, network.now, [&](int status, const Message*) { more = status; });
  });
  network.settle();
  respond(*peer.last("OPTIONS"), 200, "x");
  respond(*peer.last("OPTIONS"), 404, "x");
  EXPECT_EQ(more, 404);
}

}  // namespace
}  // namespace polyfon::sip
