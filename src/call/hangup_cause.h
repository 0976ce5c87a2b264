// Hang-up causes (Q.850) and their two tables to and from SIP (res_pjsip's and chan_pjsip's, asterisk 2.1).
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace polyfon::call {

enum class HangupCause : std::uint8_t {
  kNone = 0,
  kUnallocated = 1,
  kNoRouteTransitNet = 2,
  kNoRouteDestination = 3,
  kNormalClearing = 16,
  kUserBusy = 17,
  kNoUserResponse = 18,
  kNoAnswer = 19,
  kSubscriberAbsent = 20,
  kCallRejected = 21,
  kNumberChanged = 22,
  kRedirectedToNewDestination = 23,
  kAnsweredElsewhere = 26,
  kDestinationOutOfOrder = 27,
  kInvalidNumberFormat = 28,
  kFacilityRejected = 29,
  kNormalUnspecified = 31,
  kNormalCircuitCongestion = 34,
  kFailure = 38,
  kNormalTemporaryFailure = 41,
  kSwitchCongestion = 42,
  kBearerCapabilityNotAvailable = 58,
  kChannelNotImplemented = 66,
  kFacilityNotImplemented = 69,
  kRecoveryOnTimerExpire = 102,
  kInterworking = 127,
};

HangupCause cause_from_sip(int status);         // of a final response
int sip_from_cause(HangupCause cause);          // what a caller gets who was not answered
std::string_view to_string(HangupCause cause);  // "Normal Clearing"
// A number, or a name as Hangup() takes it ("USER_BUSY", "BUSY", "NORMAL_CLEARING"), any case.
std::optional<HangupCause> parse_hangup_cause(std::string_view text);

}  // namespace polyfon::call
