// CallState: what the plan remembers of one channel beside its position and its variables: the stack of
// subroutines and macros with the variables local to them, the loops it is in, its timeouts, its last
// exception. It goes with the channel. thread: control.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/timer_wheel.h"
#include "call/channel.h"
#include "call/script.h"

namespace polyfon::dialplan {

inline constexpr base::Duration kResponseTimeout = std::chrono::seconds(10);  // TIMEOUT(response)
inline constexpr base::Duration kDigitTimeout = std::chrono::seconds(5);      // TIMEOUT(digit)
inline constexpr std::size_t kMaxSubroutines = 500;  // within each other; more is a recursion without end
inline constexpr std::size_t kMaxLoops = 100;

// One Gosub() or Macro() that has not returned.
struct Subroutine {
  enum class Kind { kGosub, kMacro } kind = Kind::kGosub;
  call::DialplanPosition caller;  // the step that called; the call goes on behind it
  std::string context;            // kMacro: leaving it ends the macro
  int arguments = 0;              // ARGC
  // The variables that are local to it, each with what it hides.
  std::vector<std::pair<std::string, std::optional<std::string>>> hidden;
};

// A While() that the call is in: where it stands, and how deep in subroutines.
struct Loop {
  call::DialplanPosition at;
  std::size_t depth = 0;
};

struct Exception {
  std::string reason;
  call::DialplanPosition at;
};

class CallState final : public call::ScriptState {
 public:
  explicit CallState(call::Channel& channel) : channel_(channel) {}
  // The channel's; made when it has none.
  static CallState& of(call::Channel& channel);
  static const CallState* find(const call::Channel& channel);

  // --- subroutines ---
  const std::vector<Subroutine>& subroutines() const { return subroutines_; }
  base::Result<> enter(Subroutine subroutine);
  // Leaves the innermost one: what it hid comes back. nullopt: there is none.
  std::optional<Subroutine> leave();
  // A variable of the innermost subroutine: set again, or new and hiding one of that name. False: none is
  // running.
  bool set_local(std::string_view name, std::string_view value);
  // The value that the name has for the subroutine `level` calls further out; nullopt: it is not local there.
  std::optional<std::string> local(std::string_view name, std::size_t level = 0) const;

  // --- loops ---
  std::vector<Loop> loops;
  std::optional<call::DialplanPosition> false_if;  // If() that was false: its ElseIf() is still to be asked

  // --- timeouts ---
  base::Duration response_timeout = kResponseTimeout;
  base::Duration digit_timeout = kDigitTimeout;
  // TIMEOUT(absolute): the call ends so long from now, at extension T if there is one; zero: never.
  void set_absolute_timeout(base::Duration time, base::Instant now);
  std::optional<base::Instant> absolute_deadline() const { return absolute_deadline_; }
  bool take_expired() { return std::exchange(expired_, false); }

  std::optional<Exception> exception;

 private:
  void on_expired(base::Instant);

  call::Channel& channel_;
  std::vector<Subroutine> subroutines_;
  std::optional<base::Instant> absolute_deadline_;
  bool expired_ = false;
  base::Timer timer_ = base::Timer::of<&CallState::on_expired>(this);
};

}  // namespace polyfon::dialplan
