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
    core.timers().arm(late, core.now() + core.layer().times().before_trying());
  }
  incoming = nullptr;
}

void IncomingRequest::State::on_late(base::Instant now) {
  UserAgentCore::Turn turn(core, now);
  if (!done) core.send_trying(*this);
}

// RFC 4320 4.1: whoever still waits is told to ask less often.
void UserAgentCore::send_trying(IncomingRequest::State& state) {
  Builder builder = state.head->start(out_, 100, {}, false);
  builder.header(Header::kServer, options_.user_agent);
  layer_.respond(state.transaction, 100, builder.body(), now_);
}

void UserAgentCore::respond(IncomingRequest::State& state, int status, const ResponseOptions& options,
                            bool stateless) {
  // RFC 4320 4.1, 4.2: the only provisional response is the 100 that comes by itself, and a 408 says to
  // nobody what he does not know: then silence.
  if (state.done || status < 200) return;
  state.done = true;
  state.late.cancel();
  if (status == 408) return layer_.abandon_server(state.transaction);
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
  state_->late.cancel();
  state_->core.layer().abandon_server(state_->transaction);
}

}  // namespace polyfon::sip
