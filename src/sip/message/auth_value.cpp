// Challenges and credentials (RFC 3261 20.7, 20.44, 25.1): a scheme, then name=value pairs with commas
// between. Such a header is never a comma list of several (RFC 3261 7.3.1).
#include <span>

#include "sip/message/grammar.h"
#include "sip/message/headers.h"

namespace polyfon::sip {

namespace {

enum class Step { kFound, kEnd, kBroken };

using Pair = AuthValue::Pair;

Step next_pair(grammar::Cursor& cursor, Pair& pair) {
  do {
    cursor.skip_lws();
  } while (cursor.eat(','));
  if (cursor.at_end()) return Step::kEnd;
  pair.name = cursor.token();
  if (pair.name.empty() || !cursor.eat_spaced('=')) return Step::kBroken;
  if (cursor.at('"')) {
    if (!cursor.quoted(pair.value)) return Step::kBroken;
  } else {
    pair.value = cursor.take_while(grammar::kParamValueChar);
  }
  cursor.skip_lws();
  return cursor.at_end() || cursor.at(',') ? Step::kFound : Step::kBroken;
}

}  // namespace

std::optional<std::string_view> AuthValue::find(std::string_view name) const {
  for (const Pair& pair : std::span(kept).first(kept_count)) {
    if (base::iequals(pair.name, name)) return pair.value;
  }
  if (kept_count > 0 && kept_count < kKept) return std::nullopt;  // these are all
  grammar::Cursor cursor{text};
  Pair pair;
  while (next_pair(cursor, pair) == Step::kFound) {
    if (base::iequals(pair.name, name)) return pair.value;
  }
  return std::nullopt;
}

base::Result<AuthValue> parse_auth(std::string_view value) {
  AuthValue auth;
  grammar::Cursor cursor{grammar::trim_lws(value)};
  auth.scheme = cursor.token();
  if (auth.scheme.empty() || (!cursor.skip_lws() && !cursor.at_end())) {
    return base::fail(base::ErrorCode::kInvalid, "authentication: expected a scheme and name=value pairs");
  }
  auth.text = cursor.rest;
  if (!base::iequals(auth.scheme, "Digest")) return auth;
  Pair pair;
  for (std::size_t count = 0;; ++count) {
    const Step step = next_pair(cursor, pair);
    if (step == Step::kEnd) return auth;
    if (step == Step::kBroken)
      return base::fail(base::ErrorCode::kInvalid, "Digest: expected name=value pairs");
    if (count == kMaxHeaderParameters)
      return base::fail(base::ErrorCode::kLimit, "Digest: more than 64 pairs");
    if (count < AuthValue::kKept) auth.kept[auth.kept_count++] = pair;
  }
}

}  // namespace polyfon::sip
