#include "sip/transaction/derived_request.h"

#include "sip/message/builder.h"

namespace polyfon::sip {

namespace {

std::string_view write_derived(std::string& out, const Message& invite, Method method, std::string_view to,
                               std::string_view reason) {
  Builder builder(out);
  builder.request(to_string(method), invite.request_uri());
  builder.header(Header::kVia, invite.header(Header::kVia).value_or(""));
  builder.header(Header::kMaxForwards, 70);
  invite.each(Header::kRoute, [&](std::string_view route) { builder.header(Header::kRoute, route); });
  builder.header(Header::kFrom, invite.header(Header::kFrom).value_or(""));
  builder.header(Header::kTo, to);
  builder.header(Header::kCallId, invite.header(Header::kCallId).value_or(""));
  std::string_view cseq = invite.header(Header::kCSeq).value_or("");
  std::string own(cseq.substr(0, cseq.find_first_of(" \t")));
  own += ' ';
  own += to_string(method);
  builder.header(Header::kCSeq, own);
  // RFC 3261 22.1: no credentials are asked of either; RFC 3326: a CANCEL may say why.
  if (!reason.empty()) builder.header(Header::kReason, reason);
  return builder.body();
}

}  // namespace

std::string_view write_ack(std::string& out, const Message& invite, std::string_view response_to) {
  return write_derived(out, invite, Method::kAck, response_to, {});
}

std::string_view write_cancel(std::string& out, const Message& invite, std::string_view reason) {
  return write_derived(out, invite, Method::kCancel, invite.header(Header::kTo).value_or(""), reason);
}

}  // namespace polyfon::sip
