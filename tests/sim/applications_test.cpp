// Each application of the dialplan, its options, its success and its failure, run by whole calls: a phone
// dials, the plan of the test runs, and what the phone gets is what is asserted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "sim/exchange_node.h"
#include "sim/phone.h"

namespace polyfon::sim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

base::SocketAddress at(const char* host) { return *base::SocketAddress::parse(host, 5060); }

class Applications : public testing::Test {
 protected:
  // Anna dials 100 in a plan whose context [office] has these lines.
  void dial(std::string lines, const std::string& number = "100") {
    base::set_log_level(base::LogLevel::kError);
    configuration_ = SimConfiguration::with_plan("[office]\n" + lines + "\n");
    if (snapshot_) configuration_.snapshot = snapshot_;
    node_ = std::make_unique<ExchangeNode>(world_, at("192.0.2.1"), configuration_);
    anna_ = std::make_unique<Phone>(world_, at("192.0.2.10"), at("192.0.2.1"), "1001", "secret-1001");
    boris_ = std::make_unique<Phone>(world_, at("192.0.2.11"), at("192.0.2.1"), "1002", "secret-1002");
    anna_->register_now();
    if (boris_is_there_) boris_->register_now();
    world_.run_for(2s);
    boris_->manners = boris_manners_;
    anna_->call(number);
  }
  void TearDown() override {
    if (!node_) return;
    anna_->hang_up();
    world_.run_for(5min);
    EXPECT_EQ(node_->exchange().channel_count(), 0u);
    EXPECT_EQ(node_->media().streams(), 0u);
    EXPECT_EQ(node_->leftovers(), 0u);
  }
  bool ended_within(base::Duration time) {
    return world_.run_until([this] { return anna_->state() == Phone::State::kEnded; }, time);
  }
  bool up_within(base::Duration time) {
    return world_.run_until([this] { return anna_->state() == Phone::State::kUp; }, time);
  }
  bool hears_within(const std::string& what, base::Duration time) {
    bool heard_it = world_.run_until([&] { return heard() == what; }, time);
    world_.run_for(20ms);  // what the exchange sent with it is on its way
    return heard_it;
  }
  std::string heard() const { return node_->media().heard_at(anna_->rtp_port()); }
  bool talking() const {
    return node_->media().carries(anna_->rtp_port(), boris_->rtp_port()) &&
           node_->media().carries(boris_->rtp_port(), anna_->rtp_port());
  }
  std::string last_step() const { return node_->steps().empty() ? std::string() : node_->steps().back(); }

  World world_{1, {}};
  std::shared_ptr<const config::Snapshot> snapshot_;  // null: the fixture's
  SimConfiguration configuration_;
  std::unique_ptr<ExchangeNode> node_;
  std::unique_ptr<Phone> anna_, boris_;
  Manners boris_manners_;
  bool boris_is_there_ = true;
};

TEST_F(Applications, answer_answers_and_waits_so_many_milliseconds) {
  dial("exten => 100,1,Answer(1500)\n same => n,NoOp(after)\n same => n,Wait(5)");
  ASSERT_TRUE(up_within(1s));
  world_.run_for(1s);
  EXPECT_THAT(node_->steps(), ElementsAre("Answer(1500)"));
  world_.run_for(1s);
  EXPECT_EQ(last_step(), "Wait(5)");
}

TEST_F(Applications, hangup_gives_an_unanswered_caller_the_response_of_its_cause) {
  dial("exten => 100,1,Hangup(USER_BUSY)");
  ASSERT_TRUE(ended_within(2s));
  EXPECT_EQ(anna_->final_status(), 486);
}

TEST_F(Applications, hangup_without_a_cause_declines) {
  dial("exten => 100,1,Hangup");
  ASSERT_TRUE(ended_within(2s));
  EXPECT_EQ(anna_->final_status(), 603);
}

TEST_F(Applications, hangup_with_a_number_takes_it_as_q850) {
  dial("exten => 100,1,Hangup(1)");
  ASSERT_TRUE(ended_within(2s));
  EXPECT_EQ(anna_->final_status(), 404);
}

