// Method: the request methods that polyfon knows, and their names. RFC 3261 and its extensions.
#pragma once
#include <cstdint>
#include <string_view>

namespace polyfon::sip {

enum class Method : std::uint8_t {
  kUnknown,
  kInvite,
  kAck,
  kBye,
  kCancel,
  kRegister,
  kOptions,
  kInfo,
  kPrack,
  kUpdate,
  kMessage,
  kSubscribe,
  kNotify,
  kPublish,
  kRefer,
};

Method parse_method(std::string_view name);  // case-sensitive (RFC 3261 7.1)
std::string_view to_string(Method method);   // "INVITE"; kUnknown: ""

}  // namespace polyfon::sip
