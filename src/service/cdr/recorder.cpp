#include "service/cdr/recorder.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"

namespace polyfon::cdr {

namespace {

using call::ChannelId;
using call::DialStatus;
using call::HangupCause;

std::string disposition_of(DialStatus status) {
  switch (status) {
    case DialStatus::kAnswer: return "ANSWERED";
    case DialStatus::kBusy: return "BUSY";
    case DialStatus::kCongestion: return "CONGESTION";
    case DialStatus::kChanUnavail:
    case DialStatus::kInvalidArgs: return "FAILED";
    case DialStatus::kNoAnswer:
    case DialStatus::kCancel: return "NO ANSWER";
  }
  return "NO ANSWER";
}

// Of an attempt that ended without an answer and without a dial's verdict.
std::string disposition_of(HangupCause cause) {
  switch (cause) {
    case HangupCause::kUserBusy: return "BUSY";
    case HangupCause::kNormalCircuitCongestion:
    case HangupCause::kSwitchCongestion: return "CONGESTION";
    case HangupCause::kUnallocated:
    case HangupCause::kNoRouteDestination:
    case HangupCause::kSubscriberAbsent:
    case HangupCause::kDestinationOutOfOrder:
    case HangupCause::kBearerCapabilityNotAvailable:
    case HangupCause::kFailure: return "FAILED";
    default: return "NO ANSWER";
  }
}

std::string caller_text(const config::CallerId& id) {
  return id.name.empty() ? id.number : fmt::format("\"{}\" <{}>", id.name, id.number);
}

}  // namespace

struct Recorder::Impl {
  // An incoming or dialled channel, while it lives.
  struct Party {
    call::ChannelCreated made;
    std::int64_t started = 0, answered = 0;
    std::string context, extension, application, arguments;
    std::vector<ChannelId> legs;  // that it dialled; their attempts are open, or were
    std::int64_t went_on_at = 0;  // first step after its last dial
    bool dials_in_vain = false;   // Dial has begun, and reached nobody yet
  };
  // A leg that was dialled; it may outlive the leg's channel until the dial says what became of it.
  struct Attempt {
    CallRecord record;
    bool answered = false;
  };

  Impl(store::Journal& j, Written w) : journal(j), written(std::move(w)) {}

  Party* find(ChannelId id) {
    auto found = parties.find(id);
    return found == parties.end() ? nullptr : &found->second;
  }

  CallRecord row_of(const Party& caller) const {
    CallRecord record;
    record.account_code = caller.made.account_code;
    record.source = caller.made.caller_id.number;
    record.destination = caller.extension;
    record.destination_context = caller.context;
    record.caller_id = caller_text(caller.made.caller_id);
    record.channel = caller.made.name;
    record.last_application = caller.application;
    record.last_data = caller.arguments;
    record.unique_id = caller.made.unique_id;
    record.linked_id = caller.made.linked_id;
    return record;
  }

  void write(CallRecord record, std::int64_t end, std::string disposition) {
    record.end = end;
    record.disposition = std::move(disposition);
    record.sequence = next_sequence++;
    auto journalled = journal.append(kJournalType, record.encode());
    if (journalled) return written();
    ++lost;
    base::log_error("cdr", "a call record is lost ({}): {} -> {}, {} s", journalled.error().text,
                    base::printable(record.source, 64), base::printable(record.destination, 64),
                    record.duration_seconds());
  }

  // Ends the attempt on that leg, when it is open.
  void close(ChannelId callee, std::int64_t now, std::string disposition) {
    auto attempt = attempts.extract(callee);
    if (attempt) write(std::move(attempt.mapped().record), now, std::move(disposition));
  }
  bool answered(ChannelId callee) const {
    auto attempt = attempts.find(callee);
    return attempt != attempts.end() && attempt->second.answered;
  }

