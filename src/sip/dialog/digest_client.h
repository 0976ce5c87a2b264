// DigestClient: answers the challenges to one session's or request's messages with one account (RFC
// 3261 22.2, 22.3): once a challenge, again only when the nonce went stale. thread: control.
#pragma once
#include <string>
#include <vector>

#include "base/random.h"
#include "sip/auth/digest.h"
#include "sip/message/builder.h"

namespace polyfon::sip {

class DigestClient {
 public:
  explicit DigestClient(Credentials credentials) : credentials_(std::move(credentials)) {}

  // Whether the request that got this 401 or 407 may be sent again with an answer; `attempt` counts how often
  // it was.
  bool accept(const Message& response, int attempt);
  // Writes Authorization and Proxy-Authorization for every challenge taken so far.
  void write(Builder& builder, Method method, std::string_view uri, base::Random& random);
  // RFC 3261 13.2.2.4: the ACK of a 2xx has the same credentials as its INVITE.
  void write_as_before(Builder& builder) const;

 private:
  static constexpr std::size_t kMaxRealms = 4;
  static constexpr int kMaxStale = 2;
  struct Challenge {
    Header answer;  // Authorization or Proxy-Authorization
    std::string realm;
    std::string value;  // of WWW-Authenticate or Proxy-Authenticate
    std::string last;   // what the last INVITE had
    std::uint32_t count = 0;
    int stale = 0;
    bool answered = false;  // since this request was first sent
  };
  bool take(Header answer, const AuthValue& challenge, std::string_view value);

  Credentials credentials_;
  std::vector<Challenge> challenges_;
};

}  // namespace polyfon::sip
