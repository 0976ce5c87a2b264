#include "base/text.h"

#include <unordered_map>

#include <gtest/gtest.h>

namespace polyfon::base {
namespace {

TEST(Text, trim_removes_blanks_and_line_ends_at_both_ends_only) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim(" \r\n\t "), "");
  EXPECT_EQ(trim("x"), "x");
}

TEST(Text, iequals_knows_ascii_case_only) {
  EXPECT_TRUE(iequals("Via", "vIA"));
  EXPECT_FALSE(iequals("Via", "Vi"));
  EXPECT_FALSE(iequals("[", "{"));  // these differ by the case bit, and are no letters
  EXPECT_FALSE(iequals("\xC3\x84", "\xC3\xA4"));
  EXPECT_TRUE(iequals("", ""));
}

TEST(Text, istarts_with_compares_the_prefix_alone) {
  EXPECT_TRUE(istarts_with("SIP:alice", "sip:"));
  EXPECT_TRUE(istarts_with("sip", ""));
  EXPECT_FALSE(istarts_with("si", "sip"));
}

TEST(Text, lower_and_upper_leave_what_is_no_ascii_letter) {
  EXPECT_EQ(lower("AbZ@[`{9\xC3\x84"), "abz@[`{9\xC3\x84");
  EXPECT_EQ(upper("aBz@[`{9\xC3\xA4"), "ABZ@[`{9\xC3\xA4");
}

TEST(Text, split_gives_one_part_more_than_there_are_separators) {
  using Parts = std::vector<std::string_view>;
  EXPECT_EQ(split("a,b,,c", ','), (Parts{"a", "b", "", "c"}));
  EXPECT_EQ(split("", ','), (Parts{""}));
  EXPECT_EQ(split(",", ','), (Parts{"", ""}));
  EXPECT_EQ(split(" a , b ", ','), (Parts{" a ", " b "}));
}

TEST(Text, parse_number_takes_the_whole_text_or_nothing) {
  EXPECT_EQ(parse_number<int>("42"), 42);
  EXPECT_EQ(parse_number<int>("-7"), -7);
  EXPECT_EQ(parse_number<int>(""), std::nullopt);
  EXPECT_EQ(parse_number<int>(" 1"), std::nullopt);
  EXPECT_EQ(parse_number<int>("1 "), std::nullopt);
  EXPECT_EQ(parse_number<int>("+1"), std::nullopt);
  EXPECT_EQ(parse_number<int>("0x10"), std::nullopt);
  EXPECT_EQ(parse_number<unsigned>("-1"), std::nullopt);
}

TEST(Text, parse_number_keeps_the_range) {
  EXPECT_EQ(parse_number<std::uint16_t>("65535"), 65535);
  EXPECT_EQ(parse_number<std::uint16_t>("65536"), std::nullopt);
  EXPECT_EQ(parse_number<int>("5", 1, 5), 5);
  EXPECT_EQ(parse_number<int>("6", 1, 5), std::nullopt);
  EXPECT_EQ(parse_number<int>("0", 1, 5), std::nullopt);
  EXPECT_EQ(parse_number<std::int64_t>("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(parse_number<std::int64_t>("9223372036854775808"), std::nullopt);
}

TEST(Text, parse_boolean_knows_asterisks_words) {
  for (auto yes : {"yes", "True", "Y", "t", "1", "ON"}) EXPECT_EQ(parse_boolean(yes), true) << yes;
  for (auto no : {"no", "FALSE", "n", "F", "0", "Off"}) EXPECT_EQ(parse_boolean(no), false) << no;
  for (auto neither : {"", "2", "enabled", "yes ", "oui"})
    EXPECT_EQ(parse_boolean(neither), std::nullopt) << neither;
}

TEST(Text, hex_writes_two_small_digits_a_byte) {
  EXPECT_EQ(hex(std::string_view("\x00\x7f\xff\x0a", 4)), "007fff0a");
  EXPECT_EQ(hex(""), "");
}

TEST(Text, rfc3629_well_formed_utf8_is_accepted_up_to_the_ends_of_each_length) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("plain"));
  EXPECT_TRUE(is_utf8("\xC2\x80"));          // U+0080
  EXPECT_TRUE(is_utf8("\xDF\xBF"));          // U+07FF
  EXPECT_TRUE(is_utf8("\xE0\xA0\x80"));      // U+0800
  EXPECT_TRUE(is_utf8("\xED\x9F\xBF"));      // U+D7FF
  EXPECT_TRUE(is_utf8("\xEE\x80\x80"));      // U+E000
  EXPECT_TRUE(is_utf8("\xEF\xBF\xBF"));      // U+FFFF
  EXPECT_TRUE(is_utf8("\xF0\x90\x80\x80"));  // U+10000
  EXPECT_TRUE(is_utf8("\xF4\x8F\xBF\xBF"));  // U+10FFFF
  EXPECT_TRUE(is_utf8("\xD0\x9F\xD1\x80 \xE6\x97\xA5"));
}