  void on(const call::ChannelCreated& event, std::int64_t now) {
    Party& party = parties[event.channel];
    party.made = event;
    party.started = now;
    party.context = event.context;
    party.extension = event.extension;
  }
  void on(const call::ChannelRinging&, std::int64_t) {}
  void on(const call::ChannelAnswered& event, std::int64_t now) {
    if (Party* party = find(event.channel)) party->answered = now;
  }
  void on(const call::ApplicationStarted& event, std::int64_t now) {
    Party* party = find(event.channel);
    if (!party) return;
    if (!party->legs.empty() && !party->went_on_at && !base::iequals(event.application, "Hangup"))
      party->went_on_at = now;
    if (base::iequals(event.application, "Dial")) party->dials_in_vain = true;
    party->context = event.context;
    party->extension = event.extension;
    party->application = event.application;
    party->arguments = event.arguments;
  }
  void on(const call::DialBegin& event, std::int64_t now) {
    Party* caller = find(event.caller);
    Party* callee = find(event.callee);
    if (!caller || !callee) return;
    Attempt attempt{row_of(*caller)};
    attempt.record.destination_channel = callee->made.name;
    attempt.record.peer_account = callee->made.account_code;
    // The first attempt has waited since the call came; a later one since it was dialled.
    attempt.record.start = caller->legs.empty() ? caller->started : now;
    caller->legs.push_back(event.callee);
    caller->went_on_at = 0;
    caller->dials_in_vain = false;
    attempts.insert_or_assign(event.callee, std::move(attempt));
  }
  void on(const call::DialEnd& event, std::int64_t now) {
    if (event.status != DialStatus::kAnswer) return close(event.callee, now, disposition_of(event.status));
    auto attempt = attempts.find(event.callee);
    if (attempt == attempts.end()) return;
    const Party* callee = find(event.callee);
    attempt->second.answered = true;
    attempt->second.record.answer = callee && callee->answered ? callee->answered : now;
  }
  void on(const call::BridgeEnter&, std::int64_t) {}
  void on(const call::BridgeLeave& event, std::int64_t now) {
    if (answered(event.b)) close(event.b, now, "ANSWERED");
  }
  void on(const call::ChannelHangup& event, std::int64_t now) {
    auto party = parties.extract(event.channel);
    if (!party) return;
    party.mapped().made.incoming ? caller_left(party.mapped(), event, now) : callee_left(event, now);
  }
  // Ended by the peer before it answered: DialEnd follows at once and knows what it was. Ended by us: the
  // message that tells the peer leaves right after this.
  void callee_left(const call::ChannelHangup& event, std::int64_t now) {
    if (answered(event.channel))
      close(event.channel, now, "ANSWERED");
    else if (!event.by_peer)
      close(event.channel, now, disposition_of(event.cause));
  }
  void caller_left(const Party& party, const call::ChannelHangup& event, std::int64_t now) {
    for (ChannelId leg : party.legs) close(leg, now, answered(leg) ? "ANSWERED" : "NO ANSWER");
    // What it did besides: its whole call when it reached nobody; after the last dial what it heard as an
    // answered call, and a last Dial that reached nobody.
    bool went_on = party.went_on_at && (party.answered || party.dials_in_vain);
    if (!party.legs.empty() && !went_on) return;
    CallRecord record = row_of(party);
    record.start = party.legs.empty() ? party.started : party.went_on_at;
    if (party.answered) record.answer = std::max(party.answered, record.start);
    write(std::move(record), now, party.answered ? "ANSWERED" : disposition_of(event.cause));
  }

  store::Journal& journal;
  Written written;
  std::unordered_map<ChannelId, Party> parties;
  std::unordered_map<ChannelId, Attempt> attempts;  // the open ones, by the leg
  std::int64_t next_sequence = 1;
  std::uint64_t lost = 0;
};

Recorder::Recorder(store::Journal& journal, Written written)
    : impl_(std::make_unique<Impl>(journal, std::move(written))) {}
Recorder::~Recorder() = default;

void Recorder::on_call_event(const call::CallEvent& event) {
  std::int64_t now = event.when.time_since_epoch().count();
  std::visit([&](const auto& what) { impl_->on(what, now); }, event.what);
}

std::uint64_t Recorder::lost() const { return impl_->lost; }

}  // namespace polyfon::cdr
