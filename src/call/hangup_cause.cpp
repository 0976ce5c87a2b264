#include "call/hangup_cause.h"

#include <array>
#include <utility>

#include "base/text.h"

namespace polyfon::call {

namespace {

struct CauseName {
  HangupCause cause;
  std::string_view text;  // what people read
  std::string_view name;  // what Hangup() takes
};

constexpr std::array kNames{
    CauseName{HangupCause::kNone, "Unknown", "NOTDEFINED"},
    CauseName{HangupCause::kUnallocated, "Unallocated (unassigned) number", "UNALLOCATED"},
    CauseName{HangupCause::kNoRouteTransitNet, "No route to specified transmit network",
              "NO_ROUTE_TRANSIT_NET"},
    CauseName{HangupCause::kNoRouteDestination, "No route to destination", "NO_ROUTE_DESTINATION"},
    CauseName{HangupCause::kNormalClearing, "Normal Clearing", "NORMAL_CLEARING"},
    CauseName{HangupCause::kUserBusy, "User busy", "USER_BUSY"},
    CauseName{HangupCause::kNoUserResponse, "No user responding", "NO_USER_RESPONSE"},
    CauseName{HangupCause::kNoAnswer, "User alerting, no answer", "NO_ANSWER"},
    CauseName{HangupCause::kSubscriberAbsent, "Subscriber absent", "SUBSCRIBER_ABSENT"},
    CauseName{HangupCause::kCallRejected, "Call Rejected", "CALL_REJECTED"},
    CauseName{HangupCause::kNumberChanged, "Number changed", "NUMBER_CHANGED"},
    CauseName{HangupCause::kRedirectedToNewDestination, "Redirected to new destination",
              "REDIRECTED_TO_NEW_DESTINATION"},
    CauseName{HangupCause::kAnsweredElsewhere, "Answered elsewhere", "ANSWERED_ELSEWHERE"},
    CauseName{HangupCause::kDestinationOutOfOrder, "Destination out of order", "DESTINATION_OUT_OF_ORDER"},
    CauseName{HangupCause::kInvalidNumberFormat, "Invalid number format", "INVALID_NUMBER_FORMAT"},
    CauseName{HangupCause::kFacilityRejected, "Facility rejected", "FACILITY_REJECTED"},
    CauseName{HangupCause::kNormalUnspecified, "Normal, unspecified", "NORMAL_UNSPECIFIED"},
    CauseName{HangupCause::kNormalCircuitCongestion, "Circuit/channel congestion",
              "NORMAL_CIRCUIT_CONGESTION"},
    CauseName{HangupCause::kFailure, "Network out of order", "FAILURE"},
    CauseName{HangupCause::kNormalTemporaryFailure, "Temporary failure", "NORMAL_TEMPORARY_FAILURE"},
    CauseName{HangupCause::kSwitchCongestion, "Switching equipment congestion", "SWITCH_CONGESTION"},
    CauseName{HangupCause::kBearerCapabilityNotAvailable, "Bearer capability not available",
              "BEARERCAPABILITY_NOTAVAIL"},
    CauseName{HangupCause::kChannelNotImplemented, "Channel not implemented", "CHAN_NOT_IMPLEMENTED"},
    CauseName{HangupCause::kFacilityNotImplemented, "Facility not implemented", "FACILITY_NOT_IMPLEMENTED"},
    CauseName{HangupCause::kRecoveryOnTimerExpire, "Recover on timer expiry", "RECOVERY_ON_TIMER_EXPIRE"},
    CauseName{HangupCause::kInterworking, "Interworking, unspecified", "INTERWORKING"},
};

// Short names that Asterisk knows besides (ast_str2cause's aliases).
constexpr std::array kAliases{
    std::pair{std::string_view("BUSY"), HangupCause::kUserBusy},
    std::pair{std::string_view("CONGESTION"), HangupCause::kNormalCircuitCongestion},
    std::pair{std::string_view("NORMAL"), HangupCause::kNormalClearing},
    std::pair{std::string_view("NOANSWER"), HangupCause::kNoAnswer},
};

}  // namespace

// res_pjsip.c: ast_sip_hangup_sip2cause (asterisk 2.1).
HangupCause cause_from_sip(int status) {
  switch (status) {
    case 401:
    case 403:
    case 407:
    case 603: return HangupCause::kCallRejected;
    case 404:
    case 485:
    case 604: return HangupCause::kUnallocated;
    case 408: return HangupCause::kNoUserResponse;
    case 410: return HangupCause::kNumberChanged;
    case 480:
    case 483: return HangupCause::kNoAnswer;
    case 484: return HangupCause::kInvalidNumberFormat;
    case 486:
    case 600: return HangupCause::kUserBusy;
    case 488:
    case 606: return HangupCause::kBearerCapabilityNotAvailable;
    case 500: return HangupCause::kFailure;
    case 501: return HangupCause::kFacilityRejected;
    case 502: return HangupCause::kDestinationOutOfOrder;
    case 503: return HangupCause::kNormalCircuitCongestion;
    case 504: return HangupCause::kRecoveryOnTimerExpire;
    default: break;
  }
  if (status >= 500 && status < 600) return HangupCause::kNormalCircuitCongestion;
  if (status >= 400) return HangupCause::kInterworking;
  return HangupCause::kNormalClearing;
}

// chan_pjsip.c: hangup_cause2sip (asterisk 2.1); what it leaves open declines the call.
int sip_from_cause(HangupCause cause) {
  switch (cause) {
    case HangupCause::kUnallocated:
    case HangupCause::kNoRouteTransitNet:
    case HangupCause::kNoRouteDestination: return 404;
    case HangupCause::kUserBusy: return 486;
    case HangupCause::kNoUserResponse: return 408;
    case HangupCause::kNoAnswer:
    case HangupCause::kSubscriberAbsent:
    case HangupCause::kNormalUnspecified: return 480;
    case HangupCause::kCallRejected: return 403;
    case HangupCause::kNumberChanged: return 410;
    case HangupCause::kRedirectedToNewDestination: return 302;
    case HangupCause::kDestinationOutOfOrder: return 502;
    case HangupCause::kInvalidNumberFormat: return 484;
    case HangupCause::kFacilityRejected: return 501;
    case HangupCause::kNormalCircuitCongestion:
    case HangupCause::kSwitchCongestion:
    case HangupCause::kChannelNotImplemented: return 503;
    case HangupCause::kFailure:
    case HangupCause::kInterworking: return 500;
    case HangupCause::kBearerCapabilityNotAvailable: return 488;
    default: return 603;
  }
}

std::string_view to_string(HangupCause cause) {
  for (const auto& entry : kNames)
    if (entry.cause == cause) return entry.text;
  return "Unknown";
}

std::optional<HangupCause> parse_hangup_cause(std::string_view text) {
  text = base::trim(text);
  if (auto number = base::parse_number<std::uint8_t>(text, 0, 127)) return static_cast<HangupCause>(*number);
  if (base::istarts_with(text, "AST_CAUSE_")) text.remove_prefix(10);
  for (const auto& entry : kNames)
    if (base::iequals(entry.name, text)) return entry.cause;
  for (const auto& [name, cause] : kAliases)
    if (base::iequals(name, text)) return cause;
  return std::nullopt;
}

}  // namespace polyfon::call
