// The resource of a Dial() target: SIP/peer, SIP/peer/number, SIP/number@peer (asterisk 3.1). Pure. thread:
// any.
#pragma once
#include <string>
#include <string_view>

namespace polyfon::call {

struct DialResource {
  std::string peer;    // an account, or a host with its port
  std::string number;  // "": the peer's own
};

inline DialResource parse_resource(std::string_view text) {
  if (auto slash = text.find('/'); slash != std::string_view::npos)
    return {std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
  if (auto at = text.rfind('@'); at != std::string_view::npos)
    return {std::string(text.substr(at + 1)), std::string(text.substr(0, at))};
  return {std::string(text), {}};
}

}  // namespace polyfon::call
