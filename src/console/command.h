// Command: one console command: its words, its help, and what it prints. Tables of commands stand beside what
// they show; `core show help`, completion and the manual come from them. Words match in full, any case;
// "[opt]" words and {a|b} alternatives as asterisk 4.1. thread: control runs the handlers.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace polyfon::console {

struct CommandContext {
  std::vector<std::string> words;  // as typed, all of them: "sip" "show" "peer" "1001"
};

// Takes the text that a command prints; called once, now or later, on the control thread.
using Reply = std::move_only_function<void(std::string)>;

struct Command {
  std::string syntax;   // "sip show peer <name>": <x> one argument, [x] optional, {a|b} alternatives
  std::string summary;  // one line
  std::string usage;    // several lines for `core show help`
  std::function<std::string(const CommandContext&)> run;
  // What may stand at the argument that begins with `prefix`; empty when it cannot be completed.
  std::function<std::vector<std::string>(const CommandContext&, std::string_view prefix)> complete = {};
  // Instead of `run`, for what takes its time (a reload parses on a worker).
  std::function<void(CommandContext, Reply)> run_later = {};
};

class CommandTable {
 public:
  void add(Command command);
  // Runs a line; an unknown one answers in Asterisk's words: No such command 'x' (type 'core show help x'
  // ...).
  void run(std::string_view line, Reply reply) const;
  // Candidates for the word at the end of `line`, sorted.
  std::vector<std::string> complete(std::string_view line) const;
  std::string help(std::string_view prefix) const;  // core show help [prefix]
  const std::vector<Command>& commands() const { return commands_; }

 private:
  struct Match;
  std::vector<Command> commands_;
};

}  // namespace polyfon::console
