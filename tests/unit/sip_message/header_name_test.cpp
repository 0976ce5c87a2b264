#include <cctype>
#include <set>

#include "sample.h"
#include "sip/message/method.h"

namespace polyfon::sip {
namespace {

TEST(HeaderName, every_name_is_recognised_in_any_case) {
  for (int i = 1; i < static_cast<int>(Header::kCount); ++i) {
    const auto id = static_cast<Header>(i);
    std::string name(header_name(id));
    EXPECT_FALSE(name.empty()) << i;
    EXPECT_EQ(parse_header_name(name), id) << name;
    EXPECT_EQ(parse_header_name(base::upper(name)), id) << name;
    EXPECT_EQ(parse_header_name(base::lower(name)), id) << name;
  }
}

TEST(HeaderName, one_wrong_character_makes_it_another_header) {
  for (int i = 1; i < static_cast<int>(Header::kCount); ++i) {
    const std::string name(header_name(static_cast<Header>(i)));
    for (std::size_t at = 0; at < name.size(); ++at) {
      std::string wrong = name;
      wrong[at] = '_';
      EXPECT_EQ(parse_header_name(wrong), Header::kOther) << wrong;
    }
    EXPECT_EQ(parse_header_name(name + "s"), Header::kOther) << name;
  }
}

TEST(HeaderName, compact_forms) {
  const std::pair<std::string_view, Header> forms[] = {
      {"a", Header::kOther},       {"b", Header::kReferredBy},
      {"c", Header::kContentType}, {"e", Header::kContentEncoding},
      {"f", Header::kFrom},        {"i", Header::kCallId},
      {"k", Header::kSupported},   {"l", Header::kContentLength},
      {"m", Header::kContact},     {"o", Header::kEvent},
      {"r", Header::kReferTo},     {"s", Header::kSubject},
      {"t", Header::kTo},          {"u", Header::kAllowEvents},
      {"v", Header::kVia},         {"x", Header::kSessionExpires},
      {"z", Header::kOther}};
  for (const auto& [letter, id] : forms) {
    EXPECT_EQ(parse_header_name(letter), id) << letter;
    EXPECT_EQ(parse_header_name(base::upper(letter)), id) << letter;
  }
}

TEST(HeaderName, nothing_is_nothing) {
  EXPECT_EQ(parse_header_name(""), Header::kOther);
  EXPECT_EQ(parse_header_name(std::string(300, 'v')), Header::kOther);
}

TEST(MethodName, every_method_has_its_name_and_only_that) {
  std::set<std::string_view> names;
  for (int i = 1; i <= static_cast<int>(Method::kRefer); ++i) {
    const auto method = static_cast<Method>(i);
    EXPECT_EQ(parse_method(to_string(method)), method);
    EXPECT_EQ(parse_method(base::lower(to_string(method))), Method::kUnknown);
    names.insert(to_string(method));
  }
  EXPECT_EQ(names.size(), 14U);
  EXPECT_EQ(to_string(Method::kUnknown), "");
  EXPECT_EQ(parse_method(""), Method::kUnknown);
  EXPECT_EQ(parse_method("INVITES"), Method::kUnknown);
}

}  // namespace
}  // namespace polyfon::sip