TEST_F(Applications, playback_answers_plays_all_files_and_goes_on) {
  dial("exten => 100,1,Playback(hello&menu)\n same => n,NoOp(${PLAYBACKSTATUS})\n same => n,Wait(9)");
  ASSERT_TRUE(hears_within("hello&menu", 1s));
  world_.run_for(4s);
  EXPECT_THAT(node_->steps(), ElementsAre("Playback(hello&menu)", "NoOp(SUCCESS)", "Wait(9)"));
}

TEST_F(Applications, playback_of_a_missing_file_warns_and_goes_on) {
  dial(
      "exten => 100,1,Playback(nothing-of-that-name)\n same => n,NoOp(${PLAYBACKSTATUS})\n same => "
      "n,Wait(9)");
  world_.run_for(1s);
  EXPECT_THAT(node_->steps(), ElementsAre("Playback(nothing-of-that-name)", "NoOp(FAILED)", "Wait(9)"));
}

TEST_F(Applications, playback_noanswer_plays_as_early_media) {
  dial("exten => 100,1,Playback(hello,noanswer)\n same => n,Hangup(17)");
  ASSERT_TRUE(hears_within("hello", 1s));
  EXPECT_FALSE(anna_->ever_up());
  EXPECT_TRUE(anna_->early_media());
  ASSERT_TRUE(ended_within(3s));
  EXPECT_EQ(anna_->final_status(), 486);
}

TEST_F(Applications, playback_skip_does_nothing_before_an_answer) {
  dial("exten => 100,1,Playback(hello,skip)\n same => n,Wait(9)");
  world_.run_for(500ms);
  EXPECT_EQ(last_step(), "Wait(9)");
  EXPECT_FALSE(anna_->ever_up());
}

TEST_F(Applications, playback_speaks_the_language_of_the_channel) {
  dial("exten => 100,1,Set(CHANNEL(language)=ru)\n same => n,Playback(hello)\n same => n,Wait(9)");
  ASSERT_TRUE(hears_within("hello", 1s));
}

TEST_F(Applications, background_takes_a_digit_as_an_extension) {
  dial("exten => 100,1,Background(menu)\n same => n,Wait(30)\nexten => 2,1,NoOp(two)\n same => n,Wait(9)");
  ASSERT_TRUE(hears_within("menu", 1s));
  anna_->press('2');
  world_.run_for(1s);
  EXPECT_EQ(last_step(), "Wait(9)");
  EXPECT_EQ(heard(), "");
}

TEST_F(Applications, background_collects_more_digits_when_more_could_match) {
  dial(
      "exten => 100,1,Background(menu)\n same => n,Wait(30)\nexten => 12,1,NoOp(twelve)\n same => n,Wait(9)");
  ASSERT_TRUE(hears_within("menu", 1s));
  anna_->press('1');
  world_.run_for(1s);
  anna_->press('2');
  world_.run_for(1s);
  EXPECT_EQ(last_step(), "Wait(9)");
}

TEST_F(Applications, background_sends_a_wrong_digit_to_i) {
  dial(
      "exten => 100,1,Background(menu)\n same => n,Wait(30)\nexten => i,1,NoOp(${INVALID_EXTEN})\n same => "
      "n,Wait(9)");
  ASSERT_TRUE(hears_within("menu", 1s));
  anna_->press('7');
  world_.run_for(8s);
  EXPECT_THAT(node_->steps(), ElementsAre("Background(menu)", "NoOp(7)", "Wait(9)"));
}

TEST_F(Applications, background_n_does_not_answer) {
  dial("exten => 100,1,Background(menu,n)\n same => n,Hangup(17)");
  ASSERT_TRUE(hears_within("menu", 1s));
  EXPECT_FALSE(anna_->ever_up());
}

TEST_F(Applications, background_s_does_nothing_before_an_answer) {
  dial("exten => 100,1,Background(menu,s)\n same => n,Wait(9)");
  world_.run_for(500ms);
  EXPECT_EQ(last_step(), "Wait(9)");
}

TEST_F(Applications, background_m_lets_only_an_existing_digit_interrupt) {
  dial("exten => 100,1,Background(menu,m)\n same => n,Wait(30)\nexten => 2,1,Wait(9)");
  ASSERT_TRUE(hears_within("menu", 1s));
  anna_->press('5');
  world_.run_for(300ms);
  EXPECT_EQ(heard(), "menu");
  anna_->press('2');
  world_.run_for(300ms);
  EXPECT_EQ(last_step(), "Wait(9)");
}

