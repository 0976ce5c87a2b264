#include "call/hangup_cause.h"

#include <gtest/gtest.h>

namespace polyfon::call {
namespace {

using Cause = HangupCause;

constexpr Cause kAll[] = {Cause::kUnallocated,
                          Cause::kNoRouteTransitNet,
                          Cause::kNoRouteDestination,
                          Cause::kNormalClearing,
                          Cause::kUserBusy,
                          Cause::kNoUserResponse,
                          Cause::kNoAnswer,
                          Cause::kSubscriberAbsent,
                          Cause::kCallRejected,
                          Cause::kNumberChanged,
                          Cause::kRedirectedToNewDestination,
                          Cause::kAnsweredElsewhere,
                          Cause::kDestinationOutOfOrder,
                          Cause::kInvalidNumberFormat,
                          Cause::kFacilityRejected,
                          Cause::kNormalUnspecified,
                          Cause::kNormalCircuitCongestion,
                          Cause::kFailure,
                          Cause::kNormalTemporaryFailure,
                          Cause::kSwitchCongestion,
                          Cause::kBearerCapabilityNotAvailable,
                          Cause::kChannelNotImplemented,
                          Cause::kFacilityNotImplemented,
                          Cause::kRecoveryOnTimerExpire,
                          Cause::kInterworking};

// res_pjsip.c: ast_sip_hangup_sip2cause.
TEST(HangupCause, of_each_sip_status_as_res_pjsip_has_it) {
  const std::pair<int, Cause> table[] = {{401, Cause::kCallRejected},
                                         {403, Cause::kCallRejected},
                                         {404, Cause::kUnallocated},
                                         {407, Cause::kCallRejected},
                                         {408, Cause::kNoUserResponse},
                                         {410, Cause::kNumberChanged},
                                         {480, Cause::kNoAnswer},
                                         {483, Cause::kNoAnswer},
                                         {484, Cause::kInvalidNumberFormat},
                                         {485, Cause::kUnallocated},
                                         {486, Cause::kUserBusy},
                                         {488, Cause::kBearerCapabilityNotAvailable},
                                         {500, Cause::kFailure},
                                         {501, Cause::kFacilityRejected},
                                         {502, Cause::kDestinationOutOfOrder},
                                         {503, Cause::kNormalCircuitCongestion},
                                         {504, Cause::kRecoveryOnTimerExpire},
                                         {600, Cause::kUserBusy},
                                         {603, Cause::kCallRejected},
                                         {604, Cause::kUnallocated},
                                         {606, Cause::kBearerCapabilityNotAvailable}};
  for (auto [status, cause] : table) EXPECT_EQ(cause_from_sip(status), cause) << status;
}

TEST(HangupCause, of_a_status_outside_the_table_goes_by_its_class) {
  EXPECT_EQ(cause_from_sip(499), Cause::kInterworking);
  EXPECT_EQ(cause_from_sip(599), Cause::kNormalCircuitCongestion);
  EXPECT_EQ(cause_from_sip(699), Cause::kInterworking);
  EXPECT_EQ(cause_from_sip(302), Cause::kNormalClearing);
  EXPECT_EQ(cause_from_sip(200), Cause::kNormalClearing);
}

// chan_pjsip.c: hangup_cause2sip.
TEST(HangupCause, to_sip_as_chan_pjsip_has_it) {
  const std::pair<Cause, int> table[] = {{Cause::kUnallocated, 404},
                                         {Cause::kNoRouteTransitNet, 404},
                                         {Cause::kNoRouteDestination, 404},
                                         {Cause::kUserBusy, 486},
                                         {Cause::kNoUserResponse, 408},
                                         {Cause::kNoAnswer, 480},
                                         {Cause::kSubscriberAbsent, 480},
                                         {Cause::kNormalUnspecified, 480},
                                         {Cause::kCallRejected, 403},
                                         {Cause::kNumberChanged, 410},
                                         {Cause::kRedirectedToNewDestination, 302},
                                         {Cause::kDestinationOutOfOrder, 502},
                                         {Cause::kInvalidNumberFormat, 484},
                                         {Cause::kFacilityRejected, 501},
                                         {Cause::kNormalCircuitCongestion, 503},
                                         {Cause::kSwitchCongestion, 503},
                                         {Cause::kChannelNotImplemented, 503},
                                         {Cause::kFailure, 500},
                                         {Cause::kInterworking, 500},
                                         {Cause::kBearerCapabilityNotAvailable, 488}};
  for (auto [cause, status] : table) EXPECT_EQ(sip_from_cause(cause), status) << to_string(cause);
}

TEST(HangupCause, what_the_table_leaves_open_declines) {
  EXPECT_EQ(sip_from_cause(Cause::kNormalClearing), 603);
  EXPECT_EQ(sip_from_cause(Cause::kNone), 603);
  EXPECT_EQ(sip_from_cause(static_cast<Cause>(99)), 603);
}

TEST(HangupCause, always_gives_a_final_failure) {
  for (int value = 0; value < 128; ++value) {
    int status = sip_from_cause(static_cast<Cause>(value));
    EXPECT_GE(status, 300) << value;
    EXPECT_LT(status, 700) << value;
  }
}

TEST(HangupCause, each_has_a_text_of_its_own) {
  std::vector<std::string_view> texts;
  for (Cause cause : kAll) {
    EXPECT_NE(to_string(cause), "Unknown") << static_cast<int>(cause);
    EXPECT_EQ(std::ranges::count(texts, to_string(cause)), 0) << to_string(cause);
    texts.push_back(to_string(cause));
  }
  EXPECT_EQ(to_string(Cause::kNormalClearing), "Normal Clearing");
  EXPECT_EQ(to_string(Cause::kNone), "Unknown");
  EXPECT_EQ(to_string(static_cast<Cause>(99)), "Unknown");
}

TEST(HangupCause, is_read_from_names_in_any_case) {
  EXPECT_EQ(parse_hangup_cause("USER_BUSY"), Cause::kUserBusy);
  EXPECT_EQ(parse_hangup_cause("user_busy"), Cause::kUserBusy);
  EXPECT_EQ(parse_hangup_cause("AST_CAUSE_USER_BUSY"), Cause::kUserBusy);
  EXPECT_EQ(parse_hangup_cause("  NORMAL_CLEARING "), Cause::kNormalClearing);
  EXPECT_EQ(parse_hangup_cause("BEARERCAPABILITY_NOTAVAIL"), Cause::kBearerCapabilityNotAvailable);
  EXPECT_EQ(parse_hangup_cause("NOTDEFINED"), Cause::kNone);
}

TEST(HangupCause, is_read_from_the_short_names) {
  EXPECT_EQ(parse_hangup_cause("BUSY"), Cause::kUserBusy);
  EXPECT_EQ(parse_hangup_cause("congestion"), Cause::kNormalCircuitCongestion);
  EXPECT_EQ(parse_hangup_cause("NORMAL"), Cause::kNormalClearing);
  EXPECT_EQ(parse_hangup_cause("NOANSWER"), Cause::kNoAnswer);
}

TEST(HangupCause, is_read_from_numbers) {
  EXPECT_EQ(parse_hangup_cause("17"), Cause::kUserBusy);
  EXPECT_EQ(parse_hangup_cause(" 16 "), Cause::kNormalClearing);
  EXPECT_EQ(parse_hangup_cause("0"), Cause::kNone);
  EXPECT_EQ(parse_hangup_cause("127"), Cause::kInterworking);
  for (Cause cause : kAll) EXPECT_EQ(parse_hangup_cause(std::to_string(static_cast<int>(cause))), cause);
}

TEST(HangupCause, is_not_read_from_anything_else) {
  for (const char* text : {"", "  ", "128", "-1", "17x", "1 7", "256", "BUSYBUSY", "AST_CAUSE_", "USER BUSY"})
    EXPECT_FALSE(parse_hangup_cause(text)) << text;
}

}  // namespace
}  // namespace polyfon::call
