// Values of sip.conf with a grammar of their own: what chan_sip makes of them (reference: asterisk 3.1).
#include <algorithm>

#include <fmt/format.h>

#include "config/codec_list.h"
#include "config/sip_reader.h"
#include "config/strip.h"

namespace polyfon::config {

namespace {

void warn_value(const Variable& variable, std::string_view value, std::string_view consequence,
                Diagnostics& diagnostics) {
  diagnostics.warning(variable.where, fmt::format("{}: '{}' is unknown; {}", variable.name,
                                                  base::printable(value, 60), consequence));
}

// "1,3-5" as a set of bits 0 to 63; what is wrong is left out with a warning.
std::uint64_t parse_groups(const Variable& variable, Diagnostics& diagnostics) {
  std::uint64_t groups = 0;
  for (std::string_view part : base::split(variable.value, ',')) {
    part = strip(part);
    if (part.empty()) continue;
    std::size_t hyphen = part.find('-');
    auto first = base::parse_number<unsigned>(strip(part.substr(0, hyphen)), 0, 63);
    auto last = hyphen == std::string_view::npos
                    ? first
                    : base::parse_number<unsigned>(strip(part.substr(hyphen + 1)), 0, 63);
    if (!first || !last || *first > *last) {
      diagnostics.warning(variable.where,
                          fmt::format("{}: '{}' is no group or range of groups from 0 to 63; ignored",
                                      variable.name, base::printable(part, 60)));
      continue;
    }
    for (unsigned group = *first; group <= *last; ++group) groups |= std::uint64_t{1} << group;
  }
  return groups;
}

}  // namespace

void apply_type(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  PeerType type;
  if (base::iequals(variable.value, "user"))
    type = PeerType::kUser;
  else if (base::iequals(variable.value, "peer"))
    type = PeerType::kPeer;
  else if (base::iequals(variable.value, "friend"))
    type = PeerType::kFriend;
  else
    return warn_value(variable, variable.value, "expected user, peer or friend", diagnostics);
  Endpoint& endpoint = reader.endpoint;
  endpoint.type =
      reader.typed && endpoint.type != type ? PeerType::kFriend : type;  // user and peer are a friend
  reader.typed = true;
}

void apply_md5_secret(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  bool hex = variable.value.size() == 32 &&
             variable.value.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (hex || variable.value.empty())
    reader.endpoint.md5_secret = base::lower(variable.value);
  else
    diagnostics.error(variable.where, "md5secret: expected the 32 hex digits of MD5(user:realm:password)");
}

void apply_caller_id(SipReader& reader, const Variable& variable, Diagnostics&) {
  reader.endpoint.caller_id = parse_caller_id(variable.value);
}
void apply_caller_name(SipReader& reader, const Variable& variable, Diagnostics&) {
  reader.endpoint.caller_id.name = variable.value;
}
void apply_caller_number(SipReader& reader, const Variable& variable, Diagnostics&) {
  reader.endpoint.caller_id.number = variable.value;
}

void apply_allow(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  change_codecs(reader.endpoint.codecs, true, variable, diagnostics);
}
void apply_disallow(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  change_codecs(reader.endpoint.codecs, false, variable, diagnostics);
}

void apply_dtmf_mode(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  struct Name {
    std::string_view written;
    DtmfMode mode;
    std::string_view lacks = {};
  };
  static constexpr Name kNames[] = {
      {"rfc2833", DtmfMode::kRfc4733},
      {"rfc4733", DtmfMode::kRfc4733},
      {"auto", DtmfMode::kAuto},
      {"info", DtmfMode::kInfo, "keys sent by INFO are not done by polyfon yet"},
      {"shortinfo", DtmfMode::kShortInfo, "keys sent by INFO are not done by polyfon yet"},
      {"inband", DtmfMode::kInband, "tones pass with the audio; they are not recognised by polyfon yet"}};
  for (const Name& name : kNames) {
    if (!base::iequals(name.written, variable.value)) continue;
    reader.endpoint.dtmf_mode = name.mode;
    if (!name.lacks.empty())
      diagnostics.warning(variable.where, fmt::format("dtmfmode={}: {}", name.written, name.lacks));
    return;
  }
  reader.endpoint.dtmf_mode = DtmfMode::kRfc4733;
  warn_value(variable, variable.value, "taken as rfc4733", diagnostics);
}

// What is written replaces the inherited value as a whole; `no` and `yes` end the list.
void apply_nat(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  Nat nat{.auto_force_rport = false};
  for (std::string_view word : base::split(variable.value, ',')) {
    word = strip(word);
    if (base::parse_boolean(word) == false || base::iequals(word, "never")) {
      nat = {.auto_force_rport = false};
      break;
    }
    if (base::iequals(word, "yes")) {
      diagnostics.warning(variable.where, "nat=yes is deprecated; taken as force_rport,comedia");
      nat = {.force_rport = true, .comedia = true, .auto_force_rport = false};
      break;
    }
    if (base::iequals(word, "force_rport"))
      nat.force_rport = true;
    else if (base::iequals(word, "comedia"))
      nat.comedia = true;
    else if (base::iequals(word, "auto_force_rport"))
      nat.auto_force_rport = true;
    else if (base::iequals(word, "auto_comedia"))
      nat.auto_comedia = true;
    else
      warn_value(variable, word, "ignored", diagnostics);
  }
  if (nat.auto_force_rport) nat.force_rport = false;  // found out for each peer, so not forced
  if (nat.auto_comedia) nat.comedia = false;
  reader.endpoint.nat = nat;
}

void apply_insecure(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  bool port = false, invite = false;
  if (base::iequals(variable.value, "very") || base::iequals(variable.value, "yes")) {
    diagnostics.warning(variable.where,
                        fmt::format("insecure={} is deprecated; taken as port,invite", variable.value));
    port = invite = true;
  } else if (base::parse_boolean(variable.value) != false) {
    for (std::string_view word : base::split(variable.value, ',')) {
      word = strip(word);
      if (base::iequals(word, "port"))
        port = true;
      else if (base::iequals(word, "invite"))
        invite = true;
      else
        warn_value(variable, word, "expected port or invite", diagnostics);
    }
  }
  reader.endpoint.insecure_port = port;
  reader.endpoint.insecure_invite = invite;
}

void apply_direct_media(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  if (auto plain = base::parse_boolean(variable.value)) {
    reader.endpoint.direct_media = *plain;
    return;
  }
  reader.endpoint.direct_media = false;
  for (std::string_view word : base::split(variable.value, ',')) {
    word = strip(word);
    if (base::iequals(word, "update") || base::iequals(word, "nonat") || base::iequals(word, "outgoing"))
      reader.endpoint.direct_media = true;
    else
      warn_value(variable, word, "expected yes, no, nonat, update or outgoing", diagnostics);
  }
}

void apply_qualify(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  Endpoint& endpoint = reader.endpoint;
  endpoint.qualify = false;
  if (base::iequals(variable.value, "no")) return;
  auto milliseconds = base::parse_number<std::int64_t>(variable.value, 0, 600'000);
  if (base::iequals(variable.value, "yes")) milliseconds = 2000;
  if (!milliseconds)
    return warn_value(variable, variable.value, "expected yes, no or milliseconds; taken as no", diagnostics);
  if (*milliseconds == 0) return;
  endpoint.qualify = true;
  endpoint.qualify_limit = std::chrono::milliseconds(*milliseconds);
}

void apply_call_group(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  reader.endpoint.call_groups = parse_groups(variable, diagnostics);
}
void apply_pickup_group(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  reader.endpoint.pickup_groups = parse_groups(variable, diagnostics);
}

// A second value of one name takes the place of the first.
void apply_set_variable(SipReader& reader, const Variable& variable, Diagnostics& diagnostics) {
  std::size_t equals = variable.value.find('=');
  if (equals == std::string::npos || equals == 0) {
    diagnostics.warning(variable.where, fmt::format("setvar: no NAME= in '{}'; ignored",
                                                    base::printable(variable.value, 60)));
    return;
  }
  std::string_view prefix = std::string_view(variable.value).substr(0, equals + 1);
  auto& variables = reader.endpoint.set_variables;
  auto found = std::ranges::find_if(variables, [&](const std::string& v) { return v.starts_with(prefix); });
  if (found == variables.end())
    variables.push_back(variable.value);
  else
    *found = variable.value;
}

}  // namespace polyfon::config
