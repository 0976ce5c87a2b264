// Pattern: Asterisk's order, in which the entries of a context are tried (asterisk 1.3, "Sort order").
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dialplan/pattern.h"

namespace polyfon::dialplan {
namespace {

bool before(std::string_view a, std::string_view b) {
  const Pattern first(a), second(b);
  EXPECT_EQ(first<second, second> first);
  return first < second;
}

TEST(PatternOrder, literals_come_before_patterns) {
  EXPECT_TRUE(before("9999", "_1"));
  EXPECT_TRUE(before("zzz", "_1234"));
}

TEST(PatternOrder, literals_go_by_bytes) {
  EXPECT_TRUE(before("100", "200"));
  EXPECT_TRUE(before("10", "100"));
  EXPECT_TRUE(before("100", "s"));
  EXPECT_TRUE(before("#1", "*1"));
  EXPECT_TRUE(before("z", "\xd0"));
}

TEST(PatternOrder, dashes_do_not_count) {
  EXPECT_TRUE(Pattern("1-00") == Pattern("100"));
  EXPECT_TRUE(Pattern("_N-XX") == Pattern("_NXX-"));
  EXPECT_TRUE(before("1-00", "101"));
}

TEST(PatternOrder, smaller_sets_come_first) {
  EXPECT_TRUE(before("_1", "_[12]"));
  EXPECT_TRUE(before("_[12]", "_N"));
  EXPECT_TRUE(before("_N", "_Z"));
  EXPECT_TRUE(before("_Z", "_X"));
  EXPECT_TRUE(before("_X", "_[0-9*]"));
}

TEST(PatternOrder, sets_of_one_size_go_by_their_lowest_character) {
  EXPECT_TRUE(before("_[13]", "_[23]"));
  EXPECT_TRUE(before("_1", "_2"));
  EXPECT_TRUE(before("_*", "_1"));
}

TEST(PatternOrder, sets_of_one_size_and_beginning_go_by_the_lower_characters) {
  EXPECT_TRUE(before("_[123]", "_[129]"));
  EXPECT_TRUE(before("_[12]", "_[13]"));
}

TEST(PatternOrder, how_a_set_is_written_does_not_count) {
  EXPECT_TRUE(Pattern("_[0-9]") == Pattern("_X"));
  EXPECT_TRUE(Pattern("_[2-9]") == Pattern("_n"));
  EXPECT_TRUE(Pattern("_[321]") == Pattern("_[1-3]"));
  EXPECT_TRUE(Pattern("_[1123]") == Pattern("_[123]"));
  EXPECT_TRUE(Pattern("_[5]") == Pattern("_5"));
  EXPECT_TRUE(Pattern("_[]5") == Pattern("_5"));
}

TEST(PatternOrder, wildcards_come_after_any_set) {
  EXPECT_TRUE(before("_X", "_."));
  EXPECT_TRUE(before("_[ -~]", "_."));
  EXPECT_TRUE(before("_.", "_!"));
}

TEST(PatternOrder, a_longer_pattern_precedes_its_own_beginning) {
  EXPECT_TRUE(before("_XX", "_X"));
  EXPECT_TRUE(before("_X.", "_X"));
  EXPECT_TRUE(before("_X!", "_X"));
  EXPECT_TRUE(before("_XX", "_X."));
}

TEST(PatternOrder, an_unclosed_set_comes_last) {
  EXPECT_TRUE(before("_!", "_[12"));
  EXPECT_TRUE(before("_", "_[12"));
  EXPECT_TRUE(before("_X", "_[12"));
}

TEST(PatternOrder, sorts_a_whole_context_as_asterisk_does) {
  std::vector<std::string> sorted{"100",   "200",  "s",   "_1001", "_[12]XX", "_NXX", "_ZXX",
                                  "_XXXX", "_XXX", "_X.", "_X!",   "_.",      "_!"};
  std::vector<Pattern> patterns;
  for (const auto& text : sorted) patterns.emplace_back(text);
  std::ranges::reverse(patterns);
  std::ranges::sort(patterns);
  std::vector<std::string> got;
  for (const auto& pattern : patterns) got.push_back(pattern.text());
  EXPECT_EQ(got, sorted);
}

TEST(PatternOrder, is_a_total_order_over_many_patterns) {
  const std::vector<std::string> texts{"",       "1",   "12",  "-1",  "_",   "_1",    "_X",    "_x",
                                       "_[0-9]", "_X.", "_X!", "_[",  "_1[", "_[1[",  "_[]",   "_[9-1]",
                                       "_.",     "_.1", "_!",  "_!1", "_-",  "_[12]", "_[21]", "_Z"};
  for (const auto& a : texts)
    for (const auto& b : texts) {
      const Pattern pa(a), pb(b);
      EXPECT_EQ((pa <=> pb) == 0, (pb <=> pa) == 0) << a << " " << b;
      EXPECT_EQ(pa<pb, pb> pa) << a << " " << b;
      EXPECT_EQ(pa == pb, pa.key() == pb.key()) << a << " " << b;
      for (const auto& c : texts)
        if (pa < pb && pb < Pattern(c)) EXPECT_TRUE(pa < Pattern(c)) << a << " " << b << " " << c;
    }
}

TEST(PatternOrder, a_literal_compares_with_dialled_data_as_with_its_like) {
  EXPECT_TRUE(Pattern("100").compare_literal("1-00") == 0);
  EXPECT_TRUE(Pattern("100").compare_literal("1001") < 0);
  EXPECT_TRUE(Pattern("2").compare_literal("1001") > 0);
}

}  // namespace
}  // namespace polyfon::dialplan
