#include "net/resolver.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "unit/net/name_server.h"

namespace polyfon::net {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using base::SocketAddress;
using Found = base::Result<Addresses>;

class ResolverTest : public testing::Test {
 protected:
  ResolverTest() {
    options_.servers = {server_.address()};
    options_.timeout = 50ms;
    options_.deadline = 2s;
  }
  Resolver& resolver() {
    if (!resolver_) resolver_ = std::make_unique<Resolver>(loop_, options_);
    return *resolver_;
  }
  Found resolve(std::string host, std::uint16_t port = 5060) {
    std::optional<Found> answer;
    resolver().resolve(std::move(host), port, [&](Found result) {
      EXPECT_FALSE(answer) << "answered twice";
      answer = std::move(result);
      loop_.stop();
    });
    EXPECT_FALSE(answer) << "answered inside resolve()";
    run();
    return answer ? std::move(*answer) : base::fail(ErrorCode::kIo, "no answer");
  }
  void run(base::Duration most = 5s) {
    struct Guard {
      void on_timer(base::Instant) { loop.stop(); }
      Loop& loop;
      base::Timer timer = base::Timer::of<&Guard::on_timer>(this);
    } guard{loop_};
    loop_.timers().arm(guard.timer, std::chrono::steady_clock::now() + most);
    loop_.run();
  }

  Loop loop_{"test", 0ms};
  NameServer server_{loop_};
  ResolverOptions options_;
  std::unique_ptr<Resolver> resolver_;
};

TEST_F(ResolverTest, a_literal_answers_without_a_question) {
  EXPECT_EQ(resolve("192.0.2.1", 5061)->at(0).to_string(), "192.0.2.1:5061");
  EXPECT_EQ(resolve("[2001:db8::1]")->at(0).to_string(), "[2001:db8::1]:5060");
  EXPECT_EQ(server_.questions, 0);
}

TEST_F(ResolverTest, a_name_gives_its_addresses_with_the_port) {
  server_.a.emplace("pbx.example.org", "\x7F\x01\x02\x03");
  auto answer = resolve("pbx.example.org", 5080);
  ASSERT_TRUE(answer) << answer.error().text;
  ASSERT_EQ(answer->size(), 1u);
  EXPECT_EQ(answer->at(0).to_string(), "127.1.2.3:5080");
}

TEST_F(ResolverTest, a_name_gives_both_families) {
  server_.a.emplace("both.example.org", "\x7F\x01\x02\x03");
  server_.a.emplace("both.example.org", "\x7F\x01\x02\x04");
  server_.aaaa.emplace("both.example.org", std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16));
  auto answer = resolve("both.example.org");
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->size(), 3u);
}

TEST_F(ResolverTest, an_address_given_twice_is_answered_once) {
  server_.a.emplace("twice.example.org", "\x7F\x01\x02\x03");
  server_.a.emplace("twice.example.org", "\x7F\x01\x02\x03");
  EXPECT_EQ(resolve("twice.example.org")->size(), 1u);
}

TEST_F(ResolverTest, a_name_that_does_not_exist_is_not_found) {
  auto answer = resolve("nobody.example.org");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kNotFound);
  EXPECT_NE(answer.error().text.find("nobody.example.org"), std::string::npos);
}

TEST_F(ResolverTest, a_server_that_fails_is_unavailable) {
  server_.failure = 2;  // SERVFAIL
  auto answer = resolve("pbx.example.org");
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().code, ErrorCode::kInvalid);
  EXPECT_NE(answer.error().text.find("pbx.example.org"), std::string::npos);
}

TEST_F(ResolverTest, a_silent_server_is_asked_again_and_then_timed_out) {
  server_.silent = true;
  auto before = std::chrono::steady_clock::now();
  auto answer = resolve("pbx.example.org");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kTimeout);
  EXPECT_GE(server_.questions, 2);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1900ms);
}

TEST_F(ResolverTest, the_deadline_answers_whatever_is_under_way) {
  server_.silent = true;
  options_.timeout = 10s;
  options_.deadline = 20ms;
  auto answer = resolve("pbx.example.org");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kTimeout);
}

