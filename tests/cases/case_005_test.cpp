// Case 5: the forms a header may be written in mean the same: RFC 3261 7.3.
#include <functional>

#include "house.h"

namespace polyfon::sim {
namespace {

using namespace std::chrono_literals;

using Case005 = House;

struct Form {
  const char* name;
  std::function<std::string(std::string)> write;
};

std::string each_line(const std::string& message,
                      const std::function<std::string(std::string, std::string)>& write) {
  const auto end = message.find("\r\n\r\n");
  std::string out = message.substr(0, message.find("\r\n") + 2);
  for (auto at = out.size(); at < end + 2;) {
    const auto stop = message.find("\r\n", at);
    const std::string line = message.substr(at, stop - at);
    const auto colon = line.find(':');
    out += write(line.substr(0, colon), line.substr(colon + 2)) + "\r\n";
    at = stop + 2;
  }
  return out + message.substr(end + 2);
}

std::string compact(const std::string& name) {
  constexpr std::pair<const char*, const char*> kNames[] = {{"Via", "v"},         {"From", "f"},
                                                            {"To", "t"},          {"Call-ID", "i"},
                                                            {"Contact", "m"},     {"Content-Type", "c"},
                                                            {"Subject", "s"},     {"Content-Length", "l"},
                                                            {"Supported", "k"},   {"Event", "o"},
                                                            {"Refer-To", "r"},    {"Allow-Events", "u"},
                                                            {"Referred-By", "b"}, {"Content-Encoding", "e"}};
  for (const auto& [full, letter] : kNames)
    if (name == full) return letter;
  return name;
}

std::string case_flipped(std::string name) {
  for (std::size_t i = 0; i < name.size(); ++i)
    name[i] = static_cast<char>(i % 2 ? std::toupper(name[i]) : std::tolower(name[i]));
  return name;
}

const Form kForms[] = {
    {"as it is", [](std::string text) { return text; }},
    {"compact",
     [](std::string text) {
       return each_line(text, [](auto name, auto value) { return compact(name) + ": " + value; });
     }},
    {"other case",
     [](std::string text) {
       return each_line(text, [](auto name, auto value) { return case_flipped(name) + ": " + value; });
     }},
    {"no blank",
     [](std::string text) {
       return each_line(text, [](auto name, auto value) { return name + ":" + value; });
     }},
    {"blanks before the colon",
     [](std::string text) {
       return each_line(text, [](auto name, auto value) { return name + " \t : \t " + value + "  "; });
     }},
    {"folded",
     [](std::string text) {
       return each_line(text, [](auto name, auto value) { return name + ":\r\n \t" + value; });
     }},
    {"folded before the parameters",
     [](std::string text) {
       return each_line(text, [](auto name, auto value) {
         const auto at =
             value.find('>') == std::string::npos ? std::string::npos : value.find(';', value.find('>'));
         return name + ": " +
                (at == std::string::npos ? value
                                         : value.substr(0, at) + "\r\n ; \r\n " + value.substr(at + 1));
       });
     }},
};

// What a call's answer says of how its request was read.
std::string reading(const Received& ok) {
  std::string text = ok.bytes;
  for (std::string_view what : {ok.to_tag()})
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what))
      text.replace(at, what.size(), "#");
  return text;
}

