// ResponseHead: what every response to one request begins with (Via, From, To, Call-ID, CSeq, Record-Route),
// written once when the request comes, so that answers can follow when its datagram is gone (RFC
// 3261 8.2.6.2). thread: any.
#pragma once
#include <string>
#include <string_view>

#include "sip/dialog/incoming.h"
#include "sip/message/builder.h"

namespace polyfon::sip {

class ResponseHead {
 public:
  ResponseHead() = default;
  ResponseHead(const Incoming& request, std::string_view to_tag, bool compact = false);

  // Starts a response in `out`: status line and head; headers and body() follow by the builder that is
  // returned. Record-Route goes into what makes a dialog: 101-299 to INVITE (RFC 3261 12.1.1).
  Builder start(std::string& out, int status, std::string_view reason, bool record_route) const;

 private:
  std::string text_;
  std::size_t record_route_ = 0;  // where its lines begin
  HeaderForm form_ = HeaderForm::kFull;
};

}  // namespace polyfon::sip
