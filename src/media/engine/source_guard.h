// SourceGuard: from where a stream's packets are believed, and where it sends (sip-cases 5.3, RFC 7362):
// learns the one source of a peer behind NAT from hosts that signalling vouches for, within a window, and
// afterwards compares exactly. One for RTP and one for RTCP. Pure, thread: media.
#pragma once
#include <vector>

#include "base/socket_address.h"
#include "base/time.h"

namespace polyfon::media {

class SourceGuard {
 public:
  static constexpr base::Duration kWindow = std::chrono::seconds(5);
  static constexpr std::size_t kMaxTrustedHosts = 8;

  struct Rules {
    base::SocketAddress remote;  // as signalled; unspecified: send nothing
    bool symmetric = true;
    std::vector<base::SocketAddress> trusted_hosts;  // besides remote's own; the first kMaxTrustedHosts count
  };
  // The same remote keeps what was learnt, and may learn anew; another forgets it.
  void configure(Rules rules, base::Instant now);
  // Opens the window again when nothing has been learnt.
  void reopen(base::Instant now);

  enum class Verdict : std::uint8_t {
    kReject,
    kAccept,
    kLearn,  // accept, and call learn() when the packet proves valid
  };
  Verdict check(const base::SocketAddress& from, base::Instant now) const;
  void learn(const base::SocketAddress& from);

  bool latched() const { return latched_; }
  const base::SocketAddress& source() const { return source_; }  // when latched()
  // Nothing but the latched source can be heard until the next configure(): the socket may be connected to
  // it.
  bool locked(base::Instant now) const { return rules_.symmetric && latched_ && now >= window_end_; }
  // Where to send: never to an address that is not latched or signalled. Port 0: nowhere.
  const base::SocketAddress& target() const { return sends_ && latched_ ? source_ : target_; }

 private:
  bool candidate(const base::SocketAddress& from) const;

  base::SocketAddress source_;  // latched
  base::SocketAddress target_;  // rules_.remote, or port 0
  bool latched_ = false;
  bool sends_ = false;
  base::Instant window_end_{};
  Rules rules_;
};

}  // namespace polyfon::media