TEST_F(Case005, rfc3261_7_3_each_form_of_an_invite_is_the_same_call) {
  for (const Form& form : kForms) {
    SCOPED_TRACE(form.name);
    World world(1, {});
    static const SimConfiguration kFixture = SimConfiguration::read("cases");
    ExchangeNode node(world, kHouse, kFixture);
    Wire wire(world, "192.0.2.20");
    Words words;
    words.uri = words.to = "sip:u100@192.0.2.1";
    words.more = "Record-Route: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>\nSubject: x\n";
    wire.send_bytes(kHouse, form.write(written(words)));
    world.run_for(100ms);
    ASSERT_EQ(wire.story(), "200");
    const Received& ok = wire.last(200);
    EXPECT_EQ(ok.branch(), "z9hG4bKcase");
    EXPECT_EQ(ok.from_tag().substr(0, 2),
              form.name == std::string("folded before the parameters") ? "" : "f1");
    EXPECT_EQ(node.exchange().channel_count(), 1u);
    EXPECT_THAT(reading(ok), testing::HasSubstr("m=audio"));
    // The dialog is found by the tag and goes where Contact said.
    Words bye;
    bye.method = "BYE";
    bye.via = "SIP/2.0/UDP 192.0.2.20;branch=z9hG4bKbye";
    bye.to = ok.header("To");
    bye.cseq = "2 BYE";
    bye.body.clear();
    wire.send_bytes(kHouse, form.write(written(bye)));
    world.run_for(100ms);
    EXPECT_EQ(wire.last(200).header("CSeq").substr(0, 1), "2");
    EXPECT_EQ(node.exchange().channel_count(), 0u);
  }
}

TEST_F(Case005, rfc3261_7_3_1_joined_and_repeated_lists_are_one) {
  open();
  const std::string joined =
      "Record-Route: <sip:p1.example.com;lr>,<sip:p2.example.com;lr> , <sip:p3.example.com;lr>\n";
  const std::string repeated =
      "Record-Route: <sip:p1.example.com;lr>\nRecord-Route: <sip:p2.example.com;lr>\nrecord-route : "
      "<sip:p3.example.com;lr>\n";
  for (const std::string& more : {joined, repeated}) {
    caller_.clear();
    Words words;
    words.uri = "sip:u100@192.0.2.1";
    words.call_id = std::to_string(more.size());
    words.via = "SIP/2.0/UDP 192.0.2.20;branch=z9hG4bK" + words.call_id;
    words.more = more;
    const Received ok = talk(words);
    std::string routes;
    for (auto route : ok.headers("Record-Route")) routes += std::string(route) + ",";
    std::erase(routes, ' ');
    EXPECT_EQ(routes, "<sip:p1.example.com;lr>,<sip:p2.example.com;lr>,<sip:p3.example.com;lr>,");
  }
}

// RFC 3261 7.3.1: credentials hold commas; they are lines of their own.
TEST_F(Case005, rfc3261_7_3_1_credentials_are_never_joined) {
  open();
  Phone anna(world_, at("192.0.2.10"), kHouse, "1001", "secret-1001");
  anna.register_now();
  world_.run_for(1s);
  EXPECT_TRUE(anna.registered());
  Words words;
  words.method = "REGISTER";
  words.cseq = "1 REGISTER";
  words.uri = "sip:192.0.2.1";
  words.from = words.to = "<sip:1001@192.0.2.1>";
  words.from += ";tag=1";
  words.body.clear();
  ask(words);
  const std::string challenge(caller_.last(401).header("WWW-Authenticate"));
  auto parsed = sip::parse_auth(challenge);
  ASSERT_TRUE(parsed);
  sip::Credentials credentials{"1001", "secret-1001", {}};
  auto answer = sip::answer_challenge(*parsed, "REGISTER", "sip:192.0.2.1", credentials, 1, "0a4f113b");
  ASSERT_TRUE(answer);
  words.cseq = "2 REGISTER";
  words.via += "2";
  words.more =
      "Authorization: Digest realm=\"elsewhere\", nonce=\"x\", username=\"1001\", uri=\"sip:x\", "
      "response=\"1\"\n"
      "Authorization: " +
      *answer + "\n";
  caller_.clear();
  ask(words);
  EXPECT_EQ(caller_.story(), "200");  // ours is found beside the other realm's
  words.cseq = "3 REGISTER";
  words.via += "3";
  words.more =
      "Authorization: Digest realm=\"elsewhere\", nonce=\"x\", username=\"1001\", uri=\"sip:x\", "
      "response=\"1\", " +
      *answer + "\n";
  caller_.clear();
  ask(words);
  EXPECT_EQ(caller_.story(), "401");
}

}  // namespace
}  // namespace polyfon::sim
