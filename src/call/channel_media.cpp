// The media side of a channel: ports, offer and answer with its own peer, and what the peer hears.
#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "call/channel.h"
#include "call/exchange.h"

namespace polyfon::call {

namespace {

// A peer's SDP may not aim our packets at ourselves or at everybody (sip-cases 5.3.7): loopback only for who
// signals from there.
base::SocketAddress media_target(const sdp::Agreed& agreed, std::uint16_t port, const sip::Flow& flow) {
  if (agreed.remote_address.empty() || port == 0) return {};
  auto address = base::SocketAddress::parse(agreed.remote_address, port);
  if (!address || address->is_multicast() || address->is_unspecified()) return {};
  if (address->is_loopback() && !flow.remote.is_loopback()) return {};
  return *address;
}

}  // namespace

bool Channel::ensure_stream() {
  if (stream_) return true;
  if (ended_) return false;
  auto& media = exchange_.parts_.media;
  media::StreamId near;
  if (Channel* other = exchange_.find(owner_ ? owner_ : bridged_)) near = other->stream_;
  sockaddr_in any4{.sin_family = AF_INET};
  sockaddr_in6 any6{.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT};
  auto local = flow_.remote.is_v6() ? base::SocketAddress(any6) : base::SocketAddress(any4);
  auto opened = media.open(local, near);
  if (!opened) {
    base::log_error("media", "{}: {}", name, opened.error().text);
    exchange_.counters_.media_refused.add();
    return false;
  }
  stream_ = *opened;
  exchange_.by_stream_.emplace(stream_.value(), id_);
  return true;
}

sdp::LocalMedia Channel::local_media() const {
  auto address = exchange_.parts_.sink.advertised(flow_);
  sdp::LocalMedia local;
  local.address = address.host();
  local.v6 = address.is_v6();
  local.port = exchange_.parts_.media.local_port(stream_);
  for (const auto& wanted : codec_order_)
    if (const auto* codec = media::find_codec_by_config_name(wanted))
      local.codecs.push_back({std::string(codec->encoding), codec->clock_rate, 1, codec->payload_type, {}});
  local.telephone_event = !endpoint || endpoint->dtmf_mode == config::DtmfMode::kRfc4733 ||
                          endpoint->dtmf_mode == config::DtmfMode::kAuto;
  return local;
}

bool Channel::accept_remote_offer() {
  if (negotiation_->agreed()) return true;
  if (remote_offer_.empty()) {
    offered_ = true;  // late offer (RFC 3261 13.2.1): the answer comes in ACK
    return true;
  }
  auto agreed = negotiation_->accept_offer(remote_offer_, local_media());
  if (!agreed) {
    base::log_notice("call", "{}: {}", name, agreed.error().text);
    return false;
  }
  apply_agreed();
  return true;
}

bool Channel::ensure_early_media() {
  if (ended_) return false;
  if (state_ == ChannelState::kUp || early_media_sent_) return true;
  if (!incoming || remote_offer_.empty()) return false;  // a late offer has no early media
  if (!ensure_stream() || !accept_remote_offer()) return false;
  early_media_sent_ = true;
  exchange_.parts_.user_agent.provisional(session_, 183, negotiation_->answer());
  return true;
}

void Channel::apply_agreed() {
  const auto& agreed = negotiation_->agreed();
  if (!agreed || !stream_) return;
  const auto* codec = media::find_codec_by_encoding(agreed->send.encoding, agreed->send.clock_rate);
  if (!codec) return;  // cannot be: only codecs of ours are agreed on
  media::StreamConfig config;
  config.remote = media_target(*agreed, agreed->remote_port, flow_);
  config.remote_rtcp = media_target(*agreed, agreed->remote_rtcp_port, flow_);
  config.trusted_hosts = {flow_.remote};
  config.codec = codec->id;
  config.send_payload_type = agreed->send.payload_type;
  config.receive_payload_type = agreed->receive_payload_type;
  config.send_event_payload_type = agreed->send_event_payload_type;
  config.receive_event_payload_type = agreed->receive_event_payload_type;
  config.ptime = agreed->ptime;
  config.send = sdp::sends(agreed->direction);
  config.receive = sdp::receives(agreed->direction);
  // chan_sip: nothing is missed before the answer, and a peer that holds may be silent for rtpholdtimeout.
  if (endpoint && state_ == ChannelState::kUp) {
    config.timeout = agreed->held_by_peer() ? endpoint->rtp_hold_timeout : endpoint->rtp_timeout;
    config.hold_timeout = endpoint->rtp_hold_timeout;
  }
  exchange_.parts_.media.configure(stream_, config);
}

void Channel::prefer_codecs(const std::vector<std::string_view>& encodings) {
  std::vector<std::string> ordered;
  auto add = [&](const std::string& wanted) {
    if (std::ranges::find(ordered, wanted) == ordered.end()) ordered.push_back(wanted);
  };
  for (std::string_view encoding : encodings)
    for (const auto& wanted : codec_order_)
      if (const auto* codec = media::find_codec_by_config_name(wanted);
          codec && base::iequals(codec->encoding, encoding))
        add(wanted);
  for (const auto& wanted : codec_order_) add(wanted);
  codec_order_ = std::move(ordered);
}

void Channel::prefer_codec_of(const Channel& other) {
  if (!other.negotiation_ || !other.negotiation_->agreed()) return;
  // Best first: what the other leg talks now, then what else it can.
  const auto& agreed = *other.negotiation_->agreed();
  std::vector<std::string_view> encodings{agreed.send.encoding};
  for (const auto& codec : agreed.common) encodings.push_back(codec.encoding);
  prefer_codecs(encodings);
}

void Channel::prefer_codecs_offered_by(const Channel& caller) {
  auto offer = sdp::SessionDescription::parse(caller.remote_offer_);
  if (!offer || !offer->audio()) return;
  std::vector<std::string_view> encodings;
  for (const auto& wanted : caller.codec_order_)
    if (const auto* codec = media::find_codec_by_config_name(wanted))
      for (const auto& format : offer->audio()->formats)
        if (base::iequals(format.encoding, codec->encoding)) encodings.push_back(codec->encoding);
  prefer_codecs(encodings);
}

void Channel::play_tone(std::vector<media::Tone> cadence) {
  if (!ensure_early_media()) return;
  exchange_.parts_.media.play(stream_, media::Playback{.tones = std::move(cadence), .loop = true});
}

void Channel::stop_tone() {
  if (stream_) exchange_.parts_.media.stop_playback(stream_);
}

void Channel::start_music(std::string_view wanted_class) {
  if (!ensure_early_media()) return;
  std::string_view class_name = wanted_class.empty() ? std::string_view(music_class) : wanted_class;
  const auto& classes = exchange_.snapshot().music;
  auto found = classes.find(std::string(class_name.empty() ? "default" : class_name));
  if (found == classes.end()) found = classes.find("default");
  if (found == classes.end() || found->second.files.empty()) {
    base::log_warning("moh", "{}: no music in class '{}': silence is heard", name, class_name);
    return;
  }
  music_files_ = found->second.files;
  music_misses_ = 0;
  bool anywhere = found->second.sort.starts_with("rand");
  play_music_file(anywhere ? exchange_.parts_.random.below(music_files_.size()) : 0);
}

void Channel::play_music_file(std::size_t index) {
  std::uint64_t request = ++music_request_;
  music_index_ = index;
  exchange_.sounds().file(
      music_files_[index], [&exchange = exchange_, id = id_, request](media::AudioPtr audio) {
        Channel* channel = exchange.find(id);
        if (!channel || channel->ended_ || channel->music_request_ != request) return;
        if (!audio) return channel->skip_music_file();
        channel->music_misses_ = 0;
        channel->music_playback_ =
            exchange.parts_.media.play(channel->stream_, media::Playback{.audio = {std::move(audio)}});
      });
}

// A file that cannot be played is passed over; a class of none but such files is silent.
void Channel::skip_music_file() {
  if (++music_misses_ < music_files_.size()) play_music_file((music_index_ + 1) % music_files_.size());
}

void Channel::stop_music() {
  ++music_request_;
  music_playback_ = 0;
  music_files_.clear();
  stop_tone();
}

void Channel::on_playback_finished(media::PlaybackId playback) {
  if (playback == music_playback_ && !music_files_.empty())
    play_music_file((music_index_ + 1) % music_files_.size());
  else
    signals_.push(Signal{.playback = playback});
}

void Channel::echo() {
  if (stream_) exchange_.parts_.media.echo(stream_);
}

void Channel::stop_echo() {
  if (stream_) exchange_.parts_.media.disconnect(stream_);
}

base::Task<PlayResult> Channel::play(std::vector<media::AudioPtr> audio, std::string interrupting) {
  auto wanted = [&](char digit) { return interrupting.find(digit) != std::string::npos; };
  std::erase(audio, nullptr);
  if (audio.empty() || !ensure_early_media()) co_return PlayResult{};
  if (!typed_ahead_.empty() && wanted(typed_ahead_.front())) {
    char digit = typed_ahead_.front();
    typed_ahead_.pop_front();
    co_return PlayResult{digit};
  }
  signals_.clear();
  auto playback = exchange_.parts_.media.play(stream_, media::Playback{.audio = std::move(audio)});
  for (;;) {
    auto signal = co_await signals_.next();
    if (!signal) continue;
    if (signal->playback == playback) co_return PlayResult{};
    if (signal->digit && wanted(signal->digit)) {
      if (auto at = std::ranges::find(typed_ahead_, signal->digit); at != typed_ahead_.end())
        typed_ahead_.erase(at);
      exchange_.parts_.media.stop_playback(stream_);
      co_return PlayResult{signal->digit};
    }
  }
}

base::Task<media::AudioPtr> Channel::load_sound(std::string sound, std::string wanted_language) {
  // The library may answer after this script is gone: both sides hold what the answer goes through.
  struct Answer {
    Answer(ReadyQueue& ready, base::TimerWheel& timers) : waiter(ready, timers) {}
    Waiter<media::AudioPtr> waiter;
  };
  auto answer = std::make_shared<Answer>(exchange_.ready_, exchange_.parts_.timers);
  exchange_.sounds().prompt(std::move(sound), wanted_language.empty() ? language : wanted_language,
                            exchange_.snapshot().polyfon.sounds_directory,
                            [answer](media::AudioPtr audio) { answer->waiter.push(std::move(audio)); });
  auto audio = co_await answer->waiter.next();
  co_return audio ? std::move(*audio) : nullptr;
}

base::Task<Channel::Sounds> Channel::load_sounds(std::string names, std::string wanted_language) {
  Sounds sounds;
  for (auto part : base::split(names, '&')) {
    auto sound = co_await load_sound(std::string(base::trim(part)), wanted_language);
    sounds.all_found = sounds.all_found && sound;
    if (sound) sounds.audio.push_back(std::move(sound));
  }
  co_return sounds;
}

}  // namespace polyfon::call
