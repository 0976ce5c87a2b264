#include "media/engine/source_guard.h"

#include <algorithm>
#include <utility>

namespace polyfon::media {

void SourceGuard::configure(Rules rules, base::Instant now) {
  if (rules.trusted_hosts.size() > kMaxTrustedHosts) rules.trusted_hosts.resize(kMaxTrustedHosts);
  if (!(rules.remote == rules_.remote) || rules.symmetric != rules_.symmetric) latched_ = false;
  rules_ = std::move(rules);
  const auto& remote = rules_.remote;
  // sip-cases 5.3.7: an SDP must not aim us at a group; port 0 and the unspecified host mean "send nothing".
  sends_ = !remote.is_unspecified() && !remote.is_multicast() && remote.port() != 0;
  target_ = sends_ ? remote : base::SocketAddress();
  window_end_ = now + kWindow;
}

void SourceGuard::reopen(base::Instant now) {
  if (!latched_) window_end_ = now + kWindow;
}

bool SourceGuard::candidate(const base::SocketAddress& from) const {
  if (sends_ && from.same_host(rules_.remote)) return true;
  return std::ranges::any_of(rules_.trusted_hosts, [&](const auto& host) { return from.same_host(host); });
}

SourceGuard::Verdict SourceGuard::check(const base::SocketAddress& from, base::Instant now) const {
  if (latched_ && from == source_) return Verdict::kAccept;
  if (from.port() == 0) return Verdict::kReject;
  // RFC 3264 5.1: without comedia packets may come from another port than they are to be sent to.
  if (!rules_.symmetric) return sends_ && from.same_host(rules_.remote) ? Verdict::kAccept : Verdict::kReject;
  // The signalled address itself needs no learning; it just becomes the only one.
  if (!latched_ && sends_ && from == rules_.remote) return Verdict::kLearn;
  return now < window_end_ && candidate(from) ? Verdict::kLearn : Verdict::kReject;
}

void SourceGuard::learn(const base::SocketAddress& from) {
  source_ = from;
  latched_ = true;
  window_end_ = {};
}

}  // namespace polyfon::media
