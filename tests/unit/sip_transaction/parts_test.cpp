// The small parts: keyed hash, id codec, key table, envelope, where responses go.
#include <gtest/gtest.h>

#include "sip/transaction/envelope.h"
#include "sip/transaction/id_codec.h"
#include "sip/transaction/key_table.h"
#include "sip/transaction/response_flow.h"

namespace polyfon::sip {
namespace {

TEST(KeyedHash, is_siphash_2_4_of_its_paper) {
  // Key 00..0f, input 00..0e: the last byte of input is written by hand, as add() would separate parts.
  KeyedHash hash(0x0706050403020100, 0x0f0e0d0c0b0a0908);
  EXPECT_EQ(hash.start().finish(), 0x726fdb47dd0e0e31u);
  EXPECT_EQ(hash.start().add(std::uint64_t{0x0706050403020100}).finish(), 0x93f5f5799a932462u);
}

TEST(KeyedHash, tells_parts_apart) {
  KeyedHash hash(1, 2);
  EXPECT_NE(hash.start().add("a").add("bc").finish(), hash.start().add("ab").add("c").finish());
  EXPECT_NE(hash.start().add("").add("x").finish(), hash.start().add("x").add("").finish());
}

TEST(KeyedHash, can_disregard_case) {
  KeyedHash hash(1, 2);
  EXPECT_EQ(hash.start().add_lower("Host").finish(), hash.start().add("host").finish());
}

TEST(KeyedHash, depends_on_the_key) { EXPECT_NE(KeyedHash(1, 2)(7), KeyedHash(1, 3)(7)); }

TEST(IdCodec, reads_what_it_wrote) {
  base::SeededRandom random(1);
  IdCodec codec(random);
  for (std::uint64_t id :
       {std::uint64_t{1}, std::uint64_t{1} << 32, UINT64_MAX, std::uint64_t{0x123456789abcdef}}) {
    auto token = codec.encode(id);
    EXPECT_EQ(codec.decode(view(token)), id);
  }
}

TEST(IdCodec, refuses_every_token_with_one_wrong_digit) {
  base::SeededRandom random(1);
  IdCodec codec(random);
  const auto token = codec.encode(77);
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto forged = token;
    forged[i] = forged[i] == '0' ? '1' : '0';
    EXPECT_FALSE(codec.decode(view(forged))) << i;
  }
}

TEST(IdCodec, refuses_other_lengths_and_letters) {
  base::SeededRandom random(1);
  IdCodec codec(random);
  EXPECT_FALSE(codec.decode(""));
  EXPECT_FALSE(codec.decode("0123"));
  EXPECT_FALSE(codec.decode("zzzzzzzzzzzzzzzzzzzzzzzz"));
  std::string upper(view(codec.encode(0xabcdef)));
  for (char& c : upper)
    if (c >= 'a') c = static_cast<char>(c - 32);
  EXPECT_FALSE(codec.decode(upper));
}

TEST(IdCodec, another_start_has_other_tokens) {
  base::SeededRandom first(1), second(2);
  EXPECT_FALSE(IdCodec(second).decode(view(IdCodec(first).encode(5))));
}

using Table = KeyTable<struct ThingTag>;
using ThingId = base::Id<struct ThingTag>;

TEST(KeyTable, finds_what_was_put_in) {
  Table table;
  EXPECT_FALSE(table.find(1));
  table.insert(1, {5, 1});
  EXPECT_EQ(table.find(1), (ThingId{5, 1}));
  EXPECT_FALSE(table.find(65));  // the same place in a table of 64
}

TEST(KeyTable, the_first_keeps_the_key) {
  Table table;
  table.insert(1, {5, 1});
  table.insert(1, {6, 1});
  EXPECT_EQ(table.find(1), (ThingId{5, 1}));
  table.erase(1, {6, 1});
  EXPECT_EQ(table.size(), 1u);
  table.erase(1, {5, 1});
  EXPECT_EQ(table.size(), 0u);
}

TEST(KeyTable, closes_the_hole_behind_what_is_erased) {
  Table table;
  // All want the last places and wrap around.
  for (std::uint32_t i = 0; i < 10; ++i) table.insert(62 + 64ull * i, {i, 1});
  for (std::uint32_t gone = 0; gone < 10; gone += 3) table.erase(62 + 64ull * gone, {gone, 1});
  for (std::uint32_t i = 0; i < 10; ++i)
    EXPECT_EQ(static_cast<bool>(table.find(62 + 64ull * i)), i % 3 != 0) << i;
}

TEST(KeyTable, agrees_with_a_map_over_many_random_steps) {
  base::SeededRandom random(3);
  Table table;
  std::unordered_map<std::uint64_t, std::uint32_t> model;
  for (std::uint32_t step = 1; step < 20000; ++step) {
    std::uint64_t key = random.below(700);
    if (random.below(2) == 0) {
      table.insert(key, {step, 1});
      model.emplace(key, step);
    } else if (auto known = model.find(key); known != model.end()) {
      table.erase(key, {known->second, 1});
      model.erase(known);
    }
  }
  EXPECT_EQ(table.size(), model.size());
  for (std::uint64_t key = 0; key < 700; ++key) {
    auto known = model.find(key);
    EXPECT_EQ(table.find(key), known == model.end() ? ThingId{} : (ThingId{known->second, 1})) << key;
  }
}

std::string request(std::string_view cseq, std::string_view from = "<sip:a@x>;tag=1") {
  return fmt::format(
      "OPTIONS sip:b@y SIP/2.0\r\nVia: SIP/2.0/UDP h:5070;branch=z9hG4bK1;rport\r\nFrom: {}\r\nTo: "
      "<sip:b@y>\r\n"
      "Call-ID: c\r\nCSeq: {}\r\n\r\n",
      from, cseq);
}

TEST(Envelope, decodes_what_every_message_has) {
  std::string bytes = request("4 OPTIONS");
  Message message{std::span<const char>(bytes)};
  auto envelope = Envelope::of(message);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->via.host, "h");
  EXPECT_EQ(envelope->from_tag, "1");
  EXPECT_EQ(envelope->to_tag, "");
  EXPECT_EQ(envelope->cseq.number, 4u);
  EXPECT_EQ(envelope->call_id, "c");
}

