#include "sip/dialog/incoming_request.h"

#include "sip/transaction/response_flow.h"

namespace polyfon::sip {

IncomingRequest::State::State(UserAgentCore& owner, const Incoming& request)
    : core(owner),
      incoming(&request),
      flow(request.flow),
      response_flow(sip::response_flow(request.flow, request.envelope.via)),
      keys(request.keys),
      method(request.message.method()) {}

IncomingRequest::State::~State() {
  if (core.current_request == this) core.current_request = nullptr;
}

void IncomingRequest::State::open_transaction() {
  if (!transaction) transaction = core.layer().open_server(response_flow, method, keys, {});
}

void IncomingRequest::State::detach() {
  if (!done) {
    open_transaction();
    head.emplace(*incoming, core.request_tag(incoming->envelope), core.options().compact_headers);
  }
  incoming = nullptr;
}

void UserAgentCore::respond(IncomingRequest::State& state, int status, const ResponseOptions& options,
                            bool stateless) {
  if (state.done) return;
  state.done = true;
  Turn turn(*this, now_);
  if (!state.head)
    state.head.emplace(*state.incoming, request_tag(state.incoming->envelope), options_.compact_headers);
  Builder builder = state.head->start(out_, status, options.reason, false);
  builder.header(Header::kServer, options_.user_agent);
  for (const HeaderField& field : options.headers) builder.header(field.name, field.value);
  std::string_view message = builder.body(options.content_type, options.body);
  if (stateless && !state.transaction) {
    layer_.send_stateless(state.response_flow, message);
    return;
  }
  state.open_transaction();
  layer_.respond(state.transaction, status, message, now_);
}

IncomingRequest::IncomingRequest(std::unique_ptr<State> state) : state_(std::move(state)) {}
IncomingRequest::IncomingRequest(IncomingRequest&& other) noexcept = default;

IncomingRequest& IncomingRequest::operator=(IncomingRequest&& other) noexcept {
  if (this != &other) {
    if (state_ && !state_->done) respond(500);
    state_ = std::move(other.state_);
  }
  return *this;
}

IncomingRequest::~IncomingRequest() {
  if (state_ && !state_->done) respond(500);
}

const Message& IncomingRequest::message() const {
  static const Message kGone{std::span<const char>()};
  return state_ && state_->incoming ? state_->incoming->message : kGone;
}

const Flow& IncomingRequest::flow() const { return state_->flow; }

void IncomingRequest::respond(int status, ResponseOptions options) {
  state_->core.respond(*state_, status, options, false);
}

void IncomingRequest::respond_stateless(int status, ResponseOptions options) {
  state_->core.respond(*state_, status, options, true);
}

void IncomingRequest::drop() {
  state_->done = true;
  state_->core.layer().abandon_server(state_->transaction);
}

}  // namespace polyfon::sip
