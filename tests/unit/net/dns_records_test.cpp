#include "net/dns_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/net/name_server.h"

namespace polyfon::net {
namespace {

using base::ErrorCode;
using namespace std::chrono_literals;

// An answer to a question about example.org of that type, with those records.
std::string message(unsigned type, const std::vector<std::string>& records) {
  std::string out = dns::number(1) + "\x81\x80" + dns::number(1) +
                    dns::number(static_cast<unsigned>(records.size())) + dns::number(0) + dns::number(0);
  out += dns::name("example.org") + dns::number(type) + dns::number(1);
  for (const auto& record : records) out += record;
  return out;
}
std::span<const unsigned char> bytes(const std::string& text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}
std::string srv_record(unsigned priority, std::string_view target, unsigned ttl = 60) {
  return dns::record(dns::kSrv, ttl, dns::srv(priority, 0, 5060, target));
}

TEST(DnsRecords, the_shortest_time_to_live_counts) {
  auto answer = parse_srv(bytes(message(dns::kSrv, {srv_record(1, "a", 300), srv_record(2, "b", 20)})));
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->ttl, 20s);
}

TEST(DnsRecords, rfc2181_8_a_time_to_live_with_the_top_bit_is_none) {
  auto answer = parse_srv(bytes(message(dns::kSrv, {srv_record(1, "a", 0x80000001U)})));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->ttl, 0s);
}

TEST(DnsRecords, rfc2782_a_root_target_is_an_empty_name) {
  auto answer = parse_srv(bytes(message(dns::kSrv, {srv_record(0, "")})));
  ASSERT_TRUE(answer);
  EXPECT_EQ(std::get<SrvRecords>(answer->records).at(0).target, "");
}

TEST(DnsRecords, more_records_than_the_limit_leave_out_the_last) {
  std::vector<std::string> records;
  for (unsigned i = 0; i < 100; ++i) records.push_back(srv_record(100 - i, "h" + std::to_string(i)));
  auto answer = parse_srv(bytes(message(dns::kSrv, records)));
  ASSERT_TRUE(answer);
  const auto& found = std::get<SrvRecords>(answer->records);
  ASSERT_EQ(found.size(), kMaxSrvRecords);
  EXPECT_EQ(found.front().target, "h99");
}

TEST(DnsRecords, records_of_other_types_are_none) {
  auto other = message(dns::kSrv, {dns::record(dns::kA, 60, "\x7F\x01\x02\x03")});
  EXPECT_EQ(parse_srv(bytes(other)).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(parse_naptr(bytes(other)).error().code, ErrorCode::kNotFound);
}

TEST(DnsRecords, an_answer_cut_anywhere_is_an_error) {
  const std::string whole =
      message(dns::kNaptr, {dns::record(dns::kNaptr, 60, dns::naptr(1, 2, "s", "SIP+D2U", "_sip._udp.a"))});
  ASSERT_TRUE(parse_naptr(bytes(whole)));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string part = whole.substr(0, length);
    EXPECT_FALSE(parse_naptr(bytes(part))) << length;
    EXPECT_FALSE(parse_srv(bytes(part))) << length;
  }
}

TEST(DnsRecords, a_name_that_points_at_itself_is_an_error) {
  std::string loop = dns::number(1) + "\x81\x80" + dns::number(1) + dns::number(1) + dns::number(0) +
                     dns::number(0) + "\xC0\x0C" + dns::number(dns::kSrv) + dns::number(1);
  EXPECT_EQ(parse_srv(bytes(loop)).error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace polyfon::net
