// LineEnd: finds the end of a line and whether control characters stand in it, 16 bytes a step where SSE2 is.
// Private to sip/message. thread: any.
#pragma once
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <bit>
#include <cstddef>

namespace polyfon::sip {

// The first byte below 0x20 at or after `at`; `end` when there is none.
inline const char* find_control(const char* at, const char* end) {
#ifdef __SSE2__
  const __m128i limit = _mm_set1_epi8(0x1f);
  while (end - at >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto mask =
        static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(block, limit), block)));
    if (mask != 0) return at + std::countr_zero(mask);
    at += 16;
  }
#endif
  while (at != end && static_cast<unsigned char>(*at) >= 0x20) ++at;
  return at;
}

struct LineEnd {
  const char* lf = nullptr;  // the LF that ends the line; nullptr when there is none
  bool clean = true;         // no control characters but HT, CR before LF, and quoted pairs
};

// Whether `at` stands behind an odd number of backslashes: a quoted-pair may hold a control character (RFC
// 4475 3.1.1.2).
inline bool is_quoted_pair(const char* begin, const char* at) {
  std::size_t backslashes = 0;
  while (at != begin && at[-1] == '\\') {
    ++backslashes;
    --at;
  }
  return backslashes % 2 == 1;
}

inline LineEnd find_line_end(const char* begin, const char* end) {
  LineEnd found;
  for (const char* at = find_control(begin, end); at != end; at = find_control(at + 1, end)) {
    switch (*at) {
      case '\n': found.lf = at; return found;
      case '\t': break;
      case '\r':
        if (end - at > 1 && at[1] != '\n') found.clean = false;
        break;
      default:
        if (!is_quoted_pair(begin, at)) found.clean = false;
    }
  }
  return found;
}

}  // namespace polyfon::sip
