#include "service/registrar/gruu.h"

#include <charconv>

#include <fmt/format.h>

#include "sip/auth/siphash.h"
#include "sip/message/uri.h"

namespace polyfon::registrar {

namespace {

constexpr std::string_view kPrefix = "tgruu.";
constexpr std::size_t kWord = 16;  // hex digits of 64 bits

std::string hex(std::uint64_t word) { return fmt::format("{:016x}", word); }

std::optional<std::uint64_t> word_of(std::string_view digits) {
  std::uint64_t word = 0;
  auto end = digits.data() + digits.size();
  auto read = std::from_chars(digits.data(), end, word, 16);
  return read.ec == std::errc() && read.ptr == end ? std::optional(word) : std::nullopt;
}

// RFC 3261 25.1: what may stand in the value of a URI parameter.
std::string escape_parameter(std::string_view text) {
  constexpr std::string_view kAllowed = "-_.!~*'()[]/:&+$";
  std::string result;
  for (char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (plain || kAllowed.contains(c))
      result += c;
    else
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace

std::string GruuMaker::make_public(std::string_view scheme, std::string_view account, std::string_view domain,
                                   std::string_view instance) {
  return fmt::format("{}:{}@{};gr={}", scheme, sip::escape_user(account), domain, escape_parameter(instance));
}

std::uint64_t GruuMaker::hash(char purpose, std::string_view text) const {
  std::string bytes(1, purpose);
  bytes += text;
  return sip::siphash(secret_, {reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

std::uint64_t GruuMaker::era(std::string_view account, std::string_view instance,
                             std::string_view call_id) const {
  return hash('e', fmt::format("{}:{}{}:{}{}", account.size(), account, instance.size(), instance, call_id));
}

std::string GruuMaker::make_temporary(std::uint64_t era, std::uint64_t salt) const {
  std::string shown = hex(hash('s', hex(salt)));
  shown += hex(era ^ hash('h', shown));
  return fmt::format("{}{}{}", kPrefix, shown, hex(hash('m', shown)));
}

std::optional<std::uint64_t> GruuMaker::read_temporary(std::string_view user) const {
  if (user.size() != kPrefix.size() + 3 * kWord || !user.starts_with(kPrefix)) return std::nullopt;
  user.remove_prefix(kPrefix.size());
  if (user.substr(2 * kWord) != hex(hash('m', user.substr(0, 2 * kWord)))) return std::nullopt;
  auto hidden = word_of(user.substr(kWord, kWord));
  return hidden ? std::optional(*hidden ^ hash('h', user.substr(0, kWord))) : std::nullopt;
}

}  // namespace polyfon::registrar
