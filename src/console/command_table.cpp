#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "console/command.h"

namespace polyfon::console {

namespace {

std::vector<std::string> split_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false, open = false;
  for (char c : line) {
    if (c == '"') {
      quoted = !quoted;
      open = true;
    } else if (base::is_space(c) && !quoted) {
      if (open) words.push_back(std::exchange(word, {}));
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (open) words.push_back(std::move(word));
  return words;
}

bool is_argument(std::string_view pattern) { return pattern.starts_with('<'); }
bool is_optional(std::string_view pattern) { return pattern.starts_with('['); }

// The alternatives of one word of a syntax: "show", "{now|gracefully}", "[verbose|concise]"; an argument has
// none.
std::vector<std::string_view> alternatives(std::string_view pattern) {
  if (is_argument(pattern)) return {};
  if (pattern.starts_with('{') || pattern.starts_with('[')) pattern = pattern.substr(1, pattern.size() - 2);
  if (is_argument(pattern)) return {};
  return base::split(pattern, '|');
}

bool accepts(std::string_view pattern, std::string_view word) {
  auto choices = alternatives(pattern);
  return choices.empty() ||
         std::ranges::any_of(choices, [&](auto choice) { return base::iequals(choice, word); });
}

// How many words of the syntax are plain: of two commands that match, the more literal one is meant.
std::size_t literal_words(const std::vector<std::string>& syntax) {
  return static_cast<std::size_t>(
      std::ranges::count_if(syntax, [](const auto& word) { return !alternatives(word).empty(); }));
}

bool matches(const std::vector<std::string>& syntax, const std::vector<std::string>& words) {
  if (words.size() > syntax.size()) return false;
  for (std::size_t i = 0; i < syntax.size(); ++i) {
    if (i >= words.size()) return is_optional(syntax[i]);
    if (!accepts(syntax[i], words[i])) return false;
  }
  return true;
}

}  // namespace

void CommandTable::add(Command command) { commands_.push_back(std::move(command)); }

void CommandTable::run(std::string_view line, Reply reply) const {
  auto words = split_words(line);
  if (words.empty()) return reply({});
  const Command* best = nullptr;
  std::size_t best_literals = 0;
  for (const auto& command : commands_) {
    auto syntax = split_words(command.syntax);
    if (!matches(syntax, words)) continue;
    std::size_t literals = literal_words(syntax);
    if (!best || literals > best_literals) {
      best = &command;
      best_literals = literals;
    }
  }
  if (!best) {
    std::string typed = base::printable(base::trim(line));
    return reply(fmt::format("No such command '{}' (type 'core show help {}' for other possible commands)\n",
                             typed, base::printable(words[0], 32)));
  }
  CommandContext context{std::move(words)};
  if (best->run_later) return best->run_later(std::move(context), std::move(reply));
  reply(best->run(context));
}

std::vector<std::string> CommandTable::complete(std::string_view line) const {
  auto words = split_words(line);
  std::string prefix;
  if (!line.empty() && !base::is_space(line.back()) && !words.empty()) {
    prefix = std::move(words.back());
    words.pop_back();
  }
  std::vector<std::string> candidates;
  for (const auto& command : commands_) {
    auto syntax = split_words(command.syntax);
    if (syntax.size() <= words.size()) continue;
    bool fits = true;
    for (std::size_t i = 0; fits && i < words.size(); ++i) fits = accepts(syntax[i], words[i]);
    if (!fits) continue;
    for (auto choice : alternatives(syntax[words.size()]))
      if (base::istarts_with(choice, prefix)) candidates.emplace_back(choice);
    if (alternatives(syntax[words.size()]).empty() && command.complete)
      for (auto& value : command.complete({words}, prefix)) candidates.push_back(std::move(value));
  }
  std::ranges::sort(candidates);
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  return candidates;
}

std::string CommandTable::help(std::string_view prefix) const {
  prefix = base::trim(prefix);
  std::vector<const Command*> found;
  for (const auto& command : commands_)
    if (base::istarts_with(command.syntax, prefix)) found.push_back(&command);
  if (found.empty()) return fmt::format("No such command '{}'.\n", base::printable(prefix));
  if (found.size() == 1 && !prefix.empty())
    return fmt::format("Usage: {}\n{}\n", found[0]->syntax, found[0]->usage);
  std::ranges::sort(found, {}, &Command::syntax);
  std::string text;
  for (const auto* command : found) text += fmt::format("{:>40} -- {}\n", command->syntax, command->summary);
  return text;
}

}  // namespace polyfon::console
