#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "console/command.h"

namespace polyfon::console {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CommandTableTest : public testing::Test {
 protected:
  CommandTableTest() {
    auto say = [](std::string what) {
      return [what](const CommandContext& context) {
        return what + ":" + std::to_string(context.words.size()) + "\n";
      };
    };
    table_.add({"sip show peers", "List peers", "Lists them.", say("peers")});
    table_.add({"sip show peer <name>", "One peer", "Shows one.",
                [](const CommandContext& context) { return context.words[3] + "\n"; },
                [](const CommandContext&, std::string_view prefix) {
                  std::vector<std::string> names;
                  for (std::string name : {"1001", "1002", "2001"})
                    if (name.starts_with(prefix)) names.push_back(name);
                  return names;
                }});
    table_.add({"core show channels [concise|verbose|count]", "Channels", "Lists them.", say("channels")});
    table_.add({"core stop {now|gracefully}", "Stop", "Stops.", say("stop")});
    table_.add({"core reload", "Reload", "Reloads.", nullptr, {}, [](CommandContext, Reply reply) {
                  reply("later\n");
                }});
  }
  std::string run(std::string_view line) {
    std::string answer;
    table_.run(line, [&](std::string text) { answer = std::move(text); });
    return answer;
  }
  CommandTable table_;
};

TEST_F(CommandTableTest, runs_a_command_in_any_case) { EXPECT_EQ(run("SIP Show peers"), "peers:3\n"); }
TEST_F(CommandTableTest, takes_an_argument_and_a_quoted_one) {
  EXPECT_EQ(run("sip show peer 1001"), "1001\n");
  EXPECT_EQ(run("sip show peer \"a b\""), "a b\n");
}
TEST_F(CommandTableTest, an_optional_word_may_be_missing_but_not_be_another) {
  EXPECT_EQ(run("core show channels"), "channels:3\n");
  EXPECT_EQ(run("core show channels concise"), "channels:4\n");
  EXPECT_THAT(run("core show channels nonsense"), HasSubstr("No such command"));
}
TEST_F(CommandTableTest, an_alternative_must_be_one_of_those_named) {
  EXPECT_EQ(run("core stop gracefully"), "stop:3\n");
  EXPECT_THAT(run("core stop"), HasSubstr("No such command"));
  EXPECT_THAT(run("core stop soon"), HasSubstr("No such command"));
}
TEST_F(CommandTableTest, words_are_not_abbreviated) {
  EXPECT_THAT(run("sip sh peers"), HasSubstr("No such command"));
}
TEST_F(CommandTableTest, an_unknown_command_answers_in_asterisks_words) {
  EXPECT_EQ(run("frob it"),
            "No such command 'frob it' (type 'core show help frob' for other possible commands)\n");
}
TEST_F(CommandTableTest, an_unknown_command_is_printed_without_control_characters) {
  EXPECT_EQ(run("fr\x1b[0m").find('\x1b'), std::string::npos);
}
TEST_F(CommandTableTest, an_empty_line_says_nothing) { EXPECT_EQ(run("   "), ""); }
TEST_F(CommandTableTest, a_command_may_answer_later) { EXPECT_EQ(run("core reload"), "later\n"); }

TEST_F(CommandTableTest, completes_first_words) {
  EXPECT_THAT(table_.complete(""), ElementsAre("core", "sip"));
}
TEST_F(CommandTableTest, completes_the_word_that_is_begun) {
  EXPECT_THAT(table_.complete("core s"), ElementsAre("show", "stop"));
  EXPECT_THAT(table_.complete("sip show pe"), ElementsAre("peer", "peers"));
}
TEST_F(CommandTableTest, completes_alternatives_and_optional_words) {
  EXPECT_THAT(table_.complete("core stop "), ElementsAre("gracefully", "now"));
  EXPECT_THAT(table_.complete("core show channels c"), ElementsAre("concise", "count"));
}
TEST_F(CommandTableTest, completes_arguments_from_what_exists) {
  EXPECT_THAT(table_.complete("sip show peer 1"), ElementsAre("1001", "1002"));
}
TEST_F(CommandTableTest, completes_nothing_after_the_end) {
  EXPECT_THAT(table_.complete("core reload x"), IsEmpty());
}

TEST_F(CommandTableTest, help_lists_every_command_with_its_summary) {
  auto text = table_.help("");
  for (const auto& command : table_.commands()) {
    EXPECT_THAT(text, HasSubstr(command.syntax));
    EXPECT_THAT(text, HasSubstr(command.summary));
  }
}
TEST_F(CommandTableTest, help_of_one_command_shows_its_usage) {
  EXPECT_EQ(table_.help("sip show peers"), "Usage: sip show peers\nLists them.\n");
}
TEST_F(CommandTableTest, help_of_nothing_says_so) {
  EXPECT_EQ(table_.help("frob"), "No such command 'frob'.\n");
}

}  // namespace
}  // namespace polyfon::console
