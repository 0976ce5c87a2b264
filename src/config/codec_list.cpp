#include "config/codec_list.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "config/strip.h"

namespace polyfon::config {

namespace {

constexpr CodecName kCodecs[] = {
    {"ulaw", true}, {"alaw", true}, {"adpcm"},  {"codec2"},  {"g719"},    {"g722"},   {"g723"},   {"g726"},
    {"g726aal2"},   {"g729"},       {"gsm"},    {"h261"},    {"h263"},    {"h263p"},  {"h264"},   {"h265"},
    {"ilbc"},       {"jpeg"},       {"lpc10"},  {"mpeg4"},   {"opus"},    {"png"},    {"red"},    {"silk"},
    {"silk12"},     {"silk16"},     {"silk24"}, {"silk8"},   {"siren14"}, {"siren7"}, {"slin"},   {"slin12"},
    {"slin16"},     {"slin192"},    {"slin24"}, {"slin32"},  {"slin44"},  {"slin48"}, {"slin96"}, {"speex"},
    {"speex16"},    {"speex32"},    {"t140"},   {"t140red"}, {"testlaw"}, {"vp8"},    {"vp9"},
};

struct Alias {
  std::string_view written, name;
};
constexpr Alias kAliases[] = {{"g729a", "g729"}, {"g723.1", "g723"}, {"slinear", "slin"}, {"slin8", "slin"},
                              {"pcma", "alaw"},  {"pcmu", "ulaw"},   {"mulaw", "ulaw"}};

const CodecName* find(std::string_view written) {
  for (const Alias& alias : kAliases)
    if (base::iequals(alias.written, written)) written = alias.name;
  auto found =
      std::ranges::find_if(kCodecs, [&](const CodecName& c) { return base::iequals(c.name, written); });
  return found == std::end(kCodecs) ? nullptr : found;
}

void change_one(std::vector<std::string>& codecs, bool allow, std::string_view name) {
  auto found = std::ranges::find(codecs, name);
  if (allow && found == codecs.end()) codecs.emplace_back(name);
  if (!allow && found != codecs.end()) codecs.erase(found);
}

void change_all(std::vector<std::string>& codecs, bool allow) {
  if (!allow) return codecs.clear();
  for (const CodecName& codec : kCodecs)
    if (codec.spoken) change_one(codecs, true, codec.name);
}

}  // namespace

std::span<const CodecName> codec_names() { return kCodecs; }

void change_codecs(std::vector<std::string>& codecs, bool allow, const Variable& variable,
                   Diagnostics& diagnostics) {
  for (std::string_view part : base::split(variable.value, ',')) {
    part = strip(part);
    bool allows = part.starts_with('!') ? !allow : allow;
    if (part.starts_with('!')) part = strip(part.substr(1));
    std::size_t colon = part.find(':');
    std::string_view name = part.substr(0, colon);
    std::string_view length = colon == std::string_view::npos ? "20" : part.substr(colon + 1);
    if (base::iequals(name, "all")) {
      change_all(codecs, allows);
      continue;
    }
    const CodecName* codec = find(name);
    if (!codec) {
      diagnostics.warning(variable.where,
                          fmt::format("'{}' is no codec; ignored", base::printable(name, 60)));
    } else if (!codec->spoken) {
      if (allows)
        diagnostics.warning(variable.where,
                            fmt::format("polyfon does not speak {} yet; ignored", codec->name));
    } else {
      change_one(codecs, allows, codec->name);
      if (strip(length) != "20")
        diagnostics.warning(variable.where, fmt::format("packets of {} are 20 ms; ':{}' is ignored",
                                                        codec->name, base::printable(length, 20)));
    }
  }
}

}  // namespace polyfon::config
