// The rules of the language as tables: tests/unit/dialplan/vectors/*.txt. A line in brackets names the rule
// that what follows it tests; "question => answer", or "question => answer !! part of a warning"; lines that
// begin with '#' are notes. What a question is depends on the table.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dialplan/application.h"
#include "dialplan/expression.h"
#include "dialplan/pattern.h"
#include "dialplan/time_spec.h"
#include "dialplan/variables.h"
#include "unit/dialplan/samples.h"

namespace polyfon::dialplan {
namespace {

struct Vector {
  std::string place, question, answer, warning;  // "expressions.txt:12 (1.6 ...)"
};

std::vector<Vector> read_vectors(const std::string& name) {
  std::ifstream file(std::string(POLYFON_SOURCE_DIR "/tests/unit/dialplan/vectors/") + name + ".txt");
  EXPECT_TRUE(file) << name;
  std::vector<Vector> vectors;
  std::string line, rule;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line.starts_with("# ")) continue;
    if (line.starts_with("[1.")) {
      rule = line;
      continue;
    }
    const std::string place = name + ".txt:" + std::to_string(number) + " " + rule;
    EXPECT_FALSE(rule.empty()) << place << ": no rule is cited";
    const auto arrow = line.find(" =>");
    if (arrow == std::string::npos) {
      ADD_FAILURE() << place << ": no answer in '" << line << "'";
      continue;
    }
    Vector vector{place, line.substr(0, arrow), line.substr(arrow + 3), {}};
    if (const auto warning = vector.answer.find(" !! "); warning != std::string::npos) {
      vector.warning = vector.answer.substr(warning + 4);
      vector.answer.resize(warning);
    }
    if (vector.answer.starts_with(' ')) vector.answer.erase(0, 1);
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

class Listener final : public Reporter {
 public:
  void warn(std::string text) override { said += text + "\n"; }
  std::string said;
};

void expect_said(const Vector& vector, const std::string& said) {
  if (vector.warning.empty())
    EXPECT_EQ(said, "") << vector.place << ": " << vector.question;
  else
    EXPECT_NE(said.find(vector.warning), std::string::npos)
        << vector.place << ": " << vector.question << "\nsaid: " << said;
}

TEST(Vectors, expressions) {
  for (const Vector& vector : read_vectors("expressions")) {
    Listener listener;
    Expression expression(vector.question, listener);
    // A dialplan function that is "NAME:arguments"; TWO() is a number.
    while (auto call = expression.run())
      expression.give(call->name == "TWO" ? "2" : call->name + ":" + call->arguments);
    EXPECT_EQ(expression.result(), vector.answer) << vector.place << ": " << vector.question;
    expect_said(vector, listener.said);
  }
}

base::Task<std::string> read_twice(ExpansionContext, std::string arguments) {
  co_return arguments + arguments;
}
const FunctionRegistration kTwice{{{"TWICE", {}, {}, {}}, read_twice, nullptr}};

// "NAME=value" without an answer's arrow cannot be: "set NAME=value =>" sets.
TEST(Vectors, substitution) {
  Globals globals;
  for (const Vector& vector : read_vectors("substitution")) {
    Listener listener;
    const ExpansionContext context{.globals = &globals, .reporter = &listener};
    if (vector.question.starts_with("set ")) {
      EXPECT_TRUE(assign(context, vector.question.substr(4)).has_value()) << vector.place;
      continue;
    }
    EXPECT_EQ(expand_now(context, vector.question), vector.answer) << vector.place << ": " << vector.question;
    expect_said(vector, listener.said);
  }
}

// "max text" -> "[first][second]".
TEST(Vectors, arguments) {
  for (const Vector& vector : read_vectors("arguments")) {
    std::istringstream words(vector.question);
    std::size_t max = 0;
    words >> max;
    const auto text = vector.question.find(' ');
    std::string answer;
    for (const auto& argument :
         split_arguments(text == std::string::npos ? "" : vector.question.substr(text + 1), max))
      answer += "[" + argument + "]";
    EXPECT_EQ(answer, vector.answer) << vector.place << ": " << vector.question;
  }
}

// "allowed text" -> "t m(default) unknown:& broken".
TEST(Vectors, options) {
  for (const Vector& vector : read_vectors("options")) {
    const auto blank = vector.question.find(' ');
    const Options options = parse_options(
        blank == std::string::npos ? std::string_view() : std::string_view(vector.question).substr(blank + 1),
        std::string_view(vector.question).substr(0, blank));
    std::vector<std::string> parts;
    for (const auto& item : options.items)
      parts.push_back(item.has_argument ? fmt::format("{}({})", item.letter, item.argument)
                                        : std::string(1, item.letter));
    if (!options.unknown.empty()) parts.push_back("unknown:" + options.unknown);
    if (options.broken) parts.emplace_back("broken");
    EXPECT_EQ(fmt::format("{}", fmt::join(parts, " ")), vector.answer)
        << vector.place << ": " << vector.question;
  }
}

// "pattern digits" -> no, exact, partial; with "+": something longer could match. "order a b c" -> "a b c"
// sorted.
TEST(Vectors, patterns) {
  for (const Vector& vector : read_vectors("patterns")) {
    std::istringstream words(vector.question);
    std::string first, word;
    words >> first;
    if (first == "order") {
      std::vector<Pattern> patterns;
      while (words >> word) patterns.emplace_back(word);
      std::ranges::sort(patterns, [](const Pattern& a, const Pattern& b) { return a < b; });
      std::vector<std::string> texts;
      for (const Pattern& pattern : patterns) texts.push_back(pattern.text());
      EXPECT_EQ(fmt::format("{}", fmt::join(texts, " ")), vector.answer) << vector.place;
      continue;
    }
    words >> word;
    const Pattern pattern(first);
    const Pattern::Match match = pattern.match(word);
    std::string answer = match == Pattern::Match::kExact     ? "exact"
                         : match == Pattern::Match::kPartial ? "partial"
                                                             : "no";
    if (pattern.matches_more(word)) answer += "+";
    EXPECT_EQ(answer, vector.answer) << vector.place << ": " << vector.question;
  }
}

// "2026-03-02 12:00 spec" -> yes or no.
TEST(Vectors, times) {
  for (const Vector& vector : read_vectors("times")) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0;
    ASSERT_EQ(std::sscanf(vector.question.c_str(), "%d-%d-%d %d:%d", &year, &month, &day, &hour, &minute), 5)
        << vector.place;
    std::vector<std::string> said;
    const TimeSpec spec = TimeSpec::parse(std::string_view(vector.question).substr(17), said);
    EXPECT_EQ(spec.matches(utc(year, month, day, hour, minute)) ? "yes" : "no", vector.answer)
        << vector.place << ": " << vector.question;
    expect_said(vector, fmt::format("{}", fmt::join(said, "\n")));
  }
}

TEST(Vectors, are_six_hundred_at_least) {
  std::size_t count = 0;
  for (const char* name : {"expressions", "substitution", "arguments", "options", "patterns", "times"})
    count += read_vectors(name).size();
  EXPECT_GE(count, 600U);
}

}  // namespace
}  // namespace polyfon::dialplan
