#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "console/commands.h"
#include "dialplan/application.h"

namespace polyfon::console {

namespace {

using call::Channel;

std::string plural(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string duration_of(const Channel& channel, base::Instant now) {
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - channel.created_at()).count();
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string app_with_data(const Channel& channel) {
  if (channel.application.empty()) return "(None)";
  return fmt::format("{}({})", channel.application, channel.application_data);
}

// The formats of main/cli.c: scripts cut these columns.
std::string brief_line(const Channel& channel) {
  auto location = channel.position.context.empty()
                      ? std::string("(None)")
                      : fmt::format("{}@{}:{}", channel.position.extension, channel.position.context,
                                    channel.position.priority);
  return fmt::format("{:<20.20} {:<20.20} {:<7.7} {:<30.30}\n", channel.name, location,
                     to_string(channel.state()), app_with_data(channel));
}

std::string concise_line(const Channel& channel, base::Instant now) {
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - channel.created_at()).count();
  return fmt::format("{}!{}!{}!{}!{}!{}!{}!{}!{}!{}!{}!{}!{}!{}\n", channel.name, channel.position.context,
                     channel.position.extension, channel.position.priority, to_string(channel.state()),
                     channel.application.empty() ? "(None)" : channel.application, channel.application_data,
                     channel.caller_id.number, channel.account_code, "", 3, seconds,
                     channel.bridged_peer() ? std::to_string(channel.bridged_peer().value()) : "",
                     channel.unique_id);
}

std::string verbose_line(const Channel& channel, base::Instant now) {
  return fmt::format(
      "{:<20.20} {:<20.20} {:<16.16} {:>4} {:<7.7} {:<12.12} {:<25.25} {:<15.15} {:>8.8} {:<11.11} {:<11.11} "
      "{:<20.20}\n",
      channel.name, channel.position.context, channel.position.extension, channel.position.priority,
      to_string(channel.state()), channel.application.empty() ? "(None)" : channel.application,
      channel.application_data, channel.caller_id.number, duration_of(channel, now), channel.account_code, "",
      channel.bridged_peer() ? std::to_string(channel.bridged_peer().value()) : "");
}

std::string show_channels(const call::Exchange& exchange, std::string_view form, base::Instant now) {
  std::string text;
  std::size_t channels = 0, calls = 0;
  if (form.empty())
    text = fmt::format("{:<20.20} {:<20.20} {:<7.7} {:<30.30}\n", "Channel", "Location", "State",
                       "Application(Data)");
  if (form == "verbose")
    text = fmt::format(
        "{:<20.20} {:<20.20} {:<16.16} {:>4} {:<7.7} {:<12.12} {:<25.25} {:<15.15} {:>8.8} {:<11.11} "
        "{:<11.11} {:<20.20}\n",
        "Channel", "Context", "Extension", "Prio", "State", "Application", "Data", "CallerID", "Duration",
        "Accountcode", "PeerAccount", "BridgeID");
  exchange.each_channel([&](const Channel& channel) {
    ++channels;
    calls += channel.incoming ? 1 : 0;
    if (form.empty()) text += brief_line(channel);
    if (form == "concise") text += concise_line(channel, now);
    if (form == "verbose") text += verbose_line(channel, now);
  });
  if (form == "concise") return text;
  return text + fmt::format("{}\n{}\n{} processed\n", plural(channels, "active channel"),
                            plural(calls, "active call"), plural(exchange.calls_processed(), "call"));
}

std::string spoken(base::Duration time) {
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  const std::pair<long, std::string_view> units[] = {
      {7 * 86400, "week"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
  std::string text;
  for (auto [size, name] : units) {
    long count = seconds / size;
    seconds %= size;
    if (count > 0 || (size == 1 && text.empty()))
      text += (text.empty() ? "" : ", ") + plural(static_cast<std::size_t>(count), name);
  }
  return text;
}

std::string show_applications() {
  std::string text = "    -= Registered polyfon Applications =-\n";
  auto all = dialplan::applications();
  for (const auto* application : all)
    text += fmt::format("  {:>20}: {}\n", application->info.name, application->info.synopsis);
  return text + fmt::format("    -= {} Applications Registered =-\n", all.size());
}

std::string show_application(std::string_view name) {
  const auto* application = dialplan::find_application(name);
  if (!application)
    return fmt::format("Your application(s) is (are) not registered{}\n",
                       dialplan::is_planned_application(name) ? ": polyfon does not have it yet" : "");
  const auto& info = application->info;
  std::string text = fmt::format(
      "\n  -= Info about application '{}' =- \n\n[Synopsis]\n{}\n\n[Description]\n{}\n\n[Syntax]\n{}\n",
      info.name, info.synopsis, info.description, info.syntax);
  if (!info.options.empty()) text += "\n[Options]\n";
  for (const auto& option : info.options)
    text += fmt::format("  {}{}: {}\n", option.letter,
                        option.argument.empty() ? std::string() : fmt::format("({})", option.argument),
                        option.help);
  return text;
}

std::string show_history(const SystemControl& system, const store::Journal& journal) {
  std::string waits = system.history_waits ? system.history_waits() : std::string();
  switch (journal.state()) {
    case store::Journal::State::kHealthy:
      if (waits.empty()) return "Call history: written to the database and Master.csv.\n";
      return fmt::format("Call history: records are safe in the journal and wait there: {}.\n", waits);
    case store::Journal::State::kOnReserve:
      return fmt::format(
          "Call history: the disk is full, records wait in the journal's reserve: {}. Free some space.\n",
          journal.reason());
    case store::Journal::State::kFull:
      return fmt::format("Call history: NOT written, disk and reserve are full: {}. Free some space now.\n",
                         journal.reason());
  }
  return {};
}

void add_show_commands(CommandTable& table, call::Exchange& exchange, const SystemControl& system,
                       const base::TimerWheel& timers) {
  table.add({"core show channels [concise|verbose|count]", "Display information on channels",
             "Lists the channels that exist now, with their place in the dialplan; `concise` is for scripts "
             "(fields between "
             "'!'),\n`verbose` shows more columns, `count` only the numbers.",
             [&](const CommandContext& context) {
               std::string form = context.words.size() > 3 ? base::lower(context.words[3]) : std::string();
               return show_channels(exchange, form, timers.now());
             }});
  table.add({"core show version", "Display version info", "Shows the version of the exchange that runs.",
             [&](const CommandContext&) { return fmt::format("polyfon {}\n", system.version); }});
  table.add({"core show uptime", "Show uptime information",
             "Shows since when the exchange runs, and since when with this "
             "configuration.",
             [&](const CommandContext&) {
               return fmt::format("System uptime: {}\nLast reload: {}\n",
                                  spoken(timers.now() - system.started),
                                  spoken(timers.now() - system.reloaded));
             }});
  table.add({"core show applications", "Shows registered dialplan applications",
             "Lists the applications that a dialplan can use.",
             [](const CommandContext&) { return show_applications(); }});
  table.add({"core show application <name>", "Describe a specific dialplan application",
             "Shows what an application does, its arguments and its options.",
             [](const CommandContext& context) { return show_application(context.words[3]); },
             [](const CommandContext&, std::string_view prefix) {
               std::vector<std::string> names;
               for (const auto* application : dialplan::applications())
                 if (base::istarts_with(application->info.name, prefix))
                   names.emplace_back(application->info.name);
               return names;
             }});
}

}  // namespace

void add_core_commands(CommandTable& table, call::Exchange& exchange, const SystemControl& system,
                       const store::Journal& journal, const base::TimerWheel& timers) {
  add_show_commands(table, exchange, system, timers);
  auto help = [&table](const CommandContext& context, std::size_t first_word) {
    std::string prefix;
    for (std::size_t i = first_word; i < context.words.size(); ++i)
      prefix += (prefix.empty() ? "" : " ") + context.words[i];
    return table.help(prefix);
  };
  table.add({"core show help [<word>] [<word>] [<word>] [<word>]",
             "Display help list, or specific help on a command",
             "With words, shows the commands that begin with them, or the usage of the one that does.",
             [help](const CommandContext& context) { return help(context, 3); }});
  table.add({"help [<word>] [<word>] [<word>] [<word>]", "Display help list, or specific help on a command",
             "The same as `core show help`.",
             [help](const CommandContext& context) { return help(context, 1); }});
  table.add(
      {"cdr show status", "Display the state of the call history",
       "Shows whether call records reach the database, or wait in the journal because the disk is full.",
       [&](const CommandContext&) { return show_history(system, journal); }});
  table.add({"core reload",
             "Reload the configuration",
             "Reads every file anew; applied as a whole when there is no error, else nothing changes and the "
             "errors are shown. "
             "Calls go on.",
             nullptr,
             {},
             [&system](CommandContext, Reply reply) { system.reload(std::move(reply)); }});
  table.add(
      {"core stop {now|gracefully}", "Shut down",
       "`now` hangs everything up; `gracefully` takes no new calls and stops when those that run have ended.",
       [&system](const CommandContext& context) {
         bool gracefully = base::iequals(context.words[2], "gracefully");
         system.stop(gracefully);
         return gracefully ? "Stopping when the calls have ended.\n" : "Stopping now.\n";
       }});
  table.add({"channel request hangup <channel>", "Request a hangup on a given channel",
             "Hangs up the channel of that name, or `all` of them.",
             [&exchange](const CommandContext& context) -> std::string {
               if (base::iequals(context.words[3], "all")) {
                 std::size_t count = exchange.channel_count();
                 exchange.hangup_all(call::HangupCause::kNormalClearing);
                 return fmt::format("Requested Hangup on {}\n", plural(count, "channel"));
               }
               call::ChannelId found;
               exchange.each_channel([&](const Channel& channel) {
                 if (base::iequals(channel.name, context.words[3])) found = channel.id();
               });
               if (!found) return fmt::format("{} is not a known channel\n", context.words[3]);
               exchange.hangup(found, call::HangupCause::kNormalClearing);
               return fmt::format("Requested Hangup on channel '{}'\n", context.words[3]);
             },
             [&exchange](const CommandContext&, std::string_view prefix) {
               std::vector<std::string> names{"all"};
               exchange.each_channel([&](const Channel& channel) { names.push_back(channel.name); });
               std::erase_if(names, [&](const auto& name) { return !base::istarts_with(name, prefix); });
               return names;
             }});
}

}  // namespace polyfon::console
