// SessionDescription::parse: one pass over the lines (RFC 8866 5). Liberal where phones differ (LF, blanks,
// unknown lines, formats that are no payload type), strict where an answer would be a guess.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "sdp/session_description.h"
#include "sdp/static_payload_types.h"

namespace polyfon::sdp {
namespace {

using base::ErrorCode;

struct Connection {
  std::string_view address;
  bool v6 = false;
};

std::string_view next_word(std::string_view& rest) {
  std::size_t begin = 0;
  while (begin < rest.size() && base::is_blank(rest[begin])) ++begin;
  std::size_t end = begin;
  while (end < rest.size() && !base::is_blank(rest[end])) ++end;
  std::string_view word = rest.substr(begin, end - begin);
  rest.remove_prefix(end);
  return word;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  base::Result<SessionDescription> run();

 private:
  base::Result<> line(std::string_view text);
  base::Result<> origin(std::string_view value);
  base::Result<> connection(std::string_view value);
  base::Result<> media(std::string_view value);
  base::Result<> read_formats(Media& media, std::string_view list);
  base::Result<> attribute(std::string_view value);
  bool direction_attribute(std::string_view name);
  void media_attribute(Media& media, std::string_view name, std::string_view value);
  base::Result<> finish_media();
  std::unexpected<base::Error> bad(std::string_view what, std::string_view line,
                                   ErrorCode code = ErrorCode::kInvalid) const {
    return base::fail(code, fmt::format("SDP line {}: {}: {}", line_, what, base::printable(line, 80)));
  }
  Media* current() { return out_.media.empty() ? nullptr : &out_.media.back(); }

  std::string_view rest_;
  SessionDescription out_;
  Connection session_connection_;
  Direction session_direction_ = Direction::kSendRecv;
  std::size_t line_ = 0;
  std::size_t attributes_ = 0;
  bool version_seen_ = false;
};

base::Result<SessionDescription> Parser::run() {
  if (rest_.size() > kMaxBytes)
    return base::fail(ErrorCode::kLimit,
                      fmt::format("the SDP has {} bytes, at most {} are taken", rest_.size(), kMaxBytes));
  out_.media.reserve(2);
  while (!rest_.empty()) {
    std::size_t end = std::min(rest_.find('\n'), rest_.size());
    std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++line_;
    while (!text.empty() && (text.back() == '\r' || base::is_blank(text.back()))) text.remove_suffix(1);
    if (text.empty()) continue;
    if (auto result = line(text); !result) return std::unexpected(std::move(result.error()));
  }
  if (!version_seen_) return base::fail(ErrorCode::kInvalid, "the SDP is empty, expected v=0");
  if (auto result = finish_media(); !result) return std::unexpected(std::move(result.error()));
  return std::move(out_);
}

base::Result<> Parser::line(std::string_view text) {
  // RFC 8866 9: a byte-string holds neither NUL nor CR; what is echoed in an answer must not either.
  if (text.find('\r') != text.npos || text.find('\0') != text.npos)
    return bad("NUL or a CR inside the line", text);
  if (text.size() < 2 || text[1] != '=') return bad("expected <letter>=<value>", text);
  std::string_view value = text.substr(2);
  if (!version_seen_) {
    if (text[0] != 'v' || base::trim(value) != "0") return bad("expected v=0 first", text);
    version_seen_ = true;
    return {};
  }
  switch (text[0]) {
    case 'o': return origin(value);
    case 's':
      if (!value.empty()) out_.session_name = value;
      return {};
    case 'c': return connection(value);
    case 'm': return media(value);
    case 'a': return attribute(value);
    default: return {};  // b= t= i= k= ... and what nobody knows: nothing here depends on them
  }
}

base::Result<> Parser::origin(std::string_view value) {
  std::string_view rest = value;
  std::string_view user = next_word(rest), id = next_word(rest), version = next_word(rest);
  next_word(rest);  // IN
  std::string_view family = next_word(rest), address = next_word(rest);
  if (address.empty()) return bad("o= wants user, id, version, IN, IP4 or IP6 and an address", value);
  out_.origin_user = user;
  out_.session_id = base::parse_number<std::uint64_t>(id).value_or(0);
  out_.version = base::parse_number<std::uint64_t>(version).value_or(0);
  out_.origin_v6 = base::iequals(family, "IP6");
  out_.origin_address = address;
  return {};
}

base::Result<> Parser::connection(std::string_view value) {
  std::string_view rest = value;
  std::string_view network = next_word(rest), family = next_word(rest), address = next_word(rest);
  bool v6 = base::iequals(family, "IP6");
  address = address.substr(0, address.find('/'));  // a TTL or a count of multicast
  if (!base::iequals(network, "IN") || !(v6 || base::iequals(family, "IP4")) || address.empty())
    return bad("c= wants IN, IP4 or IP6 and an address", value);
  if (Media* media = current()) {
    media->address = address;
    media->address_v6 = v6;
  } else {
    session_connection_ = {address, v6};
  }
  return {};
}

base::Result<> Parser::media(std::string_view value) {
  if (auto result = finish_media(); !result) return result;
  if (out_.media.size() == kMaxMedia)
    return bad(fmt::format("more than {} m= lines", kMaxMedia), value, ErrorCode::kLimit);
  std::string_view rest = value;
  std::string_view type = next_word(rest), port_text = next_word(rest), transport = next_word(rest);
  // "49170/2" are two ports of layered media; the first is the one of a stream.
  auto port = base::parse_number<std::uint16_t>(port_text.substr(0, port_text.find('/')));
  if (transport.empty() || !port) return bad("m= wants media, port, transport and formats", value);
  Media& media = out_.media.emplace_back();
  media.type = type;
  media.port = *port;
  media.transport = transport;
  media.address = session_connection_.address;
  media.address_v6 = session_connection_.v6;
  media.direction = session_direction_;
  std::string_view list = base::trim(rest);
  media.format_list = list;
  if (transport.find("RTP/") == transport.npos) return {};
  return read_formats(media, list);
}

base::Result<> Parser::read_formats(Media& media, std::string_view list) {
  media.formats.reserve(std::min(kMaxFormats, list.size() / 2 + 1));
  std::size_t count = 0;
  for (std::string_view rest = list;;) {
    std::string_view word = next_word(rest);
    if (word.empty()) return {};
    if (++count > kMaxFormats)
      return bad(fmt::format("more than {} formats in one m= line", kMaxFormats), list, ErrorCode::kLimit);
    auto payload_type = base::parse_number<std::uint8_t>(word, 0, kMaxPayloadType);
    if (!payload_type) continue;
    bool known =
        std::ranges::any_of(media.formats, [&](const Format& f) { return f.payload_type == *payload_type; });
    if (!known) media.formats.emplace_back().payload_type = *payload_type;
  }
}

base::Result<> Parser::attribute(std::string_view value) {
  if (++attributes_ > kMaxAttributes)
    return bad(fmt::format("more than {} attributes", kMaxAttributes), value, ErrorCode::kLimit);
  std::size_t colon = value.find(':');
  std::string_view name = value.substr(0, colon);
  if (direction_attribute(name)) return {};
  if (Media* media = current())
    media_attribute(*media, name,
                    colon == value.npos ? std::string_view() : base::trim(value.substr(colon + 1)));
  return {};
}

bool Parser::direction_attribute(std::string_view name) {
  if (name.size() != 8) return false;  // all four have eight letters
  for (auto direction :
       {Direction::kSendRecv, Direction::kSendOnly, Direction::kRecvOnly, Direction::kInactive}) {
    if (name != to_string(direction)) continue;
    Media* media = current();
    (media ? media->direction : session_direction_) = direction;
    return true;
  }
  return false;
}

Format* find_format(Media& media, std::string_view payload_type) {
  auto number = base::parse_number<std::uint8_t>(payload_type);
  if (!number) return nullptr;
  for (Format& format : media.formats)
    if (format.payload_type == *number) return &format;
  return nullptr;
}

// "97 opus/48000/2"; one that cannot be read leaves the format without a codec, so that it is never chosen.
void read_rtpmap(Media& media, std::string_view value) {
  Format* format = find_format(media, next_word(value));
  if (!format) return;
  value = base::trim(value);
  std::size_t slash = value.find('/');
  if (slash == 0 || slash == value.npos) return;
  std::string_view clock = value.substr(slash + 1), channels = "1";
  if (std::size_t second = clock.find('/'); second != clock.npos) {
    channels = clock.substr(second + 1);
    clock = clock.substr(0, second);
  }
  auto rate = base::parse_number<std::uint32_t>(clock, 1);
  auto count = base::parse_number<std::uint8_t>(channels, 1);
  if (!rate || !count) return;
  format->encoding = base::trim(value.substr(0, slash));
  format->clock_rate = *rate;
  format->channels = *count;
}

void Parser::media_attribute(Media& media, std::string_view name, std::string_view value) {
  if (name == "rtpmap") {
    read_rtpmap(media, value);
  } else if (name == "fmtp") {
    if (Format* format = find_format(media, next_word(value))) format->parameters = base::trim(value);
  } else if (name == "ptime") {
    media.ptime = base::parse_number<std::uint16_t>(value).value_or(0);
  } else if (name == "maxptime") {
    media.max_ptime = base::parse_number<std::uint16_t>(value).value_or(0);
  } else if (name == "rtcp") {
    media.rtcp_port = base::parse_number<std::uint16_t>(next_word(value)).value_or(0);
  } else if (name == "rtcp-mux") {
    media.rtcp_mux = true;
  }
}

base::Result<> Parser::finish_media() {
  Media* media = current();
  if (!media) return {};
  // RFC 8866 5.7: a c= of the session or one of each media.
  if (media->port != 0 && media->address.empty())
    return base::fail(ErrorCode::kInvalid,
                      fmt::format("SDP m= line {} ({}) has no c= line, nor has the session",
                                  out_.media.size(), base::printable(media->type, 32)));
  for (Format& format : media->formats) {
    if (!format.encoding.empty()) continue;
    const StaticPayloadType* entry = find_static_payload_type(format.payload_type);
    if (!entry || media->type != "audio") continue;
    format.encoding = entry->encoding;
    format.clock_rate = entry->clock_rate;
    format.channels = entry->channels;
  }
  return {};
}

}  // namespace

base::Result<SessionDescription> SessionDescription::parse(std::string_view text) {
  return Parser(text).run();
}

}  // namespace polyfon::sdp
