// Channel: one leg of a call: its SIP session, its media stream, its place in the dialplan, its variables,
// and the script (a coroutine) that it runs when it called us. Scripts work through the awaitable operations
// here; hanging up destroys the script's frame, so no operation returns "the caller is gone". thread:
// control.
#pragma once
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/task.h"
#include "base/text.h"
#include "base/time.h"
#include "call/events.h"
#include "call/hangup_cause.h"
#include "call/ids.h"
#include "call/location.h"
#include "call/script.h"
#include "call/wait.h"
#include "config/snapshot.h"
#include "media/engine/engine.h"
#include "sdp/negotiation.h"
#include "sip/dialog/user_agent.h"

namespace polyfon::call {

class Exchange;

// As `core show channels` names them. kRing: it calls us and waits; kRinging: we call it and it rings.
enum class ChannelState { kDown, kRing, kRinging, kUp };
std::string_view to_string(ChannelState state);

using Variables = std::unordered_map<std::string, std::string, base::TextHash, std::equal_to<>>;
inline constexpr std::size_t kMaxVariables = 1000;

// What another part of the exchange tells a channel's script while it waits for a leg that it dialled.
struct LegEvent {
  enum class Kind { kProgress, kRinging, kAnswered, kRejected, kEnded } kind;
  ChannelId leg;
  int sip_status = 0;
  HangupCause cause = HangupCause::kNone;
  bool early_media = false;  // kProgress with SDP
  bool rang = false;         // kRejected: it had been ringing
  bool by_peer = false;      // kRejected: the peer answered that; else nothing came, or it could not be sent
};

struct PlayResult {
  std::optional<char> digit;  // that interrupted it
};

class Channel {
 public:
  Channel(ChannelId id, Exchange& exchange);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // --- who it is ---
  ChannelId id() const { return id_; }
  std::string name;       // "SIP/1001-00000001"
  std::string unique_id;  // "1700000000.1"
  std::string linked_id;
  std::shared_ptr<const config::Endpoint> endpoint;  // null: a guest
  config::CallerId caller_id;
  std::string dialed_number;  // DNID: what it dialled when it called us
  std::string language;
  std::string music_class;
  std::string account_code;
  bool incoming = false;
  ChannelState state() const { return state_; }
  base::Instant created_at() const { return created_at_; }
  std::optional<base::Instant> answered_at() const { return answered_at_; }

  // --- where its script is ---
  DialplanPosition position;
  std::string application, application_data;  // running now
  Variables variables;                        // names as in ${NAME}, without inheritance underscores
  // Variables that legs dialled from here get as well: those set as _NAME, and as __NAME their legs in turn.
  enum class Inheritance : std::uint8_t { kLegs, kTheirLegsToo };
  std::unordered_map<std::string, Inheritance, base::TextHash, std::equal_to<>> inheritance;
  void inherit_variables(const Channel& parent);
  std::unique_ptr<ScriptState> script_state;  // the script runner's; null until it has something to keep
  std::optional<Instance> gruu;               // the phone that its call is for, when it named one (RFC 5627)
  HangupCause hangup_cause = HangupCause::kNone;
  ChannelId bridged_peer() const { return bridged_; }

  // --- what scripts do with it ---
  Exchange& exchange() { return exchange_; }
  void ringing();     // 180 to the caller; before it is answered
  void progress();    // 183 with our SDP: early media
  bool answer();      // 200 with SDP when it is not up; false when media cannot be had (the call ends)
  void busy();        // 486 when not answered, else the busy tone
  void congestion();  // 503 when not answered, else the congestion tone
  void play_tone(std::vector<media::Tone> cadence);  // for ever
  void stop_tone();
  void start_music(std::string_view wanted_class);  // "": the channel's own; loads on a worker when need be
  void stop_music();
  void echo();
  void stop_echo();

