// The headers that are numbers: CSeq, RAck (RFC 3262 7.2), delta-seconds.
#include "sip/message/grammar.h"
#include "sip/message/headers.h"

namespace polyfon::sip {

namespace {

constexpr std::uint32_t kMaxSequence = 0x7fffffff;  // RFC 3261 8.1.1.5: less than 2**31

std::string_view take_digits(grammar::Cursor& cursor) {
  std::size_t n = 0;
  while (n < cursor.rest.size() && base::is_digit(cursor.rest[n])) ++n;
  return cursor.take(n);
}

}  // namespace

base::Result<CSeq> parse_cseq(std::string_view value) {
  CSeq cseq;
  grammar::Cursor cursor{grammar::trim_lws(value)};
  const auto number = base::parse_number<std::uint32_t>(take_digits(cursor), 0, kMaxSequence);
  if (!number) return base::fail(base::ErrorCode::kInvalid, "CSeq: bad number, expected 0 to 2147483647");
  cseq.number = *number;
  const bool blank = cursor.skip_lws();
  cseq.method_name = cursor.token();
  if (!blank || cseq.method_name.empty() || !cursor.at_end()) {
    return base::fail(base::ErrorCode::kInvalid, "CSeq: expected a number and a method");
  }
  cseq.method = parse_method(cseq.method_name);
  return cseq;
}

base::Result<RAck> parse_rack(std::string_view value) {
  RAck rack;
  grammar::Cursor cursor{grammar::trim_lws(value)};
  // RFC 3262 7.1: RSeq is 1 to 2**32 - 1.
  const auto rseq = base::parse_number<std::uint32_t>(take_digits(cursor), 1);
  if (!rseq || !cursor.skip_lws())
    return base::fail(base::ErrorCode::kInvalid, "RAck: expected RSeq, CSeq and method");
  rack.rseq = *rseq;
  auto cseq = parse_cseq(cursor.rest);
  if (!cseq) return base::fail(base::ErrorCode::kInvalid, "RAck: expected RSeq, CSeq and method");
  rack.cseq = *cseq;
  return rack;
}

base::Result<std::uint32_t> parse_delta_seconds(std::string_view value) {
  constexpr std::uint32_t kMax = std::numeric_limits<std::uint32_t>::max();
  const std::string_view digits = grammar::trim_lws(value);
  std::uint64_t seconds = 0;
  for (char c : digits) {
    if (!base::is_digit(c)) return base::fail(base::ErrorCode::kInvalid, "expected a number of seconds");
    seconds = std::min<std::uint64_t>(seconds * 10 + static_cast<unsigned>(c - '0'), kMax);
  }
  if (digits.empty()) return base::fail(base::ErrorCode::kInvalid, "expected a number of seconds");
  return static_cast<std::uint32_t>(seconds);
}

}  // namespace polyfon::sip