TEST_F(ResolverTest, an_answer_after_the_deadline_is_not_given_again) {
  server_.silent = true;
  options_.timeout = 100ms;
  options_.deadline = 20ms;
  server_.a.emplace("pbx.example.org", "\x7F\x01\x02\x03");
  EXPECT_FALSE(resolve("pbx.example.org"));
  server_.silent = false;
  run(400ms);  // the second try is answered now
  EXPECT_GE(server_.questions, 3);
}

TEST_F(ResolverTest, a_server_where_nothing_listens_does_not_block) {
  auto free_port = UdpSocket::bind(*SocketAddress::parse("127.0.0.1", 0))->local();
  options_.servers = {free_port};
  auto before = std::chrono::steady_clock::now();
  resolver().resolve("pbx.example.org", 1, [](Found) {});
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1s);
  auto answer = resolve("other.example.org");
  ASSERT_FALSE(answer);
}

TEST_F(ResolverTest, many_look_ups_run_at_once) {
  int answered = 0;
  for (int i = 0; i < 100; ++i) {
    std::string name = "h" + std::to_string(i) + ".example.org";
    server_.a.emplace(name, std::string("\x7F\x01\x02", 3) + static_cast<char>(i));
    resolver().resolve(name, 5060, [&, i](Found result) {
      ASSERT_TRUE(result) << result.error().text;
      EXPECT_EQ(result->at(0).host(), "127.1.2." + std::to_string(i));
      if (++answered == 100) loop_.stop();
    });
  }
  run();
  EXPECT_EQ(answered, 100);
}

TEST_F(ResolverTest, what_is_no_name_is_invalid_without_a_question) {
  for (const std::string& host : {std::string(), std::string(254, 'x'), std::string("a\0b", 3)}) {
    auto answer = resolve(host);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::kInvalid);
  }
  EXPECT_EQ(server_.questions, 0);
}

TEST_F(ResolverTest, a_label_longer_than_dns_allows_is_an_error_in_the_loop) {
  EXPECT_FALSE(resolve(std::string(100, 'x') + ".example.org"));
  EXPECT_FALSE(resolve("a..example.org"));
}

TEST_F(ResolverTest, too_many_look_ups_are_refused) {
  server_.silent = true;
  options_.deadline = 60s;
  options_.timeout = 30s;
  std::optional<ErrorCode> code;
  for (int i = 0; i < 4096; ++i)
    resolver().resolve("h" + std::to_string(i) + ".example.org", 1, [](Found) {});
  resolver().resolve("one.too.many.example.org", 1, [&](Found result) {
    code = result.error().code;
    loop_.stop();
  });
  run();
  EXPECT_EQ(code, ErrorCode::kLimit);
}

