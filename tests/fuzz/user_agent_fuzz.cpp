// The whole SIP core under a stranger's messages, a handler's commands and passing time. The input is a list
// of steps, each ended by a line of one dot: a step that begins with '!' is a command, anything else a
// datagram. In a datagram $T is our last tag, $V our last Via, $C our last Call-ID, $S our last RSeq, $Q our
// last CSeq. Whatever comes: every session that was accepted ends once, and when all have been hung up and
// time has passed nothing is left.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unordered_map>

#include "base/random.h"
#include "base/timer_wheel.h"
#include "sip/dialog/user_agent.h"

using namespace polyfon;

namespace {

constexpr std::size_t kMaxSteps = 64;

void require(bool truth, const char* what) {
  if (truth) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

class Harness final : public sip::Sink, public sip::SessionHandler, public sip::RequestHandler {
 public:
  Harness() {
    user_agent_.set_session_handler(*this);
    user_agent_.set_request_handler(sip::Method::kRegister, *this);
  }

  void step(std::string_view text) {
    if (text.starts_with('!'))
      command(text.substr(1));
    else
      user_agent_.receive(flow_, expand(text), now_);
  }

  void finish() {
    kept_.clear();
    for (int i = 0; i < 3; ++i) {
      for (auto& [id, times] : std::unordered_map(ended_)) user_agent_.hangup(sip::SessionId::from_value(id));
      pass(std::chrono::seconds(400));
    }
    for (auto& [id, times] : ended_) require(times == 1, "every session ends once");
    require(user_agent_.sessions() == 0, "no session is left");
    require(user_agent_.transactions() == 0, "no transaction is left");
    require(wheel_.armed() == 0, "no timer is left");
  }

  bool send(const sip::Flow&, std::string_view message) override {
    remember(message);
    return !refuse_;
  }
  base::SocketAddress advertised(const sip::Flow&) override {
    return *base::SocketAddress::parse("10.0.0.2", 5060);
  }

  void on_request(sip::IncomingRequest request, base::Instant) override {
    if (mode_ == 'k' && kept_.size() < 8) return kept_.push_back(std::move(request));
    if (mode_ == 's') return request.respond_stateless(401);
    if (mode_ == 'd') return request.drop();
    if (mode_ != 'f') request.respond(200);
  }

  void on_invite(sip::SessionId id, const sip::Message&, const sip::Flow&, std::string_view) override {
    last_ = id;
    const std::string challenge = "Digest realm=\"x\", nonce=\"y\"";
    if (mode_ == 'c') return user_agent_.challenge(id, std::span(&challenge, 1));
    ended_[id.value()] = 0;
    act(id);
  }
  void on_cancelled(sip::SessionId id) override { act(id); }
  void on_confirmed(sip::SessionId id, std::string_view) override { act(id); }
  void on_progress(sip::SessionId id, int, const sip::Message&, std::string_view) override { act(id); }
  void on_answered(sip::SessionId id, const sip::Message&, std::string_view) override { act(id); }
  void on_rejected(sip::SessionId id, int, std::string_view, const sip::Message*) override { act(id); }
  void on_offer(sip::SessionId id, std::string_view) override { act(id); }
  void on_offer_wanted(sip::SessionId id) override { act(id); }
  void on_offer_answered(sip::SessionId id, std::string_view) override { act(id); }
  void on_offer_rejected(sip::SessionId id, int) override { act(id); }
  bool on_info(sip::SessionId id, const sip::Message&) override {
    act(id);
    return mode_ != 'r';
  }
  void on_ended(sip::SessionId id, bool, std::string_view) override { ++ended_[id.value()]; }

 private:
  // What the handler does from inside an event.
  void act(sip::SessionId id) {
    switch (mode_) {
      case 'a': return user_agent_.answer(id, "v=0 answer");
      case 'p': return user_agent_.provisional(id, 183, "v=0 early");
      case 'r': return user_agent_.reject(id, 486);
      case 'h': return user_agent_.hangup(id, 16, "enough");
      case 'o': return user_agent_.answer_offer(id, "v=0 new");
      case 'n': return user_agent_.reject_offer(id, 488);
      default: return;
    }
  }

  void command(std::string_view text) {
    if (text.empty()) return;
    switch (text[0]) {
      case 'm': mode_ = text.size() > 1 ? text[1] : 0; return;
      case 'A': return user_agent_.answer(last_, "v=0 answer");
      case 'P': return user_agent_.provisional(last_, 180);
      case 'E': return user_agent_.provisional(last_, 183, "v=0 early");
      case 'H': return user_agent_.hangup(last_);
      case 'O': user_agent_.offer(last_, "v=0 ours"); return;
      case 'Y': return user_agent_.answer_offer(last_, "v=0 yes");
      case 'N': return user_agent_.reject_offer(last_, 488);
      case 'I': return user_agent_.info(last_, "a/b", "x");
      case 'R': refuse_ = !refuse_; return;
      case 'C': return call("v=0 offer");
      case 'L': return call("");
      case 'T':
        return pass(
            std::chrono::milliseconds(text.size() > 1 ? 40 * static_cast<unsigned char>(text[1]) : 100));
      case 'K':
        for (sip::IncomingRequest& request : kept_) request.respond(200);
        return kept_.clear();
      default: return;
    }
  }

  void call(std::string_view sdp) {
    sip::InviteOptions options;
    options.flow = flow_;
    options.request_uri = "sip:carol@10.0.0.9";
    options.from = "<sip:a@b>";
    options.to = "<sip:c@d>";
    options.sdp = sdp;
    options.credentials = sip::Credentials{"a", "b", {}};
    if (auto id = user_agent_.invite(std::move(options), now_)) {
      last_ = *id;
      ended_[id->value()] = 0;
    }
  }

  void pass(base::Duration time) {
    const base::Instant end = now_ + time;
    while (auto next = wheel_.next()) {
      if (*next > end) break;
      now_ = std::max(now_, *next);
      wheel_.advance(now_);
    }
    now_ = end;
    wheel_.advance(now_);
  }

  static std::string header(std::string_view message, std::string_view name) {
    auto at = message.find(name);
    if (at == std::string_view::npos) return {};
    at += name.size();
    return std::string(message.substr(at, message.find('\r', at) - at));
  }
  void remember(std::string_view message) {
    via_ = header(message, "\r\nVia: ");
    call_id_ = header(message, "\r\nCall-ID: ");
    cseq_ = header(message, "\r\nCSeq: ");
    if (auto rseq = header(message, "\r\nRSeq: "); !rseq.empty()) rseq_ = rseq;
    std::string own = header(message, message.starts_with("SIP/2.0") ? "\r\nTo: " : "\r\nFrom: ");
    if (auto at = own.find(";tag="); at != std::string::npos) tag_ = own.substr(at + 5);
  }
  std::string expand(std::string_view text) const {
    std::string out;
    for (std::size_t i = 0; i < text.size() && out.size() < 60000; ++i) {
      const char next = text[i] == '$' && i + 1 < text.size() ? text[i + 1] : 0;
      const std::string* value = next == 'T'   ? &tag_
                                 : next == 'V' ? &via_
                                 : next == 'C' ? &call_id_
                                 : next == 'S' ? &rseq_
                                 : next == 'Q' ? &cseq_
                                               : nullptr;
      if (value) {
        out += *value;
        ++i;
      } else {
        if (text[i] == '\n' && (out.empty() || out.back() != '\r')) out += '\r';
        out += text[i];
      }
    }
    return out;
  }

  base::Instant now_ = base::Instant{} + std::chrono::hours(1);
  base::TimerWheel wheel_{now_};
  base::SeededRandom random_{1};
  sip::Flow flow_{sip::Protocol::kUdp, 0, *base::SocketAddress::parse("10.0.0.9", 5060)};
  sip::UserAgent user_agent_{*this, wheel_, random_};
  std::vector<sip::IncomingRequest> kept_;
  std::unordered_map<std::uint64_t, int> ended_;
  sip::SessionId last_;
  std::string tag_, via_, call_id_, cseq_, rseq_;
  char mode_ = 0;
  bool refuse_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Harness harness;
  for (std::size_t steps = 0; steps < kMaxSteps && !text.empty(); ++steps) {
    auto end = text.find("\n.\n");
    harness.step(text.substr(0, end == std::string_view::npos ? text.size() : end + 1));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 3);
  }
  harness.finish();
  return 0;
}