TEST_F(Applications, background_p_keeps_digits_for_later) {
  dial(
      "exten => 100,1,Background(menu,p)\n same => n,Background(hello)\n same => n,Wait(30)\nexten => "
      "4,1,Wait(9)");
  ASSERT_TRUE(hears_within("menu", 1s));
  anna_->press('4');
  world_.run_for(300ms);
  EXPECT_EQ(heard(), "menu");
  world_.run_for(3s);
  EXPECT_EQ(last_step(), "Wait(9)");
}

TEST_F(Applications, background_in_another_context_looks_the_digit_up_there) {
  dial(
      "exten => 100,1,Background(menu,,,other)\n same => n,Wait(30)\n[other]\nexten => 1,1,NoOp(there)\n "
      "same => n,Wait(9)");
  ASSERT_TRUE(hears_within("menu", 1s));
  anna_->press('1');
  world_.run_for(1s);
  EXPECT_EQ(last_step(), "Wait(9)");
}

TEST_F(Applications, wait_waits_fractions_of_a_second) {
  dial("exten => 100,1,Wait(1.5)\n same => n,Hangup(17)");
  world_.run_for(1400ms);
  EXPECT_EQ(anna_->state(), Phone::State::kCalling);
  ASSERT_TRUE(ended_within(1s));
}

TEST_F(Applications, wait_for_nonsense_warns_and_goes_on) {
  dial("exten => 100,1,Wait(soon)\n same => n,Hangup(17)");
  ASSERT_TRUE(ended_within(1s));
}

TEST_F(Applications, echo_sends_back_until_pound) {
  dial("exten => 100,1,Echo()\n same => n,Wait(9)");
  ASSERT_TRUE(up_within(1s));
  world_.run_for(100ms);
  EXPECT_TRUE(node_->media().echoes(anna_->rtp_port()));
  anna_->press('5');
  world_.run_for(500ms);
  EXPECT_TRUE(node_->media().echoes(anna_->rtp_port()));
  anna_->press('#');
  world_.run_for(500ms);
  EXPECT_FALSE(node_->media().echoes(anna_->rtp_port()));
  EXPECT_EQ(last_step(), "Wait(9)");
}

TEST_F(Applications, goto_jumps_to_a_priority_a_label_and_a_context) {
  dial(
      "exten => 100,1,Goto(3)\n same => 2,NoOp(never)\n same => 3,Goto(here)\n same => 4,NoOp(never)\n"
      " same => 5(here),Goto(other,s,1)\n[other]\nexten => s,1,NoOp(there)\n same => n,Wait(9)");
  world_.run_for(500ms);
  EXPECT_THAT(node_->steps(),
              ElementsAre("Goto(3)", "Goto(here)", "Goto(other,s,1)", "NoOp(there)", "Wait(9)"));
}

TEST_F(Applications, goto_an_extension_that_does_not_exist_runs_i_of_the_new_context) {
  dial("exten => 100,1,Goto(other,55,1)\n[other]\nexten => i,1,NoOp(${INVALID_EXTEN})\n same => n,Wait(9)");
  world_.run_for(500ms);
  EXPECT_THAT(node_->steps(), ElementsAre("Goto(other,55,1)", "NoOp(55)", "Wait(9)"));
}

TEST_F(Applications, goto_an_unknown_label_ends_the_call) {
  dial("exten => 100,1,Goto(nowhere)\n same => n,Wait(9)");
  EXPECT_TRUE(ended_within(1s));
}

TEST_F(Applications, set_sets_variables_globals_and_the_caller_id) {
  dial(
      "exten => 100,1,Set(a=1=2)\n same => n,Set(GLOBAL(g)=everywhere)\n same => n,Set(CALLERID(num)=77)\n"
      " same => n,NoOp(${a} ${g} ${CALLERID(num)})\n same => n,Wait(9)");
  world_.run_for(500ms);
  EXPECT_EQ(node_->steps().at(3), "NoOp(1=2 everywhere 77)");
}

