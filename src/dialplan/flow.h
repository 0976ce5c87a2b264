// Flow: where a call goes next in the plan: __ast_pbx_run (asterisk 1.4) without its waiting and its noise.
// It holds the position and the digits that are being dialled; asked with a plan, a caller and a time, it
// says what to do: run a step, collect digits, end. Pure: the Interpreter does what it says. thread: its
// owner's.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "call/script.h"
#include "dialplan/application.h"
#include "dialplan/call_state.h"
#include "dialplan/plan.h"

namespace polyfon::dialplan {

inline constexpr base::Duration kFallthroughTone = std::chrono::seconds(10);
inline constexpr std::size_t kMaxDialledDigits = 80;

class Flow {
 public:
  struct View {  // what a lookup depends on
    const Plan& plan;
    std::string_view caller_number;
    base::WallTime now;
    base::Duration response_timeout = kResponseTimeout;
    base::Duration digit_timeout = kDigitTimeout;
  };
  struct Next {
    enum class Kind {
      kStep,        // run `found`
      kCollect,     // wait `timeout` for a digit while wants_more(), then collected()
      kCongestion,  // tell the caller for kFallthroughTone, then end
      kBusy,        // the same
      kHangup,
    } kind = Kind::kHangup;
    Plan::Found found;
    base::Duration timeout{};
    std::optional<std::string> invalid_extension;  // INVALID_EXTEN is to be set
    std::optional<Exception> exception;            // `e` is gone to: what EXCEPTION() tells
    std::string note;                              // why, when it is worth a line in the log
  };

  // `position` is the channel's own: applications write it, and so does the Flow.
  explicit Flow(call::DialplanPosition& position) : position_(position) {}

  // The first step: where the position is, `s` when that does not exist.
  Next begin(const View& view);
  // What follows a step that ran at `ran` with this result. `dial_status` is the channel's DIALSTATUS.
  Next after(const View& view, const call::DialplanPosition& ran, const AppResult& result,
             std::string_view dial_status);
  // TIMEOUT(absolute) is over: `T`, else `e`, else the end.
  Next timed_out(const View& view);
  // The step at the position, or what happens where there is none.
  Next look(const View& view, std::string_view dial_status);

  // Digits: more are wanted while some extension could match more of them.
  bool wants_more(const View& view) const;
  void dialled(char digit);
  Next collected(const View& view);

 private:
  Next step_or_end(const View& view, Next next);
  Next unknown_extension(const View& view, const std::string& extension);
  // `e` with that reason; nullopt: the context has none.
  std::optional<Next> exception(const View& view, std::string_view reason);
  bool exists(const View& view, std::string_view extension) const;
  void go_to(std::string_view extension);

  call::DialplanPosition& position_;
  std::string digits_;
};

}  // namespace polyfon::dialplan
