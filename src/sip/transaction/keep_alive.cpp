#include "sip/transaction/keep_alive.h"

#include <cstdint>
#include <cstring>

#include <netinet/in.h>

namespace polyfon::sip {

namespace {

constexpr std::size_t kHeader = 20;  // type, length, cookie, transaction
constexpr std::uint32_t kCookie = 0x2112A442;
constexpr std::uint16_t kBindingRequest = 0x0001, kBindingSuccess = 0x0101, kBindingError = 0x0111;
constexpr std::uint16_t kErrorCode = 0x0009, kUnknownAttributes = 0x000A, kXorMappedAddress = 0x0020;
constexpr std::uint16_t kUsername = 0x0006, kMessageIntegrity = 0x0008;
constexpr std::uint16_t kComprehensionOptional = 0x8000;
constexpr std::size_t kMaxUnknown = 8;  // that are named in an answer

std::uint16_t read16(std::span<const char> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8 |
                                    static_cast<unsigned char>(bytes[at + 1]));
}
std::uint32_t read32(std::span<const char> bytes, std::size_t at) {
  return static_cast<std::uint32_t>(read16(bytes, at)) << 16 | read16(bytes, at + 2);
}
void write16(std::string& out, std::uint16_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xff);
}

bool is_binding_request(std::span<const char> bytes) {
  return bytes.size() >= kHeader && read16(bytes, 0) == kBindingRequest && read32(bytes, 4) == kCookie &&
         read16(bytes, 2) % 4 == 0 && bytes.size() == kHeader + read16(bytes, 2);
}

// The attributes that would have to be understood and are not. False: they are broken.
bool read_unknown(std::span<const char> bytes, std::string& unknown) {
  for (std::size_t at = kHeader; at < bytes.size();) {
    if (bytes.size() - at < 4) return false;
    const std::uint16_t type = read16(bytes, at);
    const std::size_t size = (read16(bytes, at + 2) + 3u) / 4 * 4;
    if (bytes.size() - at - 4 < size) return false;
    at += 4 + size;
    const bool known = type == kUsername || type == kMessageIntegrity || type >= kComprehensionOptional;
    if (!known && unknown.size() < 2 * kMaxUnknown) write16(unknown, type);
  }
  return true;
}

void write_attribute(std::string& out, std::uint16_t type, std::string_view value) {
  write16(out, type);
  write16(out, static_cast<std::uint16_t>(value.size()));
  out += value;
  while (out.size() % 4 != 0) out += '\0';
}

// RFC 5389 15.2: the address is veiled, as some NATs rewrite what looks like one.
std::string veiled(const base::SocketAddress& remote, std::span<const char> request) {
  const bool v6 = remote.is_v6();
  char bytes[sizeof(in6_addr)];
  if (v6)
    std::memcpy(bytes, &reinterpret_cast<const sockaddr_in6*>(remote.data())->sin6_addr, sizeof(in6_addr));
  else
    std::memcpy(bytes, &reinterpret_cast<const sockaddr_in*>(remote.data())->sin_addr, sizeof(in_addr));
  std::string value{'\0', v6 ? '\2' : '\1'};
  write16(value, static_cast<std::uint16_t>(remote.port() ^ (kCookie >> 16)));
  // Cookie and transaction lie side by side in the request: the mask.
  for (std::size_t i = 0; i < (v6 ? sizeof(in6_addr) : sizeof(in_addr)); ++i)
    value += static_cast<char>(bytes[i] ^ request[4 + i]);
  return value;
}

void write_answer(std::string& out, std::uint16_t type, std::span<const char> request,
                  std::string_view attributes) {
  out.clear();
  write16(out, type);
  write16(out, static_cast<std::uint16_t>(attributes.size()));
  out.append(request.data() + 4, kHeader - 4);
  out += attributes;
}

}  // namespace

std::string_view answer_keep_alive(const Flow& flow, std::span<const char> bytes, std::string& out) {
  if (std::string_view(bytes.data(), bytes.size()) == "\r\n\r\n") return "\r\n";
  if (flow.protocol != Protocol::kUdp || !is_binding_request(bytes)) return {};
  std::string unknown, attributes;
  if (!read_unknown(bytes, unknown)) return {};
  if (unknown.empty()) {
    write_attribute(attributes, kXorMappedAddress, veiled(flow.remote, bytes));
    write_answer(out, kBindingSuccess, bytes, attributes);
  } else {  // RFC 5389 7.3.1
    write_attribute(attributes, kErrorCode, std::string_view("\0\0\4\24Unknown Attribute", 21));
    write_attribute(attributes, kUnknownAttributes, unknown);
    write_answer(out, kBindingError, bytes, attributes);
  }
  return out;
}

}  // namespace polyfon::sip
