#include "sip/message/parameter.h"

#include <fmt/format.h>

#include "sip/message/headers.h"

namespace polyfon::sip {

ParameterStep next_parameter(grammar::Cursor& cursor, Parameter& parameter) {
  cursor.skip_lws();
  if (!cursor.eat(';')) return ParameterStep::kEnd;
  cursor.skip_lws();
  parameter.name = cursor.token();
  parameter.value = {};
  if (parameter.name.empty()) return ParameterStep::kBroken;
  if (!cursor.eat_spaced('=')) return ParameterStep::kFound;
  if (cursor.at('"')) return cursor.quoted(parameter.value) ? ParameterStep::kFound : ParameterStep::kBroken;
  parameter.value = cursor.take_while(grammar::kParamValueChar);
  return ParameterStep::kFound;
}

base::Result<std::string_view> take_parameters(grammar::Cursor& cursor, std::string_view header) {
  cursor.skip_lws();
  const std::string_view begin = cursor.rest;
  std::size_t size = 0;
  Parameter parameter;
  for (std::size_t count = 0;; ++count) {
    switch (next_parameter(cursor, parameter)) {
      case ParameterStep::kFound: size = begin.size() - cursor.rest.size(); break;
      case ParameterStep::kEnd: return begin.substr(0, size);
      case ParameterStep::kBroken:
        return base::fail(base::ErrorCode::kInvalid,
                          fmt::format("{}: bad parameter, expected ;name=value", header));
    }
    if (count == kMaxHeaderParameters) {
      return base::fail(base::ErrorCode::kLimit,
                        fmt::format("{}: more than {} parameters", header, kMaxHeaderParameters));
    }
  }
}

std::optional<std::string_view> Parameters::find(std::string_view name) const {
  grammar::Cursor cursor{text};
  Parameter parameter;
  while (next_parameter(cursor, parameter) == ParameterStep::kFound) {
    if (base::iequals(parameter.name, name)) return parameter.value;
  }
  return std::nullopt;
}

}  // namespace polyfon::sip
