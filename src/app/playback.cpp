#include "base/text.h"
#include "dialplan/application.h"

namespace polyfon::app {

namespace {

using dialplan::AppContext;
using dialplan::AppResult;

bool has_word(std::string_view options, std::string_view word) {
  for (auto part : base::split(options, '&'))
    if (base::iequals(base::trim(part), word)) return true;
  return base::iequals(base::trim(options), word);
}

base::Task<AppResult> run_playback(AppContext context, std::string arguments) {
  auto& channel = context.channel;
  auto parts = dialplan::split_arguments(arguments, 2);
  std::string options = parts.size() > 1 ? parts[1] : std::string();
  bool up = channel.state() == call::ChannelState::kUp;
  if (has_word(options, "skip") && !up) {
    channel.variables.insert_or_assign("PLAYBACKSTATUS", "SUCCESS");
    co_return AppResult::go_on();
  }
  if (!has_word(options, "noanswer") && !channel.answer()) co_return AppResult::hangup();

  auto sounds = co_await channel.load_sounds(parts.empty() ? std::string() : parts[0]);
  co_await channel.play(std::move(sounds.audio), {});
  channel.forget_digits();  // nobody asked for them
  channel.variables.insert_or_assign("PLAYBACKSTATUS", sounds.all_found ? "SUCCESS" : "FAILED");
  co_return AppResult::go_on();
}

constexpr dialplan::OptionInfo kOptions[] = {
    {"skip", "", "Do nothing when the call is not answered yet."},
    {"noanswer", "", "Play without answering, as early media."},
};

const dialplan::Registration kPlayback{
    {.name = "Playback",
     .synopsis = "Play a file.",
     .syntax = "Playback(filename[&filename2[&...]][,options])",
     .description =
         "Answers and plays the files one after another, by name without extension, in the channel's "
         "language. A\n"
         "file that is missing is warned of and passed over. Sets PLAYBACKSTATUS to SUCCESS or FAILED.",
     .options = kOptions,
     .see_also = {}},
    run_playback};

}  // namespace

}  // namespace polyfon::app
