// Each scene: what happened on the telephone, and the rows that the history shows for it.
#include "service/cdr/recorder.h"

#include "unit/service_cdr/scene.h"

namespace polyfon::cdr {
namespace {

using CallHistory = Scene;

TEST_F(CallHistory, an_answered_call_that_the_caller_ends) {
  calls("1001", "1002");
  step("1001", "Dial", "SIP/1002,20");
  dials("1001", "1002");
  at(1), rings("1002");
  at(5), connects("1001", "1002");
  at(65), hangs_up("1001");
  EXPECT_EQ(count(), 1u) << "before anybody is told";
  part("1001", "1002"), is_hung_up("1002");
  EXPECT_EQ(rows(), (Rows{"1001>1002 SIP/1002 Dial(SIP/1002,20) ANSWERED 0/5/65"}));
}

TEST_F(CallHistory, an_answered_call_that_the_called_ends) {
  calls("1001", "1002");
  step("1001", "Dial", "SIP/1002,20");
  dials("1001", "1002");
  at(5), connects("1001", "1002");
  at(65), hangs_up("1002");
  EXPECT_EQ(count(), 1u);
  part("1001", "1002"), is_hung_up("1001");
  EXPECT_EQ(rows(), (Rows{"1001>1002 SIP/1002 Dial(SIP/1002,20) ANSWERED 0/5/65"}));
}

TEST_F(CallHistory, an_answered_call_that_its_limit_ends) {
  calls("1001", "1002");
  step("1001", "Dial", "SIP/1002,,L(60000)");
  dials("1001", "1002");
  at(5), connects("1001", "1002");
  at(65), part("1001", "1002");
  EXPECT_EQ(count(), 1u);
  is_hung_up("1002"), is_hung_up("1001");
  EXPECT_EQ(rows(), (Rows{"1001>1002 SIP/1002 Dial(SIP/1002,,L(60000)) ANSWERED 0/5/65"}));
}

TEST_F(CallHistory, the_row_has_every_column) {
  calls("1001", "1002");
  step("1001", "Dial", "SIP/1002");
  dials("1001", "1002");
  at(5), connects("1001", "1002");
  at(65), hangs_up("1001");
  auto row = records().at(0);
  EXPECT_EQ(row.account_code, "account-1001");
  EXPECT_EQ(row.peer_account, "account-1002");
  EXPECT_EQ(row.destination_context, "office");
  EXPECT_EQ(row.caller_id, "1001");
  EXPECT_EQ(row.channel, "SIP/1001");
  EXPECT_EQ(row.ama_flags, "DOCUMENTATION");
  EXPECT_EQ(row.unique_id, row.linked_id);
  EXPECT_EQ(row.duration_seconds(), 65);
  EXPECT_EQ(row.billable_seconds(), 60);
  EXPECT_EQ(row.sequence, 1);
  EXPECT_EQ(woken, 1);
}

TEST_F(CallHistory, a_caller_with_a_name_is_shown_with_it) {
  create("1001", true, {"Anna", "1001"}, "1002");
  hangs_up("1001");
  EXPECT_EQ(records().at(0).caller_id, "\"Anna\" <1001>");
}

TEST_F(CallHistory, the_caller_hangs_up_while_it_rings) {
  calls("1001", "1002");
  step("1001", "Dial", "SIP/1002,20");
  dials("1001", "1002");
  at(1), rings("1002");
  at(8), hangs_up("1001");
  EXPECT_EQ(count(), 1u) << "before 487 and CANCEL leave";
  dial_ends("1001", "1002", Status::kCancel), is_hung_up("1002");
  EXPECT_EQ(rows(), (Rows{"1001>1002 SIP/1002 Dial(SIP/1002,20) NO ANSWER 0/-/8"}));
}

TEST_F(CallHistory, a_busy_phone) {
  calls("1001", "1002");
  step("1001", "Dial", "SIP/1002,20");
  dials("1001", "1002");
  at(1), refuses("1001", "1002", Status::kBusy, Cause::kUserBusy);
  EXPECT_EQ(count(), 1u) << "before the caller is told";
  is_hung_up("1001", Cause::kUserBusy);
  EXPECT_EQ(rows(), (Rows{"1001>1002 SIP/1002 Dial(SIP/1002,20) BUSY 0/-/1"}));
}

TEST_F(CallHistory, nobody_answers_in_time) {
  calls("1001", "1002");
  step("1001", "Dial", "SIP/1002,20");
  dials("1001", "1002");
  rings("1002");
  at(20), dial_ends("1001", "1002", Status::kNoAnswer);
  EXPECT_EQ(count(), 1u) << "before CANCEL leaves";
  is_hung_up("1002", Cause::kNoAnswer), is_hung_up("1001", Cause::kNoAnswer);
  EXPECT_EQ(rows(), (Rows{"1001>1002 SIP/1002 Dial(SIP/1002,20) NO ANSWER 0/-/20"}));
}

TEST_F(CallHistory, the_verdict_of_the_dial_is_the_disposition) {
  const std::pair<Status, const char*> verdicts[] = {
      {Status::kBusy, "BUSY"},          {Status::kNoAnswer, "NO ANSWER"},
      {Status::kCancel, "NO ANSWER"},   {Status::kCongestion, "CONGESTION"},
      {Status::kChanUnavail, "FAILED"}, {Status::kInvalidArgs, "FAILED"}};
  calls("1001", "1002");
  for (auto [status, disposition] : verdicts) {
    dials("1001", "1002");
    refuses("1001", "1002", status, Cause::kNormalClearing);
    EXPECT_EQ(records().back().disposition, disposition);
  }
}

TEST_F(CallHistory, two_phones_ring_and_one_answers) {
  calls("1001", "600");
  step("1001", "Dial", "SIP/1002&SIP/1003");
  dials("1001", "1002"), dials("1001", "1003");
  at(5), answers("1003"), dial_ends("1001", "1003", Status::kAnswer);
  dial_ends("1001", "1002", Status::kNoAnswer);
  EXPECT_EQ(count(), 1u);
  is_hung_up("1002", Cause::kAnsweredElsewhere), answers("1001");
  emit(call::BridgeEnter{id("1001"), id("1003")});
  at(15), hangs_up("1003"), part("1001", "1003"), is_hung_up("1001");
  EXPECT_EQ(rows(), (Rows{"1001>600 SIP/1002 Dial(SIP/1002&SIP/1003) NO ANSWER 0/-/5",
                          "1001>600 SIP/1003 Dial(SIP/1002&SIP/1003) ANSWERED 0/5/15"}));
}

TEST_F(CallHistory, two_phones_ring_and_the_caller_gives_up) {
  calls("1001", "600");
  step("1001", "Dial", "SIP/1002&SIP/1003");
  dials("1001", "1002"), dials("1001", "1003");
  at(5), hangs_up("1001");
  EXPECT_EQ(rows(), (Rows{"1001>600 SIP/1002 Dial(SIP/1002&SIP/1003) NO ANSWER 0/-/5",
                          "1001>600 SIP/1003 Dial(SIP/1002&SIP/1003) NO ANSWER 0/-/5"}));
}

TEST_F(CallHistory, one_of_two_phones_is_busy_and_the_other_answers) {
  calls("1001", "600");
  step("1001", "Dial", "SIP/1002&SIP/1003");
  dials("1001", "1002"), dials("1001", "1003");
  at(1), refuses("1001", "1002", Status::kBusy, Cause::kUserBusy);
  at(5), connects("1001", "1003");
  at(9), hangs_up("1001");
  EXPECT_EQ(rows(), (Rows{"1001>600 SIP/1002 Dial(SIP/1002&SIP/1003) BUSY 0/-/1",
                          "1001>600 SIP/1003 Dial(SIP/1002&SIP/1003) ANSWERED 0/5/9"}));
}

TEST_F(CallHistory, two_dials_one_after_the_other) {
  calls("1001", "1002");
  step("1001", "Dial", "SIP/1002,10");
  dials("1001", "1002");
  at(10), dial_ends("1001", "1002", Status::kNoAnswer), is_hung_up("1002");
  step("1001", "Dial", "SIP/1003,10");
  dials("1001", "1003");
  at(13), connects("1001", "1003");
  at(20), hangs_up("1003"), part("1001", "1003"), is_hung_up("1001");
  EXPECT_EQ(rows(), (Rows{"1001>1002 SIP/1002 Dial(SIP/1002,10) NO ANSWER 0/-/10",
                          "1001>1002 SIP/1003 Dial(SIP/1003,10) ANSWERED 10/13/20"}));
}

TEST_F(CallHistory, after_a_dial_in_vain_a_prompt_is_a_row_of_its_own) {
  calls("1001", "1002");
  step("1001", "Dial", "SIP/1002,10");
  dials("1001", "1002");
  at(10), dial_ends("1001", "1002", Status::kNoAnswer), is_hung_up("1002");
  step("1001", "Playback", "nobody-there"), answers("1001");
  at(14), hangs_up("1001");
  EXPECT_EQ(rows(), (Rows{"1001>1002 SIP/1002 Dial(SIP/1002,10) NO ANSWER 0/-/10",
                          "1001>1002 - Playback(nobody-there) ANSWERED 10/10/14"}));
}

TEST_F(CallHistory, after_a_dial_in_vain_steps_that_answer_nothing_are_no_attempt) {
  calls("1001", "1002");
  step("1001", "Dial", "SIP/1002,10");
  dials("1001", "1002");
  at(10), dial_ends("1001", "1002", Status::kNoAnswer), is_hung_up("1002");
  step("1001", "NoOp", "NOANSWER"), step("1001", "Goto", "bye,1"), step("1001", "Hangup");
  is_hung_up("1001", Cause::kNoAnswer);
  EXPECT_EQ(rows(), (Rows{"1001>1002 SIP/1002 Dial(SIP/1002,10) NO ANSWER 0/-/10"}));
}

TEST_F(CallHistory, after_an_answered_dial_with_g_what_follows_is_a_row) {
  calls("1001", "1002");
  step("1001", "Dial", "SIP/1002,,g");
  dials("1001", "1002");
  at(5), connects("1001", "1002");
  at(10), hangs_up("1002"), part("1001", "1002");
  step("1001", "Playback", "survey");
  at(15), hangs_up("1001");
  EXPECT_EQ(rows(), (Rows{"1001>1002 SIP/1002 Dial(SIP/1002,,g) ANSWERED 0/5/10",
                          "1001>1002 - Playback(survey) ANSWERED 10/10/15"}));
}

TEST_F(CallHistory, a_menu_that_answered_and_dialled_nobody) {
  calls("1001", "500");
  step("1001", "Answer"), answers("1001");
  at(1), step("1001", "Background", "menu");
  at(30), hangs_up("1001");
  EXPECT_EQ(rows(), (Rows{"1001>500 - Background(menu) ANSWERED 0/0/30"}));
}

TEST_F(CallHistory, a_plan_that_neither_answered_nor_dialled) {
  calls("1001", "500");
  step("1001", "Ringing"), step("1001", "Wait", "10");
  at(7), hangs_up("1001");
  EXPECT_EQ(rows(), (Rows{"1001>500 - Wait(10) NO ANSWER 0/-/7"}));
}

TEST_F(CallHistory, a_menu_that_dials_shows_where_the_caller_was_then) {
  calls("1001", "500");
  step("1001", "Answer"), answers("1001");
  at(10), step("1001", "Dial", "SIP/1002", "2", "menu");
  dials("1001", "1002");
  at(12), connects("1001", "1002");
  at(20), hangs_up("1001");
  EXPECT_EQ(rows(), (Rows{"1001>2 SIP/1002 Dial(SIP/1002) ANSWERED 0/12/20"}));
  EXPECT_EQ(records()[0].destination_context, "menu");
}

TEST_F(CallHistory, a_phone_that_is_not_registered) {
  calls("1001", "1002");
  step("1001", "Dial", "SIP/1002");
  step("1001", "Hangup");
  is_hung_up("1001", Cause::kSubscriberAbsent);
  EXPECT_EQ(rows(), (Rows{"1001>1002 - Hangup() FAILED 0/-/0"}));
}

TEST_F(CallHistory, a_second_dial_that_reaches_nobody_is_an_attempt_too) {
  calls("1001", "1002");
  step("1001", "Dial", "SIP/1002,10");
  dials("1001", "1002");
  at(10), dial_ends("1001", "1002", Status::kNoAnswer), is_hung_up("1002");
  step("1001", "Dial", "SIP/1003,10");
  is_hung_up("1001", Cause::kSubscriberAbsent);
  EXPECT_EQ(rows(), (Rows{"1001>1002 SIP/1002 Dial(SIP/1002,10) NO ANSWER 0/-/10",
                          "1001>1002 - Dial(SIP/1003,10) FAILED 10/-/10"}));
}

TEST_F(CallHistory, a_call_that_ends_before_its_first_step) {
  calls("1001", "1002");
  at(1), hangs_up("1001");
  EXPECT_EQ(rows(), (Rows{"1001>1002 - () NO ANSWER 0/-/1"}));
}

TEST_F(CallHistory, a_call_that_reached_nobody_takes_its_disposition_from_the_cause) {
  const std::pair<Cause, const char*> causes[] = {{Cause::kUserBusy, "BUSY"},
                                                  {Cause::kNormalCircuitCongestion, "CONGESTION"},
                                                  {Cause::kSwitchCongestion, "CONGESTION"},
                                                  {Cause::kUnallocated, "FAILED"},
                                                  {Cause::kNoRouteDestination, "FAILED"},
                                                  {Cause::kSubscriberAbsent, "FAILED"},
                                                  {Cause::kBearerCapabilityNotAvailable, "FAILED"},
                                                  {Cause::kNoAnswer, "NO ANSWER"},
                                                  {Cause::kNormalClearing, "NO ANSWER"},
                                                  {Cause::kNone, "NO ANSWER"}};
  for (auto [cause, disposition] : causes) {
    calls("1001", "1002");
    is_hung_up("1001", cause);
    EXPECT_EQ(records().back().disposition, disposition) << static_cast<int>(cause);
  }
}

TEST_F(CallHistory, an_answer_that_we_cannot_use_is_written_before_bye_leaves) {
  calls("1001", "1002");
  step("1001", "Dial", "SIP/1002");
  dials("1001", "1002");
  at(5), is_hung_up("1002", Cause::kBearerCapabilityNotAvailable);
  EXPECT_EQ(rows(), (Rows{"1001>1002 SIP/1002 Dial(SIP/1002) FAILED 0/-/5"}));
  dial_ends("1001", "1002", Status::kChanUnavail), is_hung_up("1001");
  EXPECT_EQ(count(), 1u) << "and not twice";
}

TEST_F(CallHistory, calls_beside_each_other_do_not_mix) {
  calls("1001", "1002");
  step("1001", "Dial", "SIP/1002");
  dials("1001", "1002");
  at(1), calls("2001", "2002");
  step("2001", "Dial", "SIP/2002");
  dials("2001", "2002");
  at(2), connects("2001", "2002");
  at(3), connects("1001", "1002");
  at(4), calls("3001", "500");
  at(5), hangs_up("2001"), part("2001", "2002"), is_hung_up("2002");
  at(6), hangs_up("3001");
  at(7), hangs_up("1002"), part("1001", "1002"), is_hung_up("1001");
  EXPECT_EQ(rows(), (Rows{"2001>2002 SIP/2002 Dial(SIP/2002) ANSWERED 1/2/5", "3001>500 - () NO ANSWER 4/-/6",
                          "1001>1002 SIP/1002 Dial(SIP/1002) ANSWERED 0/3/7"}));
}

TEST_F(CallHistory, stopping_ends_every_call_with_a_row) {
  calls("1001", "1002");
  dials("1001", "1002");
  at(2), connects("1001", "1002");
  calls("2001", "2002");
  dials("2001", "2002");
  at(9);
  for (const char* who : {"1001", "1002", "2001", "2002"}) is_hung_up(who);
  EXPECT_EQ(rows(), (Rows{"1001>1002 SIP/1002 () ANSWERED 0/2/9", "2001>2002 SIP/2002 () NO ANSWER 2/-/9"}));
}

TEST_F(CallHistory, events_of_channels_that_it_never_saw_are_nothing) {
  const call::ChannelId a{7, 7}, b{8, 8};
  emit(call::ChannelRinging{a});
  emit(call::ChannelAnswered{a});
  emit(call::ApplicationStarted{a, "office", "1", 1, "Dial", "x"});
  emit(call::DialBegin{a, b, "x"});
  emit(call::DialEnd{a, b, Status::kAnswer, Cause::kNone});
  emit(call::BridgeEnter{a, b});
  emit(call::BridgeLeave{a, b});
  emit(call::ChannelHangup{a, Cause::kNormalClearing, true});
  EXPECT_TRUE(rows().empty());
}

TEST_F(CallHistory, steps_of_the_h_extension_come_after_the_row_and_make_none) {
  calls("1001", "1002");
  at(3), hangs_up("1001");
  step("1001", "NoOp", "bye", "h");
  EXPECT_EQ(count(), 1u);
}

TEST_F(CallHistory, rows_are_numbered) {
  for (int i = 0; i < 3; ++i) calls("1001", "1002"), hangs_up("1001");
  auto all = records();
  EXPECT_EQ(all[0].sequence, 1);
  EXPECT_EQ(all[2].sequence, 3);
  EXPECT_EQ(woken, 3);
  EXPECT_EQ(recorder.lost(), 0u);
}

TEST_F(CallHistory, a_row_that_the_journal_refuses_is_counted) {
  calls("1001", std::string(2 << 20, '9'));
  hangs_up("1001");
  EXPECT_EQ(recorder.lost(), 1u);
  EXPECT_EQ(woken, 0);
  calls("1001", "1002"), hangs_up("1001");
  EXPECT_EQ(count(), 1u);
}

}  // namespace
}  // namespace polyfon::cdr