TEST_F(Applications, set_without_equals_warns_and_goes_on) {
  dial("exten => 100,1,Set(nothing)\n same => n,Wait(9)");
  world_.run_for(500ms);
  EXPECT_EQ(last_step(), "Wait(9)");
}

TEST_F(Applications, verbose_and_noop_go_on) {
  dial("exten => 100,1,Verbose(2,hello)\n same => n,NoOp\n same => n,Wait(9)");
  world_.run_for(500ms);
  EXPECT_EQ(last_step(), "Wait(9)");
}

TEST_F(Applications, ringing_tells_an_unanswered_caller) {
  dial(
      "exten => 100,1,Ringing()\n same => n,Wait(2)\n same => n,Answer()\n same => n,Ringing()\n same => "
      "n,Wait(9)");
  world_.run_for(1s);
  EXPECT_TRUE(anna_->ever_rang());
  ASSERT_TRUE(up_within(3s));
  world_.run_for(500ms);
  EXPECT_EQ(heard(), "tone 440");
}

TEST_F(Applications, progress_opens_the_audio_path) {
  dial("exten => 100,1,Progress()\n same => n,Wait(9)");
  world_.run_for(500ms);
  EXPECT_TRUE(anna_->early_media());
  EXPECT_FALSE(anna_->ever_up());
}

TEST_F(Applications, busy_refuses_or_plays_the_tone) {
  dial("exten => 100,1,Busy()");
  ASSERT_TRUE(ended_within(1s));
  EXPECT_EQ(anna_->final_status(), 486);
}

TEST_F(Applications, busy_after_an_answer_plays_the_tone_for_its_time) {
  dial("exten => 100,1,Answer()\n same => n,Busy(3)");
  ASSERT_TRUE(hears_within("tone 480", 1s));
  EXPECT_FALSE(ended_within(2s));
  EXPECT_TRUE(ended_within(2s));
}

TEST_F(Applications, congestion_refuses_with_503) {
  dial("exten => 100,1,Congestion()");
  ASSERT_TRUE(ended_within(1s));
  EXPECT_EQ(anna_->final_status(), 503);
}

TEST_F(Applications, congestion_after_an_answer_plays_the_tone) {
  dial("exten => 100,1,Answer()\n same => n,Congestion(1)");
  ASSERT_TRUE(hears_within("tone 480", 1s));
  EXPECT_TRUE(ended_within(2s));
}

TEST_F(Applications, music_on_hold_plays_for_its_time) {
  dial("exten => 100,1,MusicOnHold(default,4)\n same => n,Wait(9)");
  ASSERT_TRUE(hears_within("tone", 1s));
  world_.run_for(2500ms);  // the file is one second long: it begins again
  EXPECT_EQ(heard(), "tone");
  world_.run_for(2s);
  EXPECT_EQ(last_step(), "Wait(9)");
  EXPECT_EQ(heard(), "");
}

TEST_F(Applications, say_digits_says_each_and_passes_over_what_it_cannot_say) {
  dial("exten => 100,1,SayDigits(1a0*)\n same => n,Wait(9)");
  ASSERT_TRUE(hears_within("1&0&star", 1s));
  world_.run_for(1s);
  EXPECT_EQ(last_step(), "Wait(9)");
}

TEST_F(Applications, an_application_to_come_is_warned_of_and_passed_over) {
  dial("exten => 100,1,FollowMe(1001)\n same => n,MixMonitor(x.wav)\n same => n,Wait(9)");
  world_.run_for(500ms);
  EXPECT_EQ(last_step(), "Wait(9)");
  EXPECT_EQ(anna_->state(), Phone::State::kCalling);
}

TEST_F(Applications, a_name_that_nobody_knows_ends_the_call) {
  dial("exten => 100,1,Frobnicate(1)\n same => n,Wait(9)");
  EXPECT_TRUE(ended_within(1s));
}

TEST_F(Applications, the_h_extension_runs_after_hangup) {
  dial("exten => 100,1,Answer()\n same => n,Wait(1)\nexten => h,1,NoOp(bye)\n same => n,NoOp(last)");
  ASSERT_TRUE(ended_within(3s));
  world_.run_for(100ms);
  EXPECT_THAT(node_->steps(), ElementsAre("Answer()", "Wait(1)", "NoOp(bye)", "NoOp(last)"));
}