TEST(Text, rfc3629_3_overlong_forms_are_refused) {
  EXPECT_FALSE(is_utf8("\xC0\x80"));
  EXPECT_FALSE(is_utf8("\xC1\xBF"));
  EXPECT_FALSE(is_utf8("\xE0\x9F\xBF"));
  EXPECT_FALSE(is_utf8("\xF0\x8F\xBF\xBF"));
}

TEST(Text, rfc3629_3_surrogates_and_numbers_past_the_end_are_refused) {
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
  EXPECT_FALSE(is_utf8("\xED\xBF\xBF"));
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));
  EXPECT_FALSE(is_utf8("\xF5\x80\x80\x80"));
  EXPECT_FALSE(is_utf8("\xFF"));
}

TEST(Text, broken_utf8_sequences_are_refused) {
  EXPECT_FALSE(is_utf8("\x80"));
  EXPECT_FALSE(is_utf8("a\xC3"));
  EXPECT_FALSE(is_utf8("\xE2\x82"));
  EXPECT_FALSE(is_utf8("\xE2\x28\xA1"));
  EXPECT_FALSE(is_utf8("\xF0\x9F\x98"));
  EXPECT_FALSE(is_utf8("\xC3\xC3"));
}

TEST(Text, printable_replaces_controls_and_broken_bytes_one_by_one) {
  EXPECT_EQ(printable("a\r\nb\tc\x7f"), "a??b?c?");
  EXPECT_EQ(printable("\x1b[31m"), "?[31m");
  EXPECT_EQ(printable("x\xC3(y"), "x?(y");
  EXPECT_EQ(printable("\xC2\x9Bm"), "?m");  // U+009B is the one-character CSI of a terminal
  EXPECT_EQ(printable("\xD0\x9F\xE6\x97\xA5"), "\xD0\x9F\xE6\x97\xA5");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a?b");
}

TEST(Text, printable_never_passes_its_limit_and_never_cuts_a_character) {
  EXPECT_EQ(printable("abcdefgh", 8), "abcdefgh");
  EXPECT_EQ(printable("abcdefghi", 8), "abcde...");
  EXPECT_EQ(printable("\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5", 8), "\xE6\x97\xA5...");
  EXPECT_EQ(printable("abc", 2), "");
  EXPECT_EQ(printable("abc", 0), "");
  std::string long_text(1000, 'x');
  for (std::size_t limit = 0; limit < 50; ++limit) EXPECT_LE(printable(long_text, limit).size(), limit);
}

TEST(Text, printable_output_is_always_utf8) {
  std::string bytes;
  for (int i = 0; i < 2000; ++i) bytes += static_cast<char>((i * 167 + i / 7 * 31) & 255);
  EXPECT_TRUE(is_utf8(printable(bytes, 4096)));
  EXPECT_TRUE(is_utf8(printable(bytes, 333)));
}

TEST(Text, equal_constant_time_agrees_with_equality) {
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("abc", "Abc"));
  EXPECT_FALSE(equal_constant_time("abc", "ab"));
  EXPECT_FALSE(equal_constant_time(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

TEST(Text, case_insensitive_map_finds_names_in_any_case) {
  std::unordered_map<std::string, int, CaseInsensitiveHash, CaseInsensitiveEqual> map{{"Call-ID", 1}};
  EXPECT_TRUE(map.contains(std::string_view("call-id")));
  EXPECT_TRUE(map.contains(std::string_view("CALL-ID")));
  EXPECT_FALSE(map.contains(std::string_view("call_id")));
}

TEST(Text, text_hash_map_is_asked_with_views) {
  std::unordered_map<std::string, int, TextHash, std::equal_to<>> map{{"a", 1}};
  EXPECT_TRUE(map.contains(std::string_view("a")));
  EXPECT_FALSE(map.contains(std::string_view("A")));
}

}  // namespace
}  // namespace polyfon::base