TEST_F(ResolverTest, destruction_drops_what_is_under_way) {
  server_.silent = true;
  auto held = std::make_shared<int>(1);
  resolver().resolve("pbx.example.org", 1, [held](Found) { ADD_FAILURE(); });
  resolver().resolve("192.0.2.1", 1, [held](Found) { ADD_FAILURE(); });  // posted, and not yet given
  resolver_.reset();
  run(20ms);
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(ResolverTest, an_answer_may_destroy_the_resolver) {
  server_.a.emplace("pbx.example.org", "\x7F\x01\x02\x03");
  resolver().resolve("pbx.example.org", 1, [&](Found) {
    resolver_.reset();
    loop_.stop();
  });
  resolver().resolve("other.example.org", 1, [](Found) {});
  run();
  EXPECT_FALSE(resolver_);
}

TEST_F(ResolverTest, localhost_is_known_without_a_question) {
  auto answer = resolve("localhost");
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_TRUE(answer->at(0).is_loopback());
  EXPECT_EQ(server_.questions, 0);
}

TEST_F(ResolverTest, what_was_answered_is_not_asked_again) {
  server_.a.emplace("pbx.example.org", "\x7F\x01\x02\x03");
  EXPECT_TRUE(resolve("pbx.example.org", 5060));
  const int before = server_.questions;
  EXPECT_EQ(resolve("PBX.example.org", 5080)->at(0).to_string(), "127.1.2.3:5080");
  EXPECT_EQ(server_.questions, before);
}

TEST_F(ResolverTest, a_name_without_records_is_not_asked_again) {
  EXPECT_FALSE(resolve("nobody.example.org"));
  const int before = server_.questions;
  auto again = resolve("nobody.example.org");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(server_.questions, before);
}

TEST_F(ResolverTest, a_server_that_failed_is_asked_again) {
  server_.failure = 2;
  EXPECT_FALSE(resolve("pbx.example.org"));
  server_.failure = 0;
  server_.a.emplace("pbx.example.org", "\x7F\x01\x02\x03");
  EXPECT_TRUE(resolve("pbx.example.org"));
}

TEST_F(ResolverTest, records_without_a_time_to_live_are_kept_for_a_moment) {
  options_.cache.min_ttl = 30ms;
  server_.ttl = 0;
  server_.a.emplace("pbx.example.org", "\x7F\x01\x02\x03");
  EXPECT_TRUE(resolve("pbx.example.org"));
  const int before = server_.questions;
  run(40ms);
  EXPECT_TRUE(resolve("pbx.example.org"));
  EXPECT_GT(server_.questions, before);
}

TEST_F(ResolverTest, the_same_question_asked_twice_at_once_is_one_look_up) {
  server_.srv.emplace("_sip._udp.example.org", dns::srv(1, 1, 5060, "a.example.org"));
  int answered = 0;
  for (int i = 0; i < 20; ++i)
    resolver().resolve_srv("_sip._udp.example.org", [&](base::Result<SrvRecords> records) {
      ASSERT_TRUE(records) << records.error().text;
      EXPECT_EQ(records->size(), 1u);
      if (++answered == 20) loop_.stop();
    });
  run();
  EXPECT_EQ(answered, 20);
  EXPECT_EQ(server_.questions, 1);
}

TEST_F(ResolverTest, service_records_come_in_the_order_of_their_priority) {
  server_.srv.emplace("_sip._udp.example.org", dns::srv(20, 5, 5070, "b.example.org"));
  server_.srv.emplace("_sip._udp.example.org", dns::srv(10, 7, 5060, "a.example.org"));
  std::optional<base::Result<SrvRecords>> answer;
  resolver().resolve_srv("_sip._udp.example.org", [&](base::Result<SrvRecords> records) {
    answer = std::move(records);
    loop_.stop();
  });
  run();
  ASSERT_TRUE(answer && *answer);
  EXPECT_EQ(**answer, (SrvRecords{{10, 7, 5060, "a.example.org"}, {20, 5, 5070, "b.example.org"}}));
}

TEST_F(ResolverTest, naming_authority_pointers_come_in_their_order) {
  server_.naptr.emplace("example.org", dns::naptr(50, 50, "s", "SIP+D2U", "_sip._udp.example.org"));
  server_.naptr.emplace("example.org", dns::naptr(50, 10, "S", "SIPS+D2T", "_sips._tcp.example.org"));
  std::optional<base::Result<NaptrRecords>> answer;
  resolver().resolve_naptr("example.org", [&](base::Result<NaptrRecords> records) {
    answer = std::move(records);
    loop_.stop();
  });
  run();
  ASSERT_TRUE(answer && *answer);
  EXPECT_EQ(**answer, (NaptrRecords{{50, 10, "S", "SIPS+D2T", "_sips._tcp.example.org"},
                                    {50, 50, "s", "SIP+D2U", "_sip._udp.example.org"}}));
}

TEST_F(ResolverTest, a_name_that_has_addresses_but_no_service_has_no_service) {
  server_.a.emplace("pbx.example.org", "\x7F\x01\x02\x03");
  std::optional<ErrorCode> code;
  resolver().resolve_srv("pbx.example.org", [&](base::Result<SrvRecords> records) {
    ASSERT_FALSE(records);
    code = records.error().code;
    loop_.stop();
  });
  run();
  EXPECT_EQ(code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace polyfon::net
