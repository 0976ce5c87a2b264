#include "sip/dialog/core.h"

#include <algorithm>

#include <fmt/format.h>

#include "sip/transaction/response_flow.h"

namespace polyfon::sip {

namespace {

TransactionTimes times_of(const UserAgentOptions& options) { return {options.t1, options.t2, options.t4}; }

HeaderForm form_of(const UserAgentOptions& options) {
  return options.compact_headers ? HeaderForm::kCompact : HeaderForm::kFull;
}

}  // namespace

UserAgentCore::UserAgentCore(Sink& sink, base::TimerWheel& timers, base::Random& random,
                             UserAgentOptions options)
    : timers_(timers),
      random_(random),
      options_(std::move(options)),
      sink_(sink),
      layer_(sink, timers, random, *this, counters_, times_of(options_)),
      tags_(random),
      now_(timers.now()) {
  write_abilities();
}

UserAgentCore::~UserAgentCore() = default;

UserAgentCore::Turn::Turn(UserAgentCore& core, base::Instant now) : core_(core) {
  ++core_.depth_;
  core_.now_ = std::max({core_.now_, now, core_.timers_.now()});
}

UserAgentCore::Turn::~Turn() {
  if (--core_.depth_ == 0) core_.sweep();
}

void UserAgentCore::sweep() {
  while (!over_sessions_.empty()) {
    SessionId id = over_sessions_.back();
    over_sessions_.pop_back();
    sessions_.erase(id);
  }
  while (!over_requests_.empty()) {
    ClientRequestId id = over_requests_.back();
    over_requests_.pop_back();
    requests_.erase(id);
  }
}

void UserAgentCore::set_session_handler(SessionHandler& handler) {
  session_handler_ = &handler;
  write_abilities();
}

void UserAgentCore::set_request_handler(Method method, RequestHandler& handler, std::string_view supported) {
  request_handlers_[static_cast<std::size_t>(method)] = &handler;
  extensions_[static_cast<std::size_t>(method)] = supported;
  write_abilities();
}

void UserAgentCore::set_options(UserAgentOptions options) {
  options_ = std::move(options);
  layer_.set_times(times_of(options_));
}

void UserAgentCore::write_abilities() {
  allow_ = session_handler_ ? "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, OPTIONS" : "OPTIONS";
  for (std::size_t i = 0; i < kMethods; ++i) {
    if (!request_handlers_[i] || static_cast<Method>(i) == Method::kOptions) continue;
    allow_ += ", ";
    allow_ += to_string(static_cast<Method>(i));
  }
  supported_ = session_handler_ ? kSessionExtensions : std::string_view();
  for (const auto& extensions : extensions_) {
    if (!extensions.empty() && !supported_.empty()) supported_ += ", ";
    supported_ += extensions;
  }
}

bool UserAgentCore::overloaded() const {
  return layer_.size() >= options_.max_transactions || sessions_.size() >= options_.max_sessions;
}

base::Result<SessionId> UserAgentCore::invite(InviteOptions options) {
  if (overloaded())
    return base::fail(base::ErrorCode::kLimit,
                      fmt::format("no more calls: {} sessions and {} transactions are open", sessions_.size(),
                                  layer_.size()));
  SessionId id = sessions_.emplace(*this);
  sessions_.find(id)->start(std::move(options));
  return id;
}

void UserAgentCore::request(RequestOptions options, UserAgent::Answer answer) {
  ClientRequestId id = requests_.emplace(*this, std::move(options), std::move(answer));
  requests_.find(id)->send();
}

InviteSession* UserAgentCore::live(SessionId id) {
  InviteSession* session = sessions_.find(id);
  return session && !session->told() ? session : nullptr;
}

SessionId UserAgentCore::origin_of(const Message& invite) const {
  SessionId origin;
  each_in_list(invite, Header::kVia, [&](std::string_view element) {
    const auto via = parse_via(element);
    const auto context = via ? layer_.client_context(via->branch()) : TransactionContext{};
    if (static_cast<Owner>(context.kind) == Owner::kInvite) origin = SessionId::from_value(context.owner);
    return !origin;
  });
  return origin;
}

std::string UserAgentCore::contact(const Flow& flow, std::string_view user, bool secure) {
  std::string value = secure ? "<sips:" : "<sip:";
  if (!user.empty()) {
    value += user;
    value += '@';
  }
  value += sink_.advertised(flow).to_string();
  if (flow.protocol != Protocol::kUdp) {
    value += ";transport=";
    for (char c : to_string(flow.protocol)) value += static_cast<char>(c + 32);
  }
  value += '>';
  return value;
}

std::string UserAgentCore::retry_after() { return std::to_string(random_.below(11)); }

Builder UserAgentCore::start_request(Method method, std::string_view uri, std::string_view via,
                                     unsigned max_forwards) {
  Builder builder(out_, form_of(options_));
  builder.request(to_string(method), uri)
      .header(Header::kVia, via)
      .header(Header::kMaxForwards, max_forwards);
  return builder;
}

std::string UserAgentCore::request_tag(const Envelope& envelope) const {
  std::uint64_t hash = layer_.hash()
                           .start()
                           .add(envelope.via.branch())
                           .add(envelope.from_tag)
                           .add(envelope.call_id)
                           .add(envelope.cseq.number)
                           .finish();
  return fmt::format("{:016x}", hash);
}

std::string_view UserAgentCore::write_response(const Incoming& request, int status,
                                               std::initializer_list<HeaderView> headers,
                                               std::string_view to_tag) {
  Builder builder(out_, form_of(options_));
  builder.response_to(request.message, status, reason_phrase(status), to_tag, request.flow.remote.host(),
                      request.flow.remote.port());
  builder.header(Header::kServer, options_.user_agent);
  for (const HeaderView& header : headers)
    if (!header.name.empty()) builder.header(header.name, header.value);
  return builder.body();
}

void UserAgentCore::reply(const Incoming& request, int status, std::initializer_list<HeaderView> headers) {
  std::string tag;
  if (request.envelope.to_tag.empty()) tag = request_tag(request.envelope);
  ServerId id = layer_.open_server(sip::response_flow(request.flow, request.envelope.via),
                                   request.message.method(), request.keys, {});
  layer_.respond(id, status, write_response(request, status, headers, tag), now_);
}

void UserAgentCore::refuse(const Incoming& request, int status, std::initializer_list<HeaderView> headers) {
  if (request.message.method() == Method::kAck) return;
  std::string tag;
  if (request.envelope.to_tag.empty()) tag = request_tag(request.envelope);
  layer_.send_stateless(sip::response_flow(request.flow, request.envelope.via),
                        write_response(request, status, headers, tag));
}

void UserAgentCore::dismiss(const Message& response, const Envelope& envelope, const Flow& flow) {
  counters_.dismissed_forks.add();
  Dialog dialog;
  dialog.origin = dialog.flow = flow;
  dialog.remote_target = envelope.to.uri_text;
  dialog.learn(response, envelope);
  const std::string_view from = *response.header(Header::kFrom);
  auto write = [&](Method method, std::uint32_t cseq, const std::string& via) {
    Builder builder = start_request(method, dialog.request_uri(), via);
    dialog.write_routes(builder);
    builder.header(Header::kFrom, from)
        .header(Header::kTo, dialog.remote)
        .header(Header::kCallId, envelope.call_id)
        .header(Header::kCSeq, fmt::format("{} {}", cseq, to_string(method)));
    return builder.body();
  };
  layer_.send_stateless(
      dialog.flow, write(Method::kAck, envelope.cseq.number, layer_.via(dialog.flow, random_.token(16))));
  ClientId bye = layer_.open_client(dialog.flow, Method::kBye, {});
  layer_.start_client(bye, write(Method::kBye, envelope.cseq.number + 1, layer_.via(bye)), now_);
}

// --- where servers are ---

bool UserAgentCore::next_server(Flow& flow, std::vector<Flow>& alternatives, const Message* response) {
  if (alternatives.empty()) return false;
  if (locator_) {
    std::optional<base::Duration> retry_after;
    std::string_view value = response ? response->header(Header::kRetryAfter).value_or("") : "";
    value = value.substr(0, value.find_first_not_of("0123456789"));  // a comment and parameters may follow
    if (auto seconds = parse_delta_seconds(value)) retry_after = std::chrono::seconds(*seconds);
    locator_->note_failure(flow, retry_after, now_);
  }
  flow = alternatives.front();
  alternatives.erase(alternatives.begin());
  counters_.failovers.add();
  return true;
}

void UserAgentCore::locate(SessionId id, Destination destination) {
  locator_->locate(std::move(destination), [this, id, token = std::weak_ptr<bool>(alive_)](auto servers) {
    if (token.expired()) return;
    Turn turn(*this, now_);
    InviteSession* session = sessions_.find(id);
    if (!session) return;
    session->located(servers ? locator_->order(*servers, now_) : std::vector<Flow>());
  });
}

// --- what the transactions report ---

void UserAgentCore::on_response(ClientId id, TransactionContext context, const Message& response,
                                const Envelope& envelope, base::Instant now) {
  Turn turn(*this, now);
  InviteSession* session = nullptr;
  switch (static_cast<Owner>(context.kind)) {
    case Owner::kNobody: return;
    case Owner::kRequest:
      if (ClientRequest* request = requests_.find(ClientRequestId::from_value(context.owner)))
        request->receive(response);
      return;
    case Owner::kInvite:
      session = sessions_.find(SessionId::from_value(context.owner));
      if (session)
        session->receive_invite_response(id, response, envelope);
      else if (response.status() / 100 == 2 && response_flow_)
        dismiss(response, envelope, *response_flow_);
      return;
    case Owner::kInDialog:
      session = sessions_.find(SessionId::from_value(context.owner));
      if (session) session->receive_other_response(id, response, envelope);
      return;
  }
}

void UserAgentCore::on_client_failed(ClientId id, TransactionContext context, TransactionFailure failure,
                                     base::Instant now) {
  Turn turn(*this, now);
  if (static_cast<Owner>(context.kind) == Owner::kRequest) {
    ClientRequest* request = requests_.find(ClientRequestId::from_value(context.owner));
    if (request) request->failed(failure);
    return;
  }
  InviteSession* session = sessions_.find(SessionId::from_value(context.owner));
  if (!session) return;
  if (static_cast<Owner>(context.kind) == Owner::kInvite)
    session->invite_failed(id, failure);
  else
    session->other_failed(id, failure);
}

void UserAgentCore::on_client_done(ClientId id, TransactionContext context) {
  if (static_cast<Owner>(context.kind) != Owner::kInvite) return;
  if (InviteSession* session = sessions_.find(SessionId::from_value(context.owner))) session->invite_done(id);
}

void UserAgentCore::on_server_failed(ServerId id, TransactionContext context, TransactionFailure failure,
                                     base::Instant now) {
  Turn turn(*this, now);
  InviteSession* session = sessions_.find(SessionId::from_value(context.owner));
  if (session) session->server_failed(id, failure);
}

}  // namespace polyfon::sip