TEST(Envelope, rfc3261_8_1_1_5_cseq_must_name_the_method) {
  std::string bytes = request("4 INVITE");
  Message message{std::span<const char>(bytes)};
  auto envelope = Envelope::of(message);
  ASSERT_FALSE(envelope);
  EXPECT_NE(envelope.error().text.find("CSeq"), std::string::npos);
}

TEST(Envelope, says_which_header_is_broken) {
  std::string bytes = request("4 OPTIONS", "<sip:a@x");
  Message message{std::span<const char>(bytes)};
  EXPECT_FALSE(Envelope::of(message));
  std::string number = request("4294967296 OPTIONS");
  Message large{std::span<const char>(number)};
  EXPECT_FALSE(Envelope::of(large));
}

Flow flow_of(Protocol protocol) { return {protocol, 3, *base::SocketAddress::parse("198.51.100.7", 33333)}; }

TEST(ResponseFlow, rfc3581_4_rport_answers_to_the_port_it_came_from) {
  auto via = parse_via("SIP/2.0/UDP 10.0.0.1:5070;rport;branch=z9hG4bKx");
  EXPECT_EQ(response_flow(flow_of(Protocol::kUdp), *via), flow_of(Protocol::kUdp));
}

TEST(ResponseFlow, rfc3261_18_2_2_else_to_the_port_of_sent_by) {
  auto flow = response_flow(flow_of(Protocol::kUdp), *parse_via("SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKx"));
  EXPECT_EQ(flow.remote.to_string(), "198.51.100.7:5070");
  flow = response_flow(flow_of(Protocol::kUdp), *parse_via("SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx"));
  EXPECT_EQ(flow.remote.to_string(), "198.51.100.7:5060");
  EXPECT_EQ(flow.listener, 3);
}

TEST(ResponseFlow, never_goes_to_a_third_host) {
  auto flow =
      response_flow(flow_of(Protocol::kUdp), *parse_via("SIP/2.0/UDP 10.0.0.1:5060;maddr=203.0.113.9;rport"));
  EXPECT_EQ(flow.remote.host(), "198.51.100.7");
}

TEST(ResponseFlow, rfc3261_18_2_2_a_connection_is_answered_on_itself) {
  Flow received = flow_of(Protocol::kTcp);
  received.connection = 7;
  Flow expected = received;
  expected.reply_port = 5070;  // when the connection has gone
  EXPECT_EQ(response_flow(received, *parse_via("SIP/2.0/TCP 10.0.0.1:5070")), expected);
}

TEST(ResponseFlow, rfc3261_18_2_2_sent_by_without_a_port_means_the_port_of_the_protocol) {
  EXPECT_EQ(response_flow(flow_of(Protocol::kTcp), *parse_via("SIP/2.0/TCP 10.0.0.1")).reply_port, 5060);
  EXPECT_EQ(response_flow(flow_of(Protocol::kTls), *parse_via("SIP/2.0/TLS 10.0.0.1")).reply_port, 5061);
}

TEST(ProtocolNames, are_read_in_any_case) {
  EXPECT_EQ(parse_protocol("tcp"), Protocol::kTcp);
  EXPECT_EQ(parse_protocol("Tls"), Protocol::kTls);
  EXPECT_EQ(parse_protocol("WSS"), Protocol::kWss);
  EXPECT_FALSE(parse_protocol("sctp"));
}

}  // namespace
}  // namespace polyfon::sip
