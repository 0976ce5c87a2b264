// The console's commands over a simulated exchange: columns and sentences that scripts and people rely on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "console/commands.h"
#include "dialplan/application.h"
#include "sim/exchange_node.h"
#include "sim/phone.h"

namespace polyfon::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

base::SocketAddress at(const char* host) { return *base::SocketAddress::parse(host, 5060); }

class Console : public testing::Test {
 protected:
  Console() {
    base::set_log_level(base::LogLevel::kError);
    system_ = {"0.1.0",
               world_.now(),
               world_.wall(),
               world_.now(),
               [](console::Reply reply) { reply("Reloaded.\n"); },
               [this](bool gracefully) { stopped_ = gracefully ? "gracefully" : "now"; }};
    console::add_core_commands(table_, node_.exchange(), system_, node_.journal(), world_.timers());
    console::add_sip_commands(table_, node_.exchange(), node_.registrar(), node_.agent());
    console::add_dialplan_commands(table_, node_.interpreter());
    console::add_moh_commands(table_, node_.exchange());
    anna_.register_now();
    boris_.register_now();
    world_.run_for(2s);
  }
  std::string run(std::string_view line) {
    std::string answer;
    table_.run(line, [&](std::string text) { answer = std::move(text); });
    return answer;
  }

  World world_{1, {}};
  ExchangeNode node_{world_, at("192.0.2.1")};
  Phone anna_{world_, at("192.0.2.10"), at("192.0.2.1"), "1001", "secret-1001"};
  Phone boris_{world_, at("192.0.2.11"), at("192.0.2.1"), "1002", "secret-1002"};
  console::SystemControl system_;
  console::CommandTable table_;
  std::string stopped_;
};

TEST_F(Console, sip_show_peers_has_chan_sips_columns_and_tail) {
  auto text = run("sip show peers");
  EXPECT_THAT(
      text,
      StartsWith(
          "Name/username             Host                                    Dyn Forcerport Comedia    ACL "
          "Port     Status      Description"));
  EXPECT_THAT(text, HasSubstr("1001                      192.0.2.10                              D  "));
  EXPECT_THAT(text,
              HasSubstr("2 sip peers [Monitored: 0 online, 0 offline Unmonitored: 2 online, 0 offline]\n"));
}

TEST_F(Console, sip_show_peer_tells_all_but_the_secret) {
  auto text = run("sip show peer 1001");
  EXPECT_THAT(text, HasSubstr("* Name       : 1001"));
  EXPECT_THAT(text, HasSubstr("192.0.2.10:5060"));
  EXPECT_EQ(text.find("secret-1001"), std::string::npos);
  EXPECT_EQ(run("sip show peer 9"), "Peer 9 not found.\n");
}

TEST_F(Console, sip_show_users_and_registry_have_their_headers) {
  EXPECT_THAT(run("sip show users"),
              StartsWith("Username                   Secret           Accountcode      Def.Context"));
  EXPECT_EQ(run("sip show users").find("secret-1001"), std::string::npos);
  EXPECT_EQ(run("sip show user"), run("sip show users"));
  EXPECT_THAT(run("sip show registry"), HasSubstr("0 SIP registrations.\n"));
  EXPECT_THAT(run("sip show settings"), HasSubstr("Registrations:"));
}

TEST_F(Console, core_show_channels_shows_both_legs_and_counts) {
  anna_.call("1002");
  world_.run_for(5s);
  auto text = run("core show channels");
  EXPECT_THAT(
      text, StartsWith("Channel              Location             State   Application(Data)             \n"));
  EXPECT_THAT(text, HasSubstr("SIP/1001-00000001    1002@office:1        Up      Dial(SIP/1002,25)"));
  EXPECT_THAT(text, HasSubstr("2 active channels\n1 active call\n1 call processed\n"));
  EXPECT_THAT(run("core show channels count"), StartsWith("2 active channels\n"));
  EXPECT_THAT(run("core show channels concise"),
              HasSubstr("SIP/1001-00000001!office!1002!1!Up!Dial!SIP/1002,25!1001!!!3!"));
  EXPECT_THAT(run("core show channels verbose"), HasSubstr("00:00:0"));
}

TEST_F(Console, channel_request_hangup_ends_the_call) {
  anna_.call("1002");
  world_.run_for(5s);
  EXPECT_EQ(run("channel request hangup SIP/nobody-1"), "SIP/nobody-1 is not a known channel\n");
  EXPECT_THAT(run("channel request hangup SIP/1001-00000001"), HasSubstr("Requested Hangup"));
  world_.run_for(1s);
  EXPECT_THAT(run("core show channels count"), StartsWith("0 active channels\n"));
}

TEST_F(Console, dialplan_show_names_file_and_line) {
  EXPECT_THAT(run("dialplan show office"), HasSubstr("[ Context 'office' created by 'pbx_config' ]"));
  EXPECT_THAT(run("dialplan show 700@office"), HasSubstr("[extensions.conf:4]"));
}

TEST_F(Console, moh_show_classes_shows_the_default) {
  EXPECT_THAT(run("moh show classes"), HasSubstr("Class: default\n"));
}

TEST_F(Console, version_uptime_reload_stop_and_history_answer) {
  EXPECT_EQ(run("core show version"), "polyfon 0.1.0\n");
  world_.run_for(3700s);
  EXPECT_THAT(run("core show uptime"), StartsWith("System uptime: 1 hour, 1 minute, "));
  EXPECT_EQ(run("core reload"), "Reloaded.\n");
  run("core stop gracefully");
  EXPECT_EQ(stopped_, "gracefully");
  EXPECT_THAT(run("cdr show status"), HasSubstr("written"));
}

TEST_F(Console, every_command_has_help_and_every_application_a_manual) {
  for (const auto& command : table_.commands()) {
    EXPECT_FALSE(command.summary.empty()) << command.syntax;
    EXPECT_FALSE(command.usage.empty()) << command.syntax;
  }
  for (const auto* application : dialplan::applications()) {
    EXPECT_FALSE(application->info.synopsis.empty()) << application->info.name;
    EXPECT_FALSE(application->info.description.empty()) << application->info.name;
    EXPECT_THAT(std::string(application->info.syntax), StartsWith(std::string(application->info.name)));
    EXPECT_THAT(run(fmt::format("core show application {}", application->info.name)),
                HasSubstr("[Synopsis]"));
  }
  EXPECT_THAT(run("core show applications"), HasSubstr("Dial: Attempt to connect"));
  EXPECT_THAT(run("core show application VoiceMail"), HasSubstr("does not have it yet"));
}

}  // namespace
}  // namespace polyfon::sim
