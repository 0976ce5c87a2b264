// ScriptRunner: how call starts dialplan without knowing it; dialplan implements it. The task lives in the
// channel and is destroyed with it or when the channel is sent elsewhere. thread: control.
#pragma once
#include <string>
#include <string_view>

#include "base/task.h"
#include "call/ids.h"

namespace polyfon::call {

struct DialplanPosition {
  std::string context;
  std::string extension = "s";
  int priority = 1;
};

// What a script runner keeps with a channel: its stack of subroutines, its timeouts. It goes with the
// channel.
class ScriptState {
 public:
  virtual ~ScriptState() = default;
};

class ScriptRunner {
 public:
  virtual ~ScriptRunner() = default;
  // Runs the plan from there until the plan ends the call (the task returns: hang up).
  virtual base::Task<> run(ChannelId channel, DialplanPosition start) = 0;
  // Runs the `h` extension of the context where the channel was, when there is one. The channel is down
  // already.
  virtual base::Task<> run_hangup(ChannelId channel, std::string context) = 0;
  // Whether an incoming call to that extension can start there, needs more digits (484), or finds nothing
  // (404).
  enum class Reach { kYes, kMoreDigits, kNo };
  virtual Reach reach(std::string_view context, std::string_view extension,
                      std::string_view caller_number) const = 0;
};

}  // namespace polyfon::call
