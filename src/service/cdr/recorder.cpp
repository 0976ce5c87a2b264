#include "service/cdr/recorder.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

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

// Of a call that dialled nobody and was not answered.
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
    bool dialled = false;         // there is a row for a leg of it
    std::int64_t went_on_at = 0;  // first step after its last dial
  };
  struct Attempt {
    ChannelId caller, callee;
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
                    record.source, record.destination, record.duration_seconds());
  }

  template <class Wanted>
  void close(Wanted&& wanted, std::int64_t now, const std::string& disposition) {
    for (auto attempt = attempts.begin(); attempt != attempts.end();) {
      if (!wanted(*attempt)) {
        ++attempt;
        continue;
      }
      CallRecord record = std::move(attempt->record);
      attempt = attempts.erase(attempt);
      write(std::move(record), now, disposition);
    }
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
    if (party->dialled && !party->went_on_at && !base::iequals(event.application, "Hangup"))
      party->went_on_at = now;
    party->context = event.context;
    party->extension = event.extension;
    party->application = event.application;
    party->arguments = event.arguments;
  }
  void on(const call::DialBegin& event, std::int64_t now) {
    Party* caller = find(event.caller);
    Party* callee = find(event.callee);
    if (!caller || !callee) return;
    Attempt attempt{event.caller, event.callee, row_of(*caller)};
    attempt.record.destination_channel = callee->made.name;
    attempt.record.peer_account = callee->made.account_code;
    // The first attempt has waited since the call came; a later one since it was dialled.
    attempt.record.start = caller->dialled ? now : caller->started;
    caller->dialled = true;
    caller->went_on_at = 0;
    attempts.push_back(std::move(attempt));
  }
  void on(const call::DialEnd& event, std::int64_t now) {
    auto same = [&](const Attempt& attempt) {
      return attempt.caller == event.caller && attempt.callee == event.callee;
    };
    if (event.status != DialStatus::kAnswer) return close(same, now, disposition_of(event.status));
    auto attempt = std::ranges::find_if(attempts, same);
    if (attempt == attempts.end()) return;
    const Party* callee = find(event.callee);
    attempt->answered = true;
    attempt->record.answer = callee && callee->answered ? callee->answered : now;
  }
  void on(const call::BridgeEnter&, std::int64_t) {}
  void on(const call::BridgeLeave& event, std::int64_t now) {
    close(
        [&](const Attempt& attempt) {
          return attempt.answered && attempt.caller == event.a && attempt.callee == event.b;
        },
        now, "ANSWERED");
  }
  void on(const call::ChannelHangup& event, std::int64_t now) {
    ChannelId id = event.channel;
    close(
        [&](const Attempt& attempt) {
          return attempt.answered && (attempt.caller == id || attempt.callee == id);
        },
        now, "ANSWERED");
    close([&](const Attempt& attempt) { return attempt.caller == id; }, now, "NO ANSWER");
    Party* party = find(id);
    if (!party) return;
    if (party->made.incoming && (!party->dialled || party->went_on_at)) {
      CallRecord record = row_of(*party);
      record.start = party->dialled ? party->went_on_at : party->started;
      if (party->answered) record.answer = std::max(party->answered, record.start);
      write(std::move(record), now, party->answered ? "ANSWERED" : disposition_of(event.cause));
    }
    parties.erase(id);
  }

  store::Journal& journal;
  Written written;
  std::unordered_map<ChannelId, Party> parties;
  std::vector<Attempt> attempts;  // open ones: a few, or a few hundred
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