  base::Task<> wait(base::Duration time);
  // The next digit, from those already dialled first; nullopt: none in time.
  base::Task<std::optional<char>> wait_digit(base::Duration timeout);
  // Plays to the end, or to the first digit that `interrupting` holds (it is consumed).
  base::Task<PlayResult> play(std::vector<media::AudioPtr> audio, std::string interrupting);
  // Finds a sound by Asterisk's rules and has a worker load it; null when there is none. An empty language is
  // the channel's own.
  base::Task<media::AudioPtr> load_sound(std::string sound, std::string wanted_language = {});
  // The sounds of "a&b&c" that there are.
  struct Sounds {
    std::vector<media::AudioPtr> audio;
    bool all_found = true;
  };
  base::Task<Sounds> load_sounds(std::string names, std::string wanted_language = {});
  base::Task<> wait_for_ever();  // until the channel is hung up

  // Whoever dials from this channel's script hears of its legs here.
  Waiter<LegEvent>& leg_events() { return leg_events_; }
  // Digits dialled ahead of whoever asks for them; at most kMaxTypedAhead are kept.
  static constexpr std::size_t kMaxTypedAhead = 64;
  void forget_digits();

 private:
  friend class Exchange;
  friend class Bridge;
  friend class DialOperation;

  // What wakes a script that listens to its own channel: a digit, or the end of a playback.
  struct Signal {
    char digit = 0;
    media::PlaybackId playback = 0;
  };

  sdp::LocalMedia local_media() const;
  bool ensure_stream();        // opens the RTP ports
  bool ensure_early_media();   // the caller has our SDP: sends 183 when it is not up
  bool accept_remote_offer();  // of the INVITE; the answer is then in negotiation_
  void apply_agreed();         // negotiation_ -> media engine
  void prefer_codecs(const std::vector<std::string_view>& encodings);
  void prefer_codec_of(const Channel& other);  // so that the two need no transcoding
  void prefer_codecs_offered_by(const Channel& caller);
  void on_digit(char digit);
  void on_playback_finished(media::PlaybackId playback);
  void play_music_file(std::size_t index);
  void skip_music_file();
  void emit(decltype(CallEvent::what) what);

  const ChannelId id_;
  Exchange& exchange_;
  ChannelState state_ = ChannelState::kDown;
  base::Instant created_at_{};
  std::optional<base::Instant> answered_at_;
  bool ended_ = false;   // hung up: what is left is its `h` extension
  bool buried_ = false;  // `h` has been started, or there is none

  sip::SessionId session_;
  sip::Flow flow_;  // where its signalling comes from
  media::StreamId stream_;
  std::unique_ptr<sdp::Negotiation> negotiation_;
  unsigned max_forwards_ = 70;           // of its INVITE: what a leg of it may use up, less one
  std::optional<unsigned> max_breadth_;  // of its INVITE: how many legs may ring for it at once (RFC 5393 5)
  std::optional<unsigned> leg_breadth_;  // what each leg that is dialled now may fork into
  ChannelId came_from_;                  // the leg of ours whose INVITE has come back as this call
  // What Dial() was refused with, where the cause alone would say it worse: 440, 482, 483.
  struct {
    int status = 0;
    HangupCause cause = HangupCause::kNone;
  } refused_as_;
  std::string remote_offer_;  // of the INVITE, until it is accepted; empty in a late offer
  std::vector<std::string>
      codec_order_;       // config names, best first: the endpoint's, or matched to the other leg
  bool offered_ = false;  // our SDP is an offer that waits for its answer
  bool early_media_sent_ = false;
  bool ringing_sent_ = false;
  bool held_by_peer_ = false;
  std::vector<std::filesystem::path> music_files_;  // of the class that plays now
  std::size_t music_index_ = 0;
  std::size_t music_misses_ = 0;  // files in a row that could not be loaded
  std::uint64_t music_request_ =
      0;  // the newest request for a file: an older one that is still loading is void
  media::PlaybackId music_playback_ = 0;
  ChannelId owner_;    // whose script dialled this one
  ChannelId bridged_;  // whom it hears
  std::deque<char> typed_ahead_;

  Waiter<LegEvent> leg_events_;
  Waiter<Signal> signals_;
  base::Task<> script_;  // last member: destroyed first, while all it refers to is still there
};

}  // namespace polyfon::call
