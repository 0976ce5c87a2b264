// What the applications that decide have in common: what is true, "cond?this:that", "App(arguments)". Pure.
// thread: any.
#pragma once
#include <string>
#include <string_view>

namespace polyfon::dialplan {

// pbx_checkcondition (asterisk 1.6): an empty text is false; one that begins with a number is true unless
// that is 0 ("0abc" is false); any other text is true ("0" with its quotes too).
bool is_true(std::string_view condition);

struct Branches {
  std::string_view condition;
  std::string_view if_true, if_false;
};
// At the first '?' and the first ':' behind it, whatever they stand in (GotoIf).
Branches split_branches(std::string_view text);
// The same, but not at those inside (), [] and quotes (ExecIf, GosubIf, MacroIf).
Branches split_branches_outside(std::string_view text);

struct Invocation {
  std::string_view name;
  std::string_view arguments;
  bool unclosed = false;  // the ')' is missing
};
// "App(arguments)" up to the last ')'; "App" alone has no arguments.
Invocation parse_invocation(std::string_view text);

}  // namespace polyfon::dialplan
