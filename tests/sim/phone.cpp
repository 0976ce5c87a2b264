#include "sim/phone.h"

namespace polyfon::sim {

Phone::Phone(World& world, base::SocketAddress address, base::SocketAddress exchange, std::string name,
             std::string secret)
    : world_(world),
      address_(address),
      exchange_(exchange),
      name_(std::move(name)),
      secret_(std::move(secret)),
      sink_(world, address),
      agent_(sink_, world.timers(), world.random()),
      negotiation_(std::make_unique<sdp::Negotiation>(address.hash())),
      rtp_port_(static_cast<std::uint16_t>(30000 + 2 * (address.hash() % 5000))) {
  agent_.set_session_handler(*this);
  world_.attach(address_, [this](const base::SocketAddress& from, std::string_view bytes, base::Instant now) {
    agent_.receive({sip::Protocol::kUdp, 0, from}, bytes, now);
  });
}

Phone::~Phone() { world_.detach(address_); }

std::string Phone::own_uri() const { return fmt::format("sip:{}@{}", name_, exchange_.to_string()); }

sdp::LocalMedia Phone::media(sdp::Direction direction) const {
  sdp::LocalMedia local;
  local.address = address_.host();
  local.port = rtp_port_;
  local.codecs = {{"PCMA", 8000, 1, 8, {}}, {"PCMU", 8000, 1, 0, {}}};
  local.direction = direction;
  return local;
}

void Phone::register_now() { register_as(fmt::format("sip:{}@{}", name_, address_.to_string())); }

void Phone::register_as(const std::string& contact_uri) {
  sip::RequestOptions request;
  request.flow.remote = exchange_;
  request.method = sip::Method::kRegister;
  request.request_uri = "sip:" + exchange_.to_string();
  request.from = request.to = "<" + own_uri() + ">";
  request.headers = {{"Contact", "<" + contact_uri + ">"}, {"Expires", "3600"}};
  request.credentials = sip::Credentials{name_, secret_, {}};
  agent_.request(std::move(request), world_.now(), [this](int status, const sip::Message*) {
    register_status_ = status;
    registered_ = status == 200;
  });
}

void Phone::call(const std::string& number) {
  negotiation_ = std::make_unique<sdp::Negotiation>(address_.hash());
  sip::InviteOptions invite;
  invite.flow.remote = exchange_;
  invite.request_uri = fmt::format("sip:{}@{}", number, exchange_.to_string());
  invite.from = "<" + own_uri() + ">";
  invite.to = "<" + invite.request_uri + ">";
  invite.contact_user = name_;
  invite.sdp = negotiation_->make_offer(media());
  invite.ring_limit = std::chrono::hours(1);  // patient: what ends its calls is the exchange, or the test
  invite.credentials = sip::Credentials{name_, secret_, {}};
  auto session = agent_.invite(std::move(invite), world_.now());
  if (!session) return;
  session_ = *session;
  state_ = State::kCalling;
}

void Phone::hang_up() {
  if (session_) agent_.hangup(session_, 16);
}

void Phone::hold(bool held) {
  if (state_ == State::kUp)
    agent_.offer(session_, negotiation_->make_offer(
                               media(held ? sdp::Direction::kSendOnly : sdp::Direction::kSendRecv)));
}

void Phone::press(char digit) {
  if (session_)
    agent_.info(session_, "application/dtmf-relay", fmt::format("Signal={}\r\nDuration=160\r\n", digit));
}

void Phone::on_invite(sip::SessionId session, const sip::Message&, const sip::Flow&, std::string_view sdp) {
  if (session_ || manners.refuses_with) {
    agent_.reject(session, manners.refuses_with ? manners.refuses_with : 486);
    return;
  }
  negotiation_ = std::make_unique<sdp::Negotiation>(address_.hash());
  if (!negotiation_->accept_offer(sdp, media())) {
    agent_.reject(session, 488);
    return;
  }
  session_ = session;
  state_ = State::kRinging;
  world_.timers().arm(ring_timer_, world_.now() + manners.rings_after);
  if (manners.answers_after) world_.timers().arm(answer_timer_, world_.now() + *manners.answers_after);
}

void Phone::on_ring_timer(base::Instant) {
  ever_rang_ = true;
  if (session_ && state_ == State::kRinging) agent_.provisional(session_, 180);
}

void Phone::on_answer_timer(base::Instant) {
  if (!session_ || state_ != State::kRinging) return;
  agent_.answer(session_, negotiation_->answer());
  set_up();
}

void Phone::set_up() {
  state_ = State::kUp;
  ever_up_ = true;
  if (manners.hangs_up_after) world_.timers().arm(talk_timer_, world_.now() + *manners.hangs_up_after);
}

void Phone::on_progress(sip::SessionId, int status, const sip::Message&, std::string_view sdp) {
  if (status == 180) ever_rang_ = true;
  early_media_ = early_media_ || !sdp.empty();
  if (!sdp.empty()) (void)negotiation_->accept_answer(sdp);
}

void Phone::on_answered(sip::SessionId, const sip::Message&, std::string_view sdp) {
  if (!sdp.empty()) (void)negotiation_->accept_answer(sdp);
  set_up();
}

void Phone::on_rejected(sip::SessionId, int status, std::string_view, const sip::Message*) {
  final_status_ = status;
}

void Phone::on_offer(sip::SessionId session, std::string_view sdp) {
  if (negotiation_->accept_offer(sdp, media()))
    agent_.answer_offer(session, negotiation_->answer());
  else
    agent_.reject_offer(session, 488);
}

void Phone::on_offer_wanted(sip::SessionId session) {
  agent_.answer_offer(session, negotiation_->make_offer(media()));
}
void Phone::on_offer_answered(sip::SessionId, std::string_view sdp) {
  (void)negotiation_->accept_answer(sdp);
}

void Phone::on_ended(sip::SessionId session, bool, std::string_view) {
  if (session != session_) return;
  session_ = {};
  state_ = State::kEnded;
  ring_timer_.cancel();
  answer_timer_.cancel();
  talk_timer_.cancel();
}

}  // namespace polyfon::sim
