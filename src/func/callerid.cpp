// CALLERID(): the caller's number and name, read and written.
#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/expansion.h"

namespace polyfon::func {
namespace {

using dialplan::ExpansionContext;

// Asterisk looks at the beginning of the word only: "number" is "num".
bool is(std::string_view word, std::string_view type) { return base::istarts_with(word, type); }

std::string field_of(const config::CallerId& id, std::string_view type) {
  if (is(type, "all")) return fmt::format("\"{}\" <{}>", id.name, id.number);
  if (is(type, "name")) return id.name;
  return id.number;
}

base::Task<std::string> read(ExpansionContext context, std::string arguments) {
  const auto parts = dialplan::split_arguments(arguments, 2);
  const std::string type(base::trim(parts.empty() ? std::string_view() : std::string_view(parts[0])));
  const bool plain = is(type, "num") || is(type, "name") || is(type, "all");
  if (plain && parts.size() > 1) co_return field_of(config::parse_caller_id(parts[1]), type);
  if (!context.channel) co_return std::string();
  if (plain || base::iequals(type, "ani")) co_return field_of(context.channel->caller_id, type);
  if (base::iequals(type, "dnid")) co_return context.channel->dialed_number;
  if (base::iequals(type, "pres") || is(type, "num-pres") || is(type, "name-pres"))
    co_return std::string("allowed_not_screened");
  if (base::iequals(type, "rdnis") || base::iequals(type, "tag") || is(type, "subaddr"))
    co_return std::string();
  context.warn(fmt::format("CALLERID({}) is not known: expected num, name, all, ani, dnid, rdnis or pres",
                           base::printable(type)));
  co_return std::string();
}

bool write(ExpansionContext context, std::string_view arguments, std::string_view value) {
  if (!context.channel) return false;
  const std::string_view type = base::trim(arguments);
  value = base::trim(value);
  if (is(type, "all"))
    context.channel->caller_id = config::parse_caller_id(value);
  else if (base::iequals(type, "name"))
    context.channel->caller_id.name = value;
  else if (base::iequals(type, "num") || base::iequals(type, "number") || base::iequals(type, "ani"))
    context.channel->caller_id.number = value;
  else if (base::iequals(type, "dnid"))
    context.channel->dialed_number = value;
  else
    return false;
  return true;
}

const dialplan::FunctionRegistration kCallerId{
    {{.name = "CALLERID",
      .synopsis = "Gets or sets the caller id of the channel.",
      .syntax = "CALLERID(datatype[,CID])",
      .description = "datatype: num (also number), name, all (\"name\" <number>), ani, dnid (what was "
                     "dialled), rdnis, pres.\n"
                     "With CID, a text like \"name\" <number>, the field is taken from that text instead of "
                     "the channel.\n"
                     "num, name, all, ani and dnid can be set: Set(CALLERID(num)=100). A presentation is "
                     "always allowed."},
     read,
     write}};

}  // namespace
}  // namespace polyfon::func
