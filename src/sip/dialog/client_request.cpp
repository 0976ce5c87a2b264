#include "sip/dialog/client_request.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "sip/dialog/core.h"
#include "sip/dialog/dialog.h"

namespace polyfon::sip {

ClientRequest::ClientRequest(ClientRequestId id, UserAgentCore& core, RequestOptions options,
                             UserAgent::Answer answer)
    : id_(id), core_(core), options_(std::move(options)), answer_(std::move(answer)) {
  if (options_.credentials) digest_ = std::make_unique<DigestClient>(std::move(*options_.credentials));
  call_id_ = core_.random().token(22);
  from_tag_ = core_.random().token(12);
}

void ClientRequest::send() {
  ++cseq_;
  transmit();
}

void ClientRequest::transmit() {
  ClientId transaction =
      core_.layer().open_client(options_.flow, options_.method, context_of(Owner::kRequest, id_.value()));
  Builder builder =
      core_.start_request(options_.method, options_.request_uri, core_.layer().via(transaction));
  builder.header(Header::kFrom, options_.from + ";tag=" + from_tag_)
      .header(Header::kTo, options_.to)
      .header(Header::kCallId, call_id_)
      .header(Header::kCSeq, fmt::format("{} {}", cseq_, to_string(options_.method)));
  const bool secure = options_.request_uri.starts_with("sips:");
  bool own_contact = std::ranges::any_of(
      options_.headers, [](const HeaderField& field) { return base::iequals(field.name, "Contact"); });
  if (!own_contact)  // a REGISTER says which contact it is about
    builder.header(Header::kContact, core_.contact(options_.flow, options_.contact_user, secure));
  if (digest_) digest_->write(builder, options_.method, options_.request_uri, core_.random());
  builder.header(Header::kUserAgent, core_.options().user_agent);
  for (const HeaderField& field : options_.headers) builder.header(field.name, field.value);
  core_.layer().start_client(transaction, builder.body(options_.content_type, options_.body), core_.now());
}

void ClientRequest::receive(const Message& response) {
  const int status = response.status();
  if (status < 200) return;
  if ((status == 401 || status == 407) && digest_ && digest_->accept(response, attempt_)) {
    ++attempt_;
    send();  // RFC 3261 22.2: same Call-ID and From-tag, CSeq one more, another branch
    return;
  }
  if (status == 503 && try_next_server(&response)) return;
  end(status, &response);
}

// RFC 3263 4.3: the same request but for its branch.
bool ClientRequest::try_next_server(const Message* response) {
  if (!core_.next_server(options_.flow, options_.alternatives, response)) return false;
  attempt_ = 0;
  transmit();
  return true;
}

void ClientRequest::failed(TransactionFailure failure) {
  if (try_next_server(nullptr)) return;
  end(failure == TransactionFailure::kTimeout ? 408 : 503, nullptr);  // RFC 3261 8.1.3.1
}

void ClientRequest::end(int status, const Message* response) {
  if (!answer_) return;
  auto answer = std::exchange(answer_, nullptr);
  core_.bury(id_);
  answer(status, response);
}

}  // namespace polyfon::sip
