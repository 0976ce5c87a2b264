// CHANNEL(): what a channel is and has.
#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/expansion.h"

namespace polyfon::func {
namespace {

using dialplan::ExpansionContext;

std::optional<std::string> item_of(const call::Channel& channel, std::string_view item) {
  if (item == "name") return channel.name;
  if (item == "uniqueid") return channel.unique_id;
  if (item == "linkedid") return channel.linked_id;
  if (item == "language") return channel.language;
  if (item == "musicclass") return channel.music_class;
  if (item == "accountcode") return channel.account_code;
  if (item == "state") return std::string(call::to_string(channel.state()));
  if (item == "context") return channel.position.context;
  if (item == "exten") return channel.position.extension;
  if (item == "channeltype") return channel.name.substr(0, channel.name.find('/'));
  return std::nullopt;
}

base::Task<std::string> read(ExpansionContext context, std::string arguments) {
  if (!context.channel) co_return std::string();
  const std::string item = base::lower(base::trim(arguments));
  auto value = item_of(*context.channel, item);
  if (!value)
    context.warn(
        fmt::format("CHANNEL({}) is not done by polyfon (yet): it gives nothing", base::printable(item)));
  co_return std::move(value).value_or(std::string());
}

bool write(ExpansionContext context, std::string_view arguments, std::string_view value) {
  if (!context.channel) return false;
  const std::string item = base::lower(base::trim(arguments));
  if (item == "language")
    context.channel->language = value;
  else if (item == "musicclass")
    context.channel->music_class = value;
  else if (item == "accountcode")
    context.channel->account_code = value;
  else
    return false;
  return true;
}

const dialplan::FunctionRegistration kChannel{
    {{.name = "CHANNEL",
      .synopsis = "Gets or sets properties of the channel.",
      .syntax = "CHANNEL(item)",
      .description = "Read: name, uniqueid, linkedid, language, musicclass, accountcode, state (Down, Ring, "
                     "Ringing, Up),\n"
                     "context, exten, channeltype. language, musicclass and accountcode can be set:\n"
                     "Set(CHANNEL(language)=ru)."},
     read,
     write}};

}  // namespace
}  // namespace polyfon::func
