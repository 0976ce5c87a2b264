// Envelope: the headers that every SIP message has (RFC 3261 8.1.1), decoded once and handed down. Views over
// the message. thread: any.
#pragma once
#include "base/result.h"
#include "sip/message/headers.h"
#include "sip/message/message.h"

namespace polyfon::sip {

struct Envelope {
  Via via;  // the topmost
  NameAddr from, to;
  CSeq cseq;
  std::string_view call_id;
  std::string_view from_tag, to_tag;  // "" when absent

  // The error names the header that does not decode; also when the CSeq is of another method than the request
  // line.
  static base::Result<Envelope> of(const Message& message);
};

}  // namespace polyfon::sip
