#include "dialplan/flow.h"

#include <fmt/format.h>

#include "base/text.h"

namespace polyfon::dialplan {

using Kind = Flow::Next::Kind;

bool Flow::exists(const View& view, std::string_view extension) const {
  return view.plan.matches(position_.context, extension, MatchMode::kMatch, view.caller_number, view.now);
}

void Flow::go_to(std::string_view extension) {
  position_.extension = extension;
  position_.priority = 1;
}

Flow::Next Flow::begin(const View& view) {
  if (position_.extension.empty()) go_to("s");
  if (!exists(view, position_.extension) && exists(view, "s") &&
      !view.plan.find(position_.context, position_.extension, position_.priority, view.caller_number,
                      view.now))
    go_to("s");
  return look(view, {});
}

Flow::Next Flow::after(const View& view, const call::DialplanPosition& ran, const AppResult& result,
                       std::string_view dial_status) {
  switch (result.next) {
    case AppResult::Next::kHangup: return {};
    case AppResult::Next::kJump: break;
    case AppResult::Next::kDigit:
      if (!result.context.empty()) position_.context = result.context;
      digits_.assign(1, result.digit);
      return Next{.kind = Kind::kCollect, .timeout = view.digit_timeout};
    case AppResult::Next::kIncomplete:
      digits_ = position_.extension;
      if (wants_more(view)) return Next{.kind = Kind::kCollect, .timeout = view.digit_timeout};
      digits_.clear();
      return unknown_extension(view, position_.extension);
    case AppResult::Next::kException: return exception(view, result.context).value_or(Next{});
    case AppResult::Next::kContinue: {
      const bool moved = position_.context != ran.context || position_.extension != ran.extension ||
                         position_.priority != ran.priority;
      if (!moved) ++position_.priority;
    }
  }
  return look(view, dial_status);
}

Flow::Next Flow::look(const View& view, std::string_view dial_status) {
  Next next;
  next.found = view.plan.find(position_.context, position_.extension, position_.priority, view.caller_number,
                              view.now);
  if (next.found) {
    next.kind = Kind::kStep;
    return next;
  }
  // An extension without priority 1 does not exist (any more: a reload, a bad Goto).
  if (!exists(view, position_.extension)) return unknown_extension(view, position_.extension);
  if (!view.plan.settings().autofallthrough) {
    digits_.clear();
    next.kind = Kind::kCollect;
    next.timeout = view.response_timeout;
    return next;
  }
  if (dial_status == "CONGESTION" || dial_status == "CHANUNAVAIL")
    next.kind = Kind::kCongestion;
  else if (dial_status == "BUSY")
    next.kind = Kind::kBusy;
  else
    next.kind = Kind::kHangup;
  return next;
}

// `i` of the context, else `e`, else the end.
Flow::Next Flow::unknown_extension(const View& view, const std::string& extension) {
  const std::string dialled = extension;
  if (exists(view, "i")) {
    Next next;
    go_to("i");
    next.invalid_extension = dialled;
    return step_or_end(view, std::move(next));
  }
  if (auto caught = exception(view, "INVALID")) return std::move(*caught);
  return Next{.note =
                  fmt::format("'{}' is not in context '{}', and there is no extension i or e: the call ends",
                              base::printable(dialled), position_.context)};
}

std::optional<Flow::Next> Flow::exception(const View& view, std::string_view reason) {
  if (!exists(view, "e")) return std::nullopt;
  Next next;
  next.exception = Exception{std::string(reason), position_};
  go_to("e");
  return step_or_end(view, std::move(next));
}

Flow::Next Flow::timed_out(const View& view) {
  digits_.clear();
  if (exists(view, "T")) {
    go_to("T");
    return step_or_end(view, {});
  }
  if (auto caught = exception(view, "ABSOLUTETIMEOUT")) return std::move(*caught);
  return Next{.note = "TIMEOUT(absolute) is over, and there is no extension T or e: the call ends"};
}

Flow::Next Flow::step_or_end(const View& view, Next next) {
  next.found = view.plan.find(position_.context, position_.extension, position_.priority, view.caller_number,
                              view.now);
  next.kind = next.found ? Kind::kStep : Kind::kHangup;
  return next;
}

bool Flow::wants_more(const View& view) const {
  return digits_.size() < kMaxDialledDigits &&
         view.plan.matches(position_.context, digits_, MatchMode::kMatchMore, view.caller_number, view.now);
}

void Flow::dialled(char digit) { digits_ += digit; }

Flow::Next Flow::collected(const View& view) {
  const std::string extension = std::move(digits_);
  digits_.clear();
  if (!extension.empty() && exists(view, extension)) {
    go_to(extension);
    return step_or_end(view, {});
  }
  if (!extension.empty()) return unknown_extension(view, extension);
  if (exists(view, "t")) {
    go_to("t");
    return step_or_end(view, {});
  }
  if (auto caught = exception(view, "RESPONSETIMEOUT")) return std::move(*caught);
  Next next;
  next.note =
      fmt::format("nothing was dialled in context '{}', and there is no extension t or e: the call ends",
                  position_.context);
  return next;
}

}  // namespace polyfon::dialplan