TEST_F(Applications, setvar_of_the_account_sets_variables_before_the_first_step) {
  auto snapshot = std::make_shared<config::Snapshot>(*SimConfiguration::get().snapshot);
  for (auto& endpoint : snapshot->endpoints)
    if (endpoint->name == "1001") {
      auto changed = std::make_shared<config::Endpoint>(*endpoint);
      changed->set_variables = {"color=red", "CALLERID(num)=42"};
      endpoint = changed;
      snapshot->endpoint_by_name["1001"] = changed;
    }
  snapshot_ = snapshot;
  dial("exten => 100,1,NoOp(${color} ${CALLERID(num)})\n same => n,Wait(9)");
  world_.run_for(500ms);
  EXPECT_EQ(node_->steps().at(0), "NoOp(red 42)");
}

// --- Dial ---

TEST_F(Applications, dial_bridges_and_ends_with_the_called_party) {
  boris_manners_.hangs_up_after = 5s;
  dial("exten => 100,1,Dial(SIP/1002)\n same => n,NoOp(never)");
  ASSERT_TRUE(world_.run_until([this] { return talking(); }, 10s));
  ASSERT_TRUE(ended_within(10s));
  EXPECT_THAT(node_->steps(), ElementsAre("Dial(SIP/1002)"));
}

TEST_F(Applications, dial_g_goes_on_after_the_called_party_hangs_up) {
  boris_manners_.hangs_up_after = 3s;
  dial(
      "exten => 100,1,Dial(SIP/1002,,g)\n same => n,NoOp(${DIALSTATUS} ${ANSWEREDTIME})\n same => n,Wait(9)");
  ASSERT_TRUE(world_.run_until([this] { return talking(); }, 10s));
  world_.run_for(4s);
  EXPECT_THAT(node_->steps(), ElementsAre("Dial(SIP/1002,,g)", "NoOp(ANSWER 3)", "Wait(9)"));
}

TEST_F(Applications, dial_gives_up_in_time_and_says_noanswer) {
  boris_manners_.answers_after = std::nullopt;
  dial("exten => 100,1,Dial(SIP/1002,4)\n same => n,NoOp(${DIALSTATUS})\n same => n,Wait(9)");
  world_.run_for(3s);
  EXPECT_EQ(boris_->state(), Phone::State::kRinging);
  world_.run_for(2s);
  EXPECT_EQ(boris_->state(), Phone::State::kEnded);
  EXPECT_EQ(node_->steps().at(1), "NoOp(NOANSWER)");
}

TEST_F(Applications, dial_says_busy) {
  boris_manners_.refuses_with = 486;
  dial("exten => 100,1,Dial(SIP/1002)\n same => n,NoOp(${DIALSTATUS} ${HANGUPCAUSE})\n same => n,Wait(9)");
  world_.run_for(2s);
  EXPECT_EQ(node_->steps().at(1), "NoOp(BUSY 17)");
}

TEST_F(Applications, dial_says_congestion) {
  boris_manners_.refuses_with = 500;
  dial("exten => 100,1,Dial(SIP/1002)\n same => n,NoOp(${DIALSTATUS})\n same => n,Wait(9)");
  world_.run_for(2s);
  EXPECT_EQ(node_->steps().at(1), "NoOp(CONGESTION)");
}

TEST_F(Applications, dial_says_chanunavail_for_who_is_not_registered_or_not_known) {
  boris_is_there_ = false;
  dial(
      "exten => 100,1,Dial(SIP/1002)\n same => n,NoOp(${DIALSTATUS})\n same => n,Dial(SIP/nobody)\n"
      " same => n,NoOp(${DIALSTATUS})\n same => n,Dial(DAHDI/1)\n same => n,NoOp(${DIALSTATUS})\n same => "
      "n,Wait(9)");
  world_.run_for(1s);
  EXPECT_EQ(node_->steps().at(1), "NoOp(CHANUNAVAIL)");
  EXPECT_EQ(node_->steps().at(3), "NoOp(CHANUNAVAIL)");
  EXPECT_EQ(node_->steps().at(5), "NoOp(CHANUNAVAIL)");
}

