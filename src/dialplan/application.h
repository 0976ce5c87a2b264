// Application: one dialplan application: its name, its manual and its coroutine. A file of src/app defines
// one (or a family) and registers it by a static Registration; console, documentation and `core show
// application` read the same table. thread: control (the table is constant after start-up).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "base/time.h"
#include "call/channel.h"
#include "config/diagnostic.h"

namespace polyfon::dialplan {

// What an application leaves to the interpreter (asterisk 1.4).
struct AppResult {
  enum class Next {
    kContinue,    // the next priority, or where the channel's position was set to (Goto)
    kJump,        // the position was set by the application: go on there
    kHangup,      // -1: the call ends (`h` runs)
    kDigit,       // a digit was dialled: the first of a new extension in `context`
    kIncomplete,  // the extension is the beginning of a longer one: more digits, or `i`
    kException,   // `e` goes on with `context` as the reason, else the call ends
  } next = Next::kContinue;
  char digit = 0;
  std::string context;  // kDigit: empty for the channel's own; kException: the reason

  static AppResult go_on() { return {}; }
  static AppResult jump() { return {Next::kJump}; }
  static AppResult hangup() { return {Next::kHangup}; }
  static AppResult dialled(char digit, std::string context = {}) {
    return {Next::kDigit, digit, std::move(context)};
  }
  static AppResult incomplete() { return {Next::kIncomplete}; }
  static AppResult exception(std::string reason) { return {Next::kException, 0, std::move(reason)}; }
};

class Interpreter;

struct AppContext {
  call::Channel& channel;
  Interpreter& interpreter;
  config::Location where;  // of the step, for warnings
};

struct OptionInfo {
  std::string_view letter;    // "m"
  std::string_view argument;  // "class", or empty
  std::string_view help;
};

struct ApplicationInfo {
  std::string_view name;      // "Dial": found in any case
  std::string_view synopsis;  // one line
  std::string_view syntax;    // "Dial(Technology/Resource[&...][,timeout[,options[,URL]]])"
  std::string_view description;
  std::span<const OptionInfo> options;
  std::span<const std::string_view> see_also;
};

using ApplicationFunction = base::Task<AppResult> (*)(AppContext context, std::string arguments);

struct Application {
  ApplicationInfo info;
  ApplicationFunction run;
};

// Static in the application's file:  static const dialplan::Registration registration{{info...}, run_dial};
class Registration {
 public:
  Registration(ApplicationInfo info, ApplicationFunction run);

 private:
  Application application_;
};

const Application* find_application(std::string_view name);  // any case
std::vector<const Application*> applications();              // by name
// Applications of Asterisk that polyfon is to have and has not yet: they warn, and the call goes on.
bool is_planned_application(std::string_view name);

// Arguments as ast_app_separate_args splits them: at commas outside (), [] and quotes; quotes and backslashes
// are removed; the last of `max` takes the remainder as it is. An empty text has none; a comma at the end is
// followed by an empty one.
std::vector<std::string> split_arguments(std::string_view text, std::size_t max = 64);
// The same with another separator, and with quotes and backslashes as they are written.
std::vector<std::string> split_raw_arguments(std::string_view text, std::size_t max = 64,
                                             char separator = ',');

// Option letters with their arguments, "rm(class)L(1000:500)": unknown letters are collected, never fatal
// (asterisk 1.7).
struct Options {
  struct Item {
    char letter;
    std::string argument;
    bool has_argument = false;
  };
  std::vector<Item> items;
  std::string unknown;  // letters outside `allowed`
  bool broken = false;  // an unclosed parenthesis
  const Item* find(char letter) const;
  bool has(char letter) const { return find(letter) != nullptr; }
};
Options parse_options(std::string_view text, std::string_view allowed);

// "1.5", "500ms", "5s", "2m", "1h" (ast_app_parse_timelen); `unit` is that of a bare number.
std::optional<base::Duration> parse_time_length(std::string_view text,
                                                base::Duration unit = std::chrono::seconds(1));

}  // namespace polyfon::dialplan
