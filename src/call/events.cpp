#include "call/events.h"

namespace polyfon::call {

std::string_view to_string(DialStatus status) {
  switch (status) {
    case DialStatus::kAnswer: return "ANSWER";
    case DialStatus::kBusy: return "BUSY";
    case DialStatus::kNoAnswer: return "NOANSWER";
    case DialStatus::kCancel: return "CANCEL";
    case DialStatus::kCongestion: return "CONGESTION";
    case DialStatus::kChanUnavail: return "CHANUNAVAIL";
    case DialStatus::kInvalidArgs: return "INVALIDARGS";
  }
  return "";
}

}  // namespace polyfon::call
