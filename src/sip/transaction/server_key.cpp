#include "sip/transaction/server_key.h"

#include "base/text.h"

namespace polyfon::sip {

namespace {

std::uint64_t transaction_key(const KeyedHash& hash, const Message& request, const Envelope& envelope,
                              std::string_view method) {
  std::string_view branch = envelope.via.branch();
  auto stream = hash.start();
  stream.add(method).add_lower(envelope.via.host).add(envelope.via.port);
  if (base::istarts_with(branch, kMagicCookie) && branch.size() > kMagicCookie.size())
    return stream.add(branch).finish();
  // RFC 2543: the ACK has the To-tag of our response, the INVITE has not: so the To-tag is left out.
  return stream.add(branch)
      .add(request.request_uri())
      .add(envelope.from_tag)
      .add(envelope.call_id)
      .add(envelope.cseq.number)
      .finish();
}

}  // namespace

ServerKeys server_keys(const KeyedHash& hash, const Message& request, const Envelope& envelope) {
  ServerKeys keys;
  Method method = request.method();
  if (method == Method::kAck || method == Method::kCancel)
    keys.invite = transaction_key(hash, request, envelope, to_string(Method::kInvite));
  if (method != Method::kAck)
    keys.transaction = transaction_key(hash, request, envelope, request.method_name());
  if (!keys.invite) keys.invite = keys.transaction;
  if (envelope.to_tag.empty() && method != Method::kAck && method != Method::kCancel)
    keys.merged = hash.start()
                      .add(envelope.from_tag)
                      .add(envelope.call_id)
                      .add(envelope.cseq.number)
                      .add(envelope.cseq.method_name)
                      .finish();
  return keys;
}

}  // namespace polyfon::sip
