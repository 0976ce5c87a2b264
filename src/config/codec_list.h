// allow= and disallow=: which codecs, in which order, by the names Asterisk gives them. Polyfon speaks some,
// knows the others by name, and says so. thread: any.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "config/file.h"

namespace polyfon::config {

struct CodecName {
  std::string_view name;
  bool spoken = false;
};
std::span<const CodecName> codec_names();

// Applies one value, "ulaw,alaw:20", "all", "!all,alaw": `allow` puts names at the end of the list, the other
// takes them out; `!` turns one name round; ":20" is the packet's length in ms.
void change_codecs(std::vector<std::string>& codecs, bool allow, const Variable& variable,
                   Diagnostics& diagnostics);

}  // namespace polyfon::config
