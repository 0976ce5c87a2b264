#include "base/text.h"
#include "dialplan/application.h"

namespace polyfon::app {

namespace {

using dialplan::AppContext;
using dialplan::AppResult;

// Digits have a prompt each; what has none is passed over (say.c: say_digit_str_full).
std::string prompt_of(char c) {
  if (base::is_digit(c)) return std::string("digits/") + c;
  switch (c) {
    case '#': return "digits/pound";
    case '*': return "digits/star";
    case '-': return "digits/minus";
    default: return {};
  }
}

base::Task<AppResult> run_say_digits(AppContext context, std::string arguments) {
  auto& channel = context.channel;
  if (!channel.answer()) co_return AppResult::hangup();
  std::vector<media::AudioPtr> audio;
  for (char c : arguments) {
    std::string name = prompt_of(c);
    if (name.empty()) continue;
    if (auto sound = co_await channel.load_sound(std::move(name))) audio.push_back(std::move(sound));
  }
  co_await channel.play(std::move(audio), {});
  channel.forget_digits();
  co_return AppResult::go_on();
}

const dialplan::Registration kSayDigits{
    {.name = "SayDigits",
     .synopsis = "Say Digits.",
     .syntax = "SayDigits(digits)",
     .description = "Answers and says the digits one by one in the channel's language; '#', '*' and '-' are "
                    "said by name, other\n"
                    "characters are passed over.",
     .options = {},
     .see_also = {}},
    run_say_digits};

}  // namespace

}  // namespace polyfon::app
