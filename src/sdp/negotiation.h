// Negotiation: one leg's side of offer/answer over one audio stream (RFC 3264, 6337): builds offers, answers
// and what was agreed. Keeps m-line order and count and the o= version (+1 only when something changed). The
// state of the exchange of offers (who may offer when) is sip/dialog's; this is its content. thread: any.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sdp/session_description.h"

namespace polyfon::sdp {

// A codec that our side is willing to use, in order of preference: names as in rtpmap.
struct Capability {
  std::string encoding;  // "PCMA"
  std::uint32_t clock_rate = 8000;
  std::uint8_t channels = 1;
  std::uint8_t payload_type = 8;  // that we offer; an answer takes the offer's
  std::string parameters;         // fmtp

  bool operator==(const Capability&) const = default;
};

struct LocalMedia {
  std::string address;  // that the peer is to send to
  bool v6 = false;
  std::uint16_t port = 0;
  std::vector<Capability> codecs;
  bool telephone_event = true;  // offer and accept RFC 4733
  std::uint8_t telephone_event_payload_type = 101;
  std::uint16_t ptime = 20;
  Direction direction = Direction::kSendRecv;  // what we want: kSendOnly or kInactive to hold the peer
  bool rtcp_mux = false;                       // offer and accept RTCP on the RTP port (RFC 5761)
};

// What both sides agreed: how to send, how to understand.
struct Agreed {
  std::string remote_address;  // a literal; "" when the peer wants no media (c=0.0.0.0 hold)
  std::uint16_t remote_port = 0;
  std::uint16_t remote_rtcp_port = 0;
  bool rtcp_mux = false;
  // Chosen codec: our spelling of its name, the payload type and the fmtp that the peer wants.
  Capability send;
  std::uint8_t receive_payload_type = 0;  // what the peer uses towards us for that codec
  // Every common codec, best first, as the peer numbers them: so that two legs can be matched without
  // transcoding.
  std::vector<Capability> common;
  std::optional<std::uint8_t> send_event_payload_type;     // RFC 4733 towards the peer
  std::optional<std::uint8_t> receive_event_payload_type;  // from the peer
  std::uint16_t ptime = 20;                                // milliseconds, that we send
  Direction direction = Direction::kSendRecv;              // ours: kRecvOnly means we only receive
  bool held_by_peer() const { return !sends(direction); }

  bool operator==(const Agreed&) const = default;  // equal: media need not be told again
};

class Negotiation {
 public:
  explicit Negotiation(std::uint64_t session_id, std::string user = "-");

  // Our offer. After an agreement it keeps payload types and m-lines as RFC 3264 8 asks.
  std::string make_offer(const LocalMedia& local);
  // The peer's answer to make_offer(). kUnsupported when it took no codec or refused the stream. May be
  // called again with the same or another answer to the same offer (early media, forks). On an error the
  // agreement before stands.
  base::Result<Agreed> accept_answer(std::string_view sdp);
  // The peer's offer: what would be agreed, and our answer in answer(). kUnsupported when nothing is common
  // (488); on an error the agreement before stands (RFC 3264 8.4, RFC 3261 14.2).
  base::Result<Agreed> accept_offer(std::string_view sdp, const LocalMedia& local);
  const std::string& answer() const { return answer_; }

  const std::optional<Agreed>& agreed() const { return agreed_; }

 private:
  // Our last offer, against which an answer is read.
  struct Offered {
    std::vector<Format> formats;  // with telephone-event
    LocalMedia local;
  };

  Media offered_audio(const LocalMedia& local) const;
  std::optional<std::uint8_t> number_for(const Format& format, const std::vector<Format>& taken) const;
  void remember(const Format& format);
  std::string publish(std::vector<Media> lines, const LocalMedia& local);

  std::uint64_t session_id_;
  std::uint64_t version_ = 0;
  std::string user_;
  std::string answer_;
  std::string last_body_;  // our last description without its o= line, to see whether it changed
  std::optional<Offered> offered_;
  std::vector<Media> lines_;     // the m-lines of the session as last described: count and order never change
  std::size_t audio_line_ = 0;   // which of them is ours
  std::vector<Format> numbers_;  // payload types of this session, which keep their codec (RFC 3264 8.3.2)
  std::optional<Agreed> agreed_;
};

}  // namespace polyfon::sdp
