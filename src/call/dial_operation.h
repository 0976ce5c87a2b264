// DialOperation: one run of Dial(): the legs that ring, the one that answered, what the caller hears
// meanwhile. Lives in the frame of Exchange::dial(): when the caller's script is destroyed, so is this, and
// its legs are hung up. thread: control.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "call/blame.h"
#include "call/channel.h"
#include "call/dial.h"
#include "call/fork.h"
#include "call/location.h"
#include "call/wait.h"

namespace polyfon::call {

class Exchange;

class DialOperation {
 public:
  DialOperation(Exchange& exchange, Channel& caller, DialRequest request);
  ~DialOperation();
  DialOperation(const DialOperation&) = delete;
  DialOperation& operator=(const DialOperation&) = delete;

  base::Task<DialResult> run();

 private:
  struct Leg {
    ChannelId channel;
    std::string dial_string;
    std::size_t party;     // who is called
    std::string instance;  // on which phone
  };
  // One account that is called, on one or several phones.
  struct Party {
    std::shared_ptr<const config::Endpoint> endpoint;
    std::string dial_string, number;
    Fork fork;
    std::optional<base::Instant> next_at;  // when phones of a lower q have their turn
  };

  // dial_party.cpp
  bool dial_next_group(std::size_t party);
  bool dial_contact(std::size_t party, const ContactAddress& contact);
  std::vector<ContactAddress> contacts_of(const config::Endpoint& endpoint) const;
  void end_turns();  // of groups that have rung long enough
  std::optional<base::Instant> next_turn() const;
  bool went_elsewhere(const LegEvent& event);  // to another flow of the same phone
  void go_on(std::size_t party, int sip_status);
  bool is_called(std::size_t party) const;
  void hang_up_party(std::size_t party, DialStatus status, HangupCause cause);
  bool stop_hearing(ChannelId leg);  // its early media; false: the caller heard another

  // dial_host.cpp
  struct LocatedHost {
    std::string host;
    std::vector<sip::Flow> flows;  // empty: it was not found
  };
  bool is_host(const DialTarget& target) const;
  base::Task<> locate_hosts();
  void locate_host(const std::shared_ptr<Waiter<LocatedHost>>& answers, std::string host);
  std::shared_ptr<const config::Endpoint> endpoint_of_host(const std::string& host) const;
  std::vector<ContactAddress> contacts_of_host(const std::string& host) const;

  static bool is_sip(const DialTarget& target);
  bool share_breadth();
  void dial_target(const DialTarget& target);
  void dial_endpoint(const DialTarget& target, std::shared_ptr<const config::Endpoint> endpoint,
                     const std::string& number);
  void begin_waiting();  // ringing or music, when asked for at once
  void on_progress(const LegEvent& event);
  void leg_failed(ChannelId leg, DialStatus status, HangupCause cause, int sip_status = 0);
  void count(DialStatus status);
  void hang_up_legs(ChannelId except, DialStatus status, HangupCause cause);
  void end_early_media();
  base::Task<> talk(ChannelId leg);
  DialResult finish(DialStatus status, HangupCause cause);
  DialStatus status_of_failures() const;

  Exchange& exchange_;
  Channel& caller_;
  DialRequest request_;
  std::vector<Party> parties_;
  std::vector<Leg> legs_;  // not decided yet
  ChannelId answered_;
  unsigned busy_ = 0, congested_ = 0, unreachable_ = 0, unanswered_ = 0;
  Blame blame_;
  HangupCause last_cause_ = HangupCause::kNone;          // of the call that was answered
  ChannelId heard_;                                      // the leg whose early media the caller hears
  std::map<std::string, std::vector<sip::Flow>> hosts_;  // of the targets: where their servers are
  base::Instant started_{};
  std::optional<base::Instant> answered_at_;
  DialResult result_;
};

}  // namespace polyfon::call
