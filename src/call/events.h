// Call events: what happened, written once; CDR, the console and later AMI, ARI and the live board are
// readers of them (architecture, "The way of a call" 7). Emitted synchronously on the control thread, in
// order, before the message that tells a peer of it leaves: an EventReader that journals has journalled
// first. thread: control.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "call/hangup_cause.h"
#include "call/ids.h"
#include "config/snapshot.h"

namespace polyfon::call {

enum class DialStatus { kAnswer, kBusy, kNoAnswer, kCancel, kCongestion, kChanUnavail, kInvalidArgs };
std::string_view to_string(DialStatus status);  // "CHANUNAVAIL"

struct ChannelCreated {
  ChannelId channel;
  std::string name;       // "SIP/1001-00000001"
  std::string unique_id;  // "1700000000.1"
  std::string linked_id;  // unique id of the first channel of the call
  std::string account_code;
  std::string endpoint;   // "1001"; empty for a guest
  bool incoming = false;  // it called us; else we called it
  config::CallerId caller_id;
  std::string context, extension;  // where it starts
};
struct ChannelRinging {
  ChannelId channel;
};
struct ChannelAnswered {
  ChannelId channel;
};
struct ApplicationStarted {  // a dialplan step
  ChannelId channel;
  std::string context, extension;
  int priority;
  std::string application, arguments;
};
struct DialBegin {
  ChannelId caller, callee;
  std::string dial_string;
};
struct DialEnd {
  ChannelId caller, callee;
  DialStatus status;
  HangupCause cause;
};
struct BridgeEnter {
  ChannelId a, b;
};
struct BridgeLeave {
  ChannelId a, b;
};
struct ChannelHangup {
  ChannelId channel;
  HangupCause cause;
  bool by_peer;
};

struct CallEvent {
  base::WallTime when;
  std::variant<ChannelCreated, ChannelRinging, ChannelAnswered, ApplicationStarted, DialBegin, DialEnd,
               BridgeEnter, BridgeLeave, ChannelHangup>
      what;
};

class EventReader {
 public:
  virtual ~EventReader() = default;
  virtual void on_call_event(const CallEvent& event) = 0;
};

class EventStream {
 public:
  void subscribe(EventReader& reader) { readers_.push_back(&reader); }
  void emit(const CallEvent& event) {
    for (EventReader* reader : readers_) reader->on_call_event(event);
  }

 private:
  std::vector<EventReader*> readers_;
};

}  // namespace polyfon::call
