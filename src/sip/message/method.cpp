#include "sip/message/method.h"

#include <array>

namespace polyfon::sip {

namespace {

constexpr std::array<std::string_view, 15> kNames = {"",         "INVITE",    "ACK",    "BYE",     "CANCEL",
                                                     "REGISTER", "OPTIONS",   "INFO",   "PRACK",   "UPDATE",
                                                     "MESSAGE",  "SUBSCRIBE", "NOTIFY", "PUBLISH", "REFER"};
static_assert(kNames[static_cast<std::size_t>(Method::kRefer)] == "REFER");

}  // namespace

Method parse_method(std::string_view name) {
  if (name.empty()) return Method::kUnknown;
  for (std::size_t i = 1; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Method>(i);
  }
  return Method::kUnknown;
}

std::string_view to_string(Method method) { return kNames[static_cast<std::size_t>(method)]; }

}  // namespace polyfon::sip
