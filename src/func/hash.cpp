// HASH, HASHKEYS, ARRAY: many values under one name. A hash is kept in variables of the channel, as Asterisk
// keeps it, so that it counts towards their limit.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/expansion.h"
#include "dialplan/variables.h"

namespace polyfon::func {
namespace {

using dialplan::ExpansionContext;

std::string variable_of(std::string_view hash, std::string_view key) {
  return fmt::format("~HASH~{}~{}~", hash, key);
}

std::vector<std::string> keys_of(const ExpansionContext& context, std::string_view hash) {
  std::vector<std::string> keys;
  const std::string prefix = fmt::format("~HASH~{}~", hash);
  if (context.channel)
    for (const auto& [name, value] : context.channel->variables)
      if (name.starts_with(prefix) && name.size() > prefix.size())
        keys.push_back(name.substr(prefix.size(), name.size() - prefix.size() - 1));
  std::ranges::sort(keys);
  return keys;
}

base::Task<std::string> read_hash(ExpansionContext context, std::string arguments) {
  auto parts = dialplan::split_arguments(arguments, 2);
  if (parts.empty()) co_return std::string();
  if (parts.size() == 2)
    co_return dialplan::find_variable(context, variable_of(parts[0], parts[1])).value_or(std::string());
  std::vector<std::string> values;
  for (const auto& key : keys_of(context, parts[0]))
    values.push_back(dialplan::find_variable(context, variable_of(parts[0], key)).value_or(std::string()));
  co_return fmt::format("{}", fmt::join(values, ","));
}

bool write_hash(ExpansionContext context, std::string_view arguments, std::string_view value) {
  const auto parts = dialplan::split_arguments(arguments, 2);
  return parts.size() == 2 &&
         dialplan::set_variable(context, variable_of(parts[0], parts[1]), value).has_value();
}

base::Task<std::string> read_keys(ExpansionContext context, std::string arguments) {
  co_return fmt::format("{}", fmt::join(keys_of(context, base::trim(arguments)), ","));
}

bool write_array(ExpansionContext context, std::string_view arguments, std::string_view value) {
  const auto names = dialplan::split_arguments(arguments);
  auto values = dialplan::split_arguments(value, std::max<std::size_t>(names.size(), 1));
  values.resize(names.size());
  bool all = true;
  for (std::size_t i = 0; i < names.size(); ++i)
    all = dialplan::set_variable(context, names[i], values[i]).has_value() && all;
  return all;
}

const dialplan::FunctionRegistration kHash{
    {{.name = "HASH",
      .synopsis = "Implementation of a dialplan associative array",
      .syntax = "HASH(hashname[,hashkey])",
      .description =
          "Set(HASH(h,key)=value) sets, ${HASH(h,key)} reads; without a key all values, by their keys."},
     read_hash,
     write_hash}};
const dialplan::FunctionRegistration kHashKeys{{{.name = "HASHKEYS",
                                                 .synopsis = "Retrieve the keys of the HASH() function.",
                                                 .syntax = "HASHKEYS(hashname)",
                                                 .description = "The keys, sorted, separated by commas."},
                                                read_keys,
                                                nullptr}};
const dialplan::FunctionRegistration kArray{
    {{.name = "ARRAY",
      .synopsis = "Allows setting multiple variables at once.",
      .syntax = "ARRAY(var1[,var2[,...]])",
      .description = "Set(ARRAY(a,b)=1,2) sets a to 1 and b to 2; a name without a value becomes empty."},
     nullptr,
     write_array}};

}  // namespace
}  // namespace polyfon::func
