#include "sdp/writer.h"

#include <charconv>

namespace polyfon::sdp {
namespace {

template <class... Parts>
void append(std::string& out, const Parts&... parts) {
  auto one = [&out](const auto& part) {
    if constexpr (std::is_integral_v<std::remove_cvref_t<decltype(part)>>) {
      char digits[20];
      out.append(digits, std::to_chars(digits, digits + sizeof digits, part).ptr);
    } else {
      out += part;
    }
  };
  (one(parts), ...);
}

void append_connection(std::string& out, std::string_view address, bool v6) {
  append(out, "c=IN ", v6 ? "IP6 " : "IP4 ", address, "\r\n");
}

void append_format(std::string& out, const Format& format) {
  if (!format.encoding.empty()) {
    append(out, "a=rtpmap:", format.payload_type, " ", format.encoding, "/", format.clock_rate);
    if (format.channels > 1) append(out, "/", format.channels);
    out += "\r\n";
  }
  if (!format.parameters.empty()) append(out, "a=fmtp:", format.payload_type, " ", format.parameters, "\r\n");
}

void append_media(std::string& out, const Media& media, bool with_connection) {
  append(out, "m=", media.type, " ", media.port, " ", media.transport);
  if (!media.format_list.empty()) {
    append(out, " ", media.format_list);
  } else {
    for (const Format& format : media.formats) append(out, " ", format.payload_type);
  }
  out += "\r\n";
  if (with_connection && !media.address.empty()) append_connection(out, media.address, media.address_v6);
  for (const Format& format : media.formats) append_format(out, format);
  if (media.ptime != 0) append(out, "a=ptime:", media.ptime, "\r\n");
  if (media.max_ptime != 0) append(out, "a=maxptime:", media.max_ptime, "\r\n");
  if (media.rtcp_port != 0) append(out, "a=rtcp:", media.rtcp_port, "\r\n");
  if (media.rtcp_mux) out += "a=rtcp-mux\r\n";
  // A refused stream needs no attributes (RFC 3264 6).
  if (media.port != 0 || media.direction != Direction::kSendRecv)
    append(out, "a=", to_string(media.direction), "\r\n");
}

bool one_address(const std::vector<Media>& media) {
  for (const Media& m : media)
    if (m.address != media.front().address || m.address_v6 != media.front().address_v6) return false;
  return !media.empty() && !media.front().address.empty();
}

}  // namespace

void append_origin(std::string& out, const SessionDescription& d) {
  append(out, "v=0\r\no=", d.origin_user, " ", d.session_id, " ", d.version,
         d.origin_v6 ? " IN IP6 " : " IN IP4 ");
  append(out, d.origin_address.empty() ? (d.origin_v6 ? "::" : "0.0.0.0") : d.origin_address.c_str(), "\r\n");
}

void append_body(std::string& out, const SessionDescription& d) {
  append(out, "s=", d.session_name, "\r\n");
  bool shared = one_address(d.media);
  if (shared) append_connection(out, d.media.front().address, d.media.front().address_v6);
  out += "t=0 0\r\n";
  for (const Media& media : d.media) append_media(out, media, !shared);
}

std::string SessionDescription::to_string() const {
  std::string out;
  out.reserve(512);
  append_origin(out, *this);
  append_body(out, *this);
  return out;
}

}  // namespace polyfon::sdp
