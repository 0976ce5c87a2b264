// SipHash-2-4: a short keyed hash that nobody without the key can make (Aumasson and Bernstein, 2012); for
// nonces. thread: any.
#pragma once
#include <cstdint>
#include <span>

namespace polyfon::sip {

std::uint64_t siphash(std::span<const unsigned char, 16> key, std::span<const unsigned char> message);

}  // namespace polyfon::sip
