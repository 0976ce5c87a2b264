#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/interpreter.h"

namespace polyfon::app {

namespace {

using dialplan::AppContext;
using dialplan::AppResult;

constexpr std::string_view kAllDigits = "0123456789*#ABCD";

base::Task<AppResult> run_background(AppContext context, std::string arguments) {
  auto& channel = context.channel;
  auto parts = dialplan::split_arguments(arguments, 4);
  parts.resize(4);
  auto options = dialplan::parse_options(parts[1], "snmp");
  bool up = channel.state() == call::ChannelState::kUp;
  if (options.has('s') && !up) co_return AppResult::go_on();
  if (!options.has('n') && !channel.answer()) co_return AppResult::hangup();

  auto sounds = co_await channel.load_sounds(parts[0], parts[2]);

  // m: only digits that are an extension of one digit in that context interrupt.
  std::string context_name = parts[3].empty() ? channel.position.context : parts[3];
  std::string interrupting(kAllDigits);
  if (options.has('m'))
    std::erase_if(interrupting, [&](char digit) {
      return context.interpreter.reach(context_name, std::string(1, digit), channel.caller_id.number) !=
             call::ScriptRunner::Reach::kYes;
    });
  if (options.has('p')) interrupting.clear();
  auto result = co_await channel.play(std::move(sounds.audio), std::move(interrupting));
  channel.variables.insert_or_assign("BACKGROUNDSTATUS", sounds.all_found ? "SUCCESS" : "FAILED");
  if (result.digit) co_return AppResult::dialled(*result.digit, parts[3]);
  co_return AppResult::go_on();
}

constexpr dialplan::OptionInfo kOptions[] = {
    {"s", "", "Do nothing when the call is not answered yet."},
    {"n", "", "Do not answer: play as early media."},
    {"m", "", "Only a digit that is an extension of one digit in the context interrupts."},
    {"p", "", "Do not let digits interrupt; they are kept for what follows."},
};

const dialplan::Registration kBackground{
    {.name = "Background",
     .synopsis = "Play an audio file while waiting for digits of an extension to go to.",
     .syntax = "Background(filename1[&filename2[&...]][,options[,langoverride[,context]]])",
     .description = "Answers and plays the files; the first digit that the caller dials stops them and "
                    "begins an extension of the\n"
                    "context (the current one without an argument), which is collected and gone to.",
     .options = kOptions,
     .see_also = {}},
    run_background};

}  // namespace

}  // namespace polyfon::app
