// Scene: call events told one by one to a Recorder over a real journal, as the exchange would emit them, and
// the rows that come of it.
#pragma once
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "service/cdr/recorder.h"
#include "temp_folder.h"

namespace polyfon::cdr {

class Scene : public testing::Test {
 protected:
  using Cause = call::HangupCause;
  using Status = call::DialStatus;
  using Rows = std::vector<std::string>;

  // What follows happens at that second.
  void at(int second) { now_ = second; }

  void calls(const std::string& who, const std::string& extension) {
    create(who, true, {"", who}, extension);
  }
  void step(const std::string& who, const std::string& application, const std::string& arguments = "",
            const std::string& extension = "", const std::string& context = "office") {
    if (!extension.empty()) extension_[who] = extension;
    emit(call::ApplicationStarted{id(who), context, extension_[who], 1, application, arguments});
  }
  // The exchange makes the leg's channel, then says that it is dialled.
  void dials(const std::string& who, const std::string& leg) {
    create(leg, false, {"", who}, leg);
    emit(call::DialBegin{id(who), id(leg), leg});
  }
  void rings(const std::string& who) { emit(call::ChannelRinging{id(who)}); }
  void answers(const std::string& who) { emit(call::ChannelAnswered{id(who)}); }
  void dial_ends(const std::string& who, const std::string& leg, Status status) {
    emit(call::DialEnd{id(who), id(leg), status, Cause::kNone});
  }
  // A leg answers, and the exchange joins the two.
  void connects(const std::string& who, const std::string& leg) {
    answers(leg);
    dial_ends(who, leg, Status::kAnswer);
    answers(who);
    emit(call::BridgeEnter{id(who), id(leg)});
  }
  void part(const std::string& who, const std::string& leg) { emit(call::BridgeLeave{id(who), id(leg)}); }
  void hangs_up(const std::string& who, Cause cause = Cause::kNormalClearing) { hangup(who, cause, true); }
  void is_hung_up(const std::string& who, Cause cause = Cause::kNormalClearing) { hangup(who, cause, false); }
  // A leg refuses: its channel ends first, the dial learns of it in the same turn.
  void refuses(const std::string& who, const std::string& leg, Status status, Cause cause) {
    hangs_up(leg, cause);
    dial_ends(who, leg, status);
  }

  // "source>destination leg APPLICATION(DATA) DISPOSITION start/answer/end" of every row so far.
  Rows rows() {
    Rows result;
    for (const auto& row : records())
      result.push_back(fmt::format("{}>{} {} {}({}) {} {}/{}/{}", row.source, row.destination,
                                   row.destination_channel.empty() ? "-" : row.destination_channel,
                                   row.last_application, row.last_data, row.disposition, second(row.start),
                                   row.answer ? second(row.answer) : "-", second(row.end)));
    return result;
  }
  std::vector<CallRecord> records() {
    std::vector<CallRecord> result;
    for (const auto& record : *journal_->unacknowledged())
      result.push_back(*CallRecord::decode(record.payload));
    return result;
  }
  std::size_t count() { return records().size(); }

  call::ChannelId id(const std::string& who) const { return ids_.at(who); }
  void emit(decltype(call::CallEvent::what) what) {
    recorder.on_call_event({base::WallTime(std::chrono::seconds(kEpoch + now_)), std::move(what)});
  }
  void create(const std::string& who, bool incoming, config::CallerId caller_id,
              const std::string& extension) {
    ids_[who] = {next_id_++, 1};
    extension_[who] = extension;
    if (linked_.empty() || incoming) linked_ = fmt::format("{}.{}", kEpoch, next_id_);
    emit(call::ChannelCreated{ids_[who], "SIP/" + who, fmt::format("{}.{}", kEpoch, next_id_), linked_,
                              "account-" + who, who, incoming, caller_id, "office", extension});
  }
  void hangup(const std::string& who, Cause cause, bool by_peer) {
    emit(call::ChannelHangup{id(who), cause, by_peer});
  }

 private:
  static constexpr std::int64_t kEpoch = 1'767'323'045;
  static std::string second(std::int64_t microseconds) {
    return std::to_string(microseconds / 1'000'000 - kEpoch);
  }
  TempFolder folder_;
  std::unique_ptr<store::Journal> journal_ =
      *store::Journal::open(folder_ / "journal", {.segment_bytes = 1 << 20, .reserve_bytes = 4096});
  std::map<std::string, call::ChannelId> ids_;
  std::map<std::string, std::string> extension_;
  std::string linked_;
  std::uint32_t next_id_ = 1;
  int now_ = 0;

 protected:
  int woken = 0;
  Recorder recorder{*journal_, [this] { ++woken; }};
};

}  // namespace polyfon::cdr
