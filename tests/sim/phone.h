// Phone: a simulated telephone on the production SIP stack: registers, calls, rings, answers, hangs up as it
// is told.
#pragma once
#include <optional>
#include <string>

#include "sdp/negotiation.h"
#include "sim/world.h"
#include "sip/dialog/user_agent.h"

namespace polyfon::sim {

// What a phone does with a call that comes in.
struct Manners {
  base::Duration rings_after = std::chrono::milliseconds(50);
  std::optional<base::Duration> answers_after = std::chrono::seconds(2);  // nullopt: lets it ring
  int refuses_with = 0;                                                   // 0: does not
  std::optional<base::Duration> hangs_up_after;                           // of talking
};

class Phone final : public sip::SessionHandler {
 public:
  enum class State { kIdle, kCalling, kRinging, kUp, kEnded };

  Phone(World& world, base::SocketAddress address, base::SocketAddress exchange, std::string name,
        std::string secret);
  ~Phone() override;

  Manners manners;
  void register_now();
  void register_as(const std::string& contact_uri);
  void call(const std::string& number);
  void hang_up();
  void hold(bool held);
  void press(char digit);  // by INFO

  bool registered() const { return registered_; }
  int register_status() const { return register_status_; }
  State state() const { return state_; }
  int final_status() const { return final_status_; }  // of a call of ours that was refused
  bool early_media() const { return early_media_; }
  bool ever_rang() const { return ever_rang_; }
  bool ever_up() const { return ever_up_; }
  std::uint16_t rtp_port() const { return rtp_port_; }
  const std::optional<sdp::Agreed>& agreed() const { return negotiation_->agreed(); }
  std::size_t leftovers() const { return agent_.sessions() + agent_.transactions(); }

  void on_invite(sip::SessionId, const sip::Message&, const sip::Flow&, std::string_view sdp) override;
  void on_cancelled(sip::SessionId) override {}
  void on_confirmed(sip::SessionId, std::string_view) override {}
  void on_progress(sip::SessionId, int status, const sip::Message&, std::string_view sdp) override;
  void on_answered(sip::SessionId, const sip::Message&, std::string_view sdp) override;
  void on_rejected(sip::SessionId, int status, std::string_view, const sip::Message*) override;
  void on_offer(sip::SessionId, std::string_view sdp) override;
  void on_offer_wanted(sip::SessionId) override;
  void on_offer_answered(sip::SessionId, std::string_view sdp) override;
  void on_offer_rejected(sip::SessionId, int) override {}
  bool on_info(sip::SessionId, const sip::Message&) override { return true; }
  void on_ended(sip::SessionId, bool by_peer, std::string_view) override;

 private:
  sdp::LocalMedia media(sdp::Direction direction = sdp::Direction::kSendRecv) const;
  std::string own_uri() const;
  void set_up();
  void on_ring_timer(base::Instant);
  void on_answer_timer(base::Instant);
  void on_talk_timer(base::Instant) { hang_up(); }

  World& world_;
  base::SocketAddress address_, exchange_;
  std::string name_, secret_;
  WorldSink sink_;
  sip::UserAgent agent_;
  std::unique_ptr<sdp::Negotiation> negotiation_;
  std::uint16_t rtp_port_;
  sip::SessionId session_;
  State state_ = State::kIdle;
  bool registered_ = false, ever_rang_ = false, ever_up_ = false, early_media_ = false;
  int register_status_ = 0, final_status_ = 0;
  base::Timer ring_timer_ = base::Timer::of<&Phone::on_ring_timer>(this);
  base::Timer answer_timer_ = base::Timer::of<&Phone::on_answer_timer>(this);
  base::Timer talk_timer_ = base::Timer::of<&Phone::on_talk_timer>(this);
};

}  // namespace polyfon::sim