TEST_F(Applications, dial_with_a_broken_option_says_invalidargs) {
  dial("exten => 100,1,Dial(SIP/1002,,m(default)\n same => n,NoOp(${DIALSTATUS})\n same => n,Wait(9)");
  world_.run_for(1s);
  EXPECT_EQ(last_step(), "Wait(9)");
}

TEST_F(Applications, dial_ignores_what_it_does_not_know_among_its_options) {
  dial("exten => 100,1,Dial(SIP/1002,10,t&m)");
  ASSERT_TRUE(hears_within("tone", 1s));
  ASSERT_TRUE(world_.run_until([this] { return talking(); }, 5s));
}

TEST_F(Applications, dial_several_rings_all_and_the_first_to_answer_wins) {
  dial("exten => 100,1,Dial(SIP/1002&SIP/1001,20)");  // Anna's own phone is busy calling
  ASSERT_TRUE(world_.run_until([this] { return talking(); }, 10s));
}

TEST_F(Applications, dial_m_plays_music_until_the_answer) {
  dial("exten => 100,1,Dial(SIP/1002,20,m(default))");
  ASSERT_TRUE(hears_within("tone", 1s));
  EXPECT_FALSE(anna_->ever_up());
  ASSERT_TRUE(world_.run_until([this] { return talking(); }, 10s));
  EXPECT_EQ(heard(), "");
}

TEST_F(Applications, dial_r_rings_whatever_the_called_party_sends) {
  boris_manners_.rings_after = 30s;  // it sends nothing
  boris_manners_.answers_after = 3s;
  dial("exten => 100,1,Dial(SIP/1002,20,r)");
  world_.run_for(1s);
  EXPECT_TRUE(anna_->ever_rang());
  ASSERT_TRUE(world_.run_until([this] { return talking(); }, 10s));
}

TEST_F(Applications, dial_from_an_answered_call_plays_the_ringing_tone) {
  dial("exten => 100,1,Answer()\n same => n,Dial(SIP/1002,20)");
  ASSERT_TRUE(hears_within("tone 440", 2s));
  ASSERT_TRUE(world_.run_until([this] { return talking(); }, 10s));
  EXPECT_EQ(heard(), "");
}

TEST_F(Applications, dial_l_warns_and_ends_the_call) {
  dial(
      "exten => 100,1,Dial(SIP/1002,20,gL(10000:4000:2000))\n same => n,NoOp(${DIALSTATUS})\n same => "
      "n,Wait(9)");
  ASSERT_TRUE(world_.run_until([this] { return talking(); }, 10s));
  ASSERT_TRUE(hears_within("timeleft", 7s));
  world_.run_for(1s);
  EXPECT_TRUE(talking());
  ASSERT_TRUE(hears_within("timeleft", 2s));
  world_.run_for(3s);
  EXPECT_FALSE(talking());
  EXPECT_EQ(boris_->state(), Phone::State::kEnded);
  EXPECT_EQ(node_->steps().at(1), "NoOp(ANSWER)");
}

TEST_F(Applications, dial_hangs_the_called_party_up_when_the_caller_leaves) {
  dial("exten => 100,1,Dial(SIP/1002)");
  ASSERT_TRUE(world_.run_until([this] { return talking(); }, 10s));
  anna_->hang_up();
  world_.run_for(1s);
  EXPECT_EQ(boris_->state(), Phone::State::kEnded);
}

TEST_F(Applications, a_plan_that_runs_out_after_a_busy_dial_says_busy) {
  boris_manners_.refuses_with = 486;
  dial("exten => 100,1,Dial(SIP/1002)");
  ASSERT_TRUE(ended_within(15s));
  EXPECT_EQ(anna_->final_status(), 486);
}

TEST_F(Applications, a_number_outside_the_context_is_404_and_a_part_of_one_484) {
  dial("exten => 1234,1,Answer()", "12");
  ASSERT_TRUE(ended_within(1s));
  EXPECT_EQ(anna_->final_status(), 484);
  anna_->call("99");
  ASSERT_TRUE(ended_within(1s));
  world_.run_for(1s);
  EXPECT_EQ(anna_->final_status(), 404);
}

}  // namespace
}  // namespace polyfon::sim
