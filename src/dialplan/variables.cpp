#include "dialplan/variables.h"

#include <fmt/format.h>

#include "base/text.h"
#include "dialplan/plan.h"

namespace polyfon::dialplan {
namespace {

// HINT is what the channel's extension watches; HINTNAME what stands behind its comma.
std::string hint_of(const ExpansionContext& context, bool name) {
  if (!context.plan || !context.clock) return {};
  const auto& position = context.channel->position;
  const Extension* found =
      context.plan->find_hint(position.context, position.extension, context.clock->wall());
  if (!found) return {};
  const std::string_view hint = found->hint;
  const auto comma = hint.find(',');
  if (!name) return std::string(hint.substr(0, comma));
  return comma == std::string_view::npos ? std::string() : std::string(hint.substr(comma + 1));
}

std::optional<std::string> find_builtin(const ExpansionContext& context, std::string_view name) {
  if (const call::Channel* channel = context.channel) {
    if (name == "EXTEN") return channel->position.extension;
    if (name == "CONTEXT") return channel->position.context;
    if (name == "PRIORITY") return fmt::to_string(channel->position.priority);
    if (name == "CHANNEL") return channel->name;
    if (name == "UNIQUEID") return channel->unique_id;
    if (name == "HANGUPCAUSE") return fmt::to_string(static_cast<int>(channel->hangup_cause));
    if (name == "HINT") return hint_of(context, false);
    if (name == "HINTNAME") return hint_of(context, true);
    // Presentation allowed, not screened; no ISDN types of number.
    if (name == "CALLINGPRES" || name == "CALLINGANI2" || name == "CALLINGTON" || name == "CALLINGTNS")
      return "0";
  }
  if (name == "EPOCH" && context.clock) {
    auto seconds = std::chrono::floor<std::chrono::seconds>(context.clock->wall());
    return fmt::to_string(seconds.time_since_epoch().count());
  }
  return std::nullopt;
}

base::Result<> store(call::Variables& variables, std::size_t limit, std::string_view name,
                     std::string_view value) {
  if (value.size() > kMaxExpandedBytes)
    return base::fail(base::ErrorCode::kLimit, fmt::format("the value of {} is longer than {} bytes",
                                                           base::printable(name), kMaxExpandedBytes));
  if (auto at = variables.find(name); at != variables.end()) {
    at->second = value;
    return {};
  }
  if (variables.size() >= limit)
    return base::fail(
        base::ErrorCode::kLimit,
        fmt::format("{} is one variable too many: there are {} already", base::printable(name), limit));
  variables.emplace(name, value);
  return {};
}

// One underscore: for the legs it dials; two: for theirs too; none: for itself.
void set_inheritance(call::Channel& channel, std::string_view name, std::size_t underscores) {
  using Inheritance = call::Channel::Inheritance;
  if (underscores > 0)
    channel.inheritance.insert_or_assign(std::string(name),
                                         underscores == 1 ? Inheritance::kLegs : Inheritance::kTheirLegsToo);
  else if (auto at = channel.inheritance.find(name); at != channel.inheritance.end())
    channel.inheritance.erase(at);
}

base::Result<> write_function(const ExpansionContext& context, std::string_view name,
                              std::string_view value) {
  const auto open = name.find('(');
  const std::string_view function_name = name.substr(0, open);
  const Function* function = find_function(function_name);
  if (!function)
    return base::fail(base::ErrorCode::kNotFound,
                      fmt::format("there is no function {}()", base::printable(function_name)));
  if (!function->write)
    return base::fail(base::ErrorCode::kDenied, fmt::format("{}() is read-only", function_name));
  if (!function->write(context, name.substr(open + 1, name.size() - open - 2), value))
    return base::fail(base::ErrorCode::kInvalid,
                      fmt::format("{} cannot be set to '{}'", base::printable(name), base::printable(value)));
  return {};
}

}  // namespace

std::optional<std::string> find_variable(const ExpansionContext& context, std::string_view name) {
  if (auto builtin = find_builtin(context, name)) return builtin;
  if (context.channel)
    if (auto at = context.channel->variables.find(name); at != context.channel->variables.end())
      return at->second;
  if (context.globals)
    if (auto at = context.globals->find(name); at != context.globals->end()) return at->second;
  return std::nullopt;
}

std::string_view plain_name(std::string_view name) {
  if (name.starts_with('_')) name.remove_prefix(name.starts_with("__") ? 2 : 1);
  return name;
}

base::Result<> set_variable(const ExpansionContext& context, std::string_view name, std::string_view value) {
  name = base::trim(name);
  if (name.ends_with(')') && name.find('(') != std::string_view::npos)
    return write_function(context, name, value);
  const std::string_view plain = plain_name(name);
  if (plain.empty()) return base::fail(base::ErrorCode::kInvalid, "a variable needs a name");
  if (context.channel) {
    auto stored = store(context.channel->variables, call::kMaxVariables, plain, value);
    if (stored) set_inheritance(*context.channel, plain, name.size() - plain.size());
    return stored;
  }
  name = plain;
  if (context.globals) return store(*context.globals, kMaxGlobals, name, value);
  return base::fail(base::ErrorCode::kUnavailable,
                    "there is neither a channel nor are there globals to set it in");
}

base::Result<> set_variable(call::Channel& channel, std::string_view name, std::string_view value) {
  return set_variable(ExpansionContext{.channel = &channel}, name, value);
}

base::Result<> assign(const ExpansionContext& context, std::string_view assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string_view::npos)
    return base::fail(base::ErrorCode::kInvalid,
                      fmt::format("'{}' has no '=': nothing is set", base::printable(assignment)));
  return set_variable(context, assignment.substr(0, equals), assignment.substr(equals + 1));
}

}  // namespace polyfon::dialplan
