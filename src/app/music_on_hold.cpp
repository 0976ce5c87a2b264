#include "dialplan/application.h"

namespace polyfon::app {

namespace {

using dialplan::AppContext;
using dialplan::AppResult;

base::Task<AppResult> run_music_on_hold(AppContext context, std::string arguments) {
  auto& channel = context.channel;
  auto parts = dialplan::split_arguments(arguments, 2);
  if (!channel.answer()) co_return AppResult::hangup();
  channel.start_music(parts.empty() ? std::string_view() : std::string_view(parts[0]));
  auto time = parts.size() > 1 ? dialplan::parse_time_length(parts[1]) : std::nullopt;
  if (time)
    co_await channel.wait(*time);
  else
    co_await channel.wait_for_ever();
  channel.stop_music();
  co_return AppResult::go_on();
}

const dialplan::Registration kMusicOnHold{
    {.name = "MusicOnHold",
     .synopsis = "Play Music On Hold indefinitely.",
     .syntax = "MusicOnHold([class[,duration]])",
     .description = "Answers, and plays the music of a class of musiconhold.conf (the channel's own without "
                    "an argument) for so\n"
                    "many seconds, or until the caller hangs up.",
     .options = {},
     .see_also = {}},
    run_music_on_hold};

}  // namespace

}  // namespace polyfon::app
