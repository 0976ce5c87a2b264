// ExtensionLine: "EXT[/CID],PRI[(label)],App(arguments)" of exten => and same =>, taken apart as pbx_config.c
// does it (asterisk 1.2). Pure: what is odd is said in warnings. thread: any.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyfon::dialplan {

struct ApplicationCall {
  std::string name;
  std::string arguments;
};

// The extension part: up to the first ',' that is not inside [...] and not escaped; `text` goes on behind it.
std::string_view take_extension(std::string_view& text);
// Blanks go, outside [...]: "1 23" is 123.
std::string without_blanks(std::string_view extension);
// A caller id number as patterns are compared with it: without blanks, (), '-' and dots but for the last
// (asterisk 1.2).
std::string shrink_number(std::string_view number);

struct PriorityPart {
  std::string_view base;  // "1", "n", "hint", "label"
  std::string_view label;
  int plus = 0;         // n+101
  bool broken = false;  // "(label" without ')': the line is dropped
};
// The priority part, up to the next ','; `text` goes on behind it.
PriorityPart take_priority(std::string_view& text);

// What is left: the application and its arguments. `hint`: the text as it stands is what is watched.
ApplicationCall parse_application(std::string_view text, std::vector<std::string>& warnings);

// The same as Asterisk 1.4 reads it (compat=1.4): "App,arguments" too, and '|' between arguments. A '|' stays
// what it is in texts (NoOp, Verbose, Log), in commands (System, TrySystem, ${SHELL()}) and after a
// backslash. Set is MSet there.
ApplicationCall parse_old_application(std::string_view text, std::vector<std::string>& warnings);

// Whether '|' seems to separate these arguments, as in Asterisk 1.4; since 1.6 it is a character.
bool has_old_separators(std::string_view application, std::string_view arguments);

}  // namespace polyfon::dialplan
