// $[...] of any kind: nothing crashes or lasts, and results stay within their limits. Input: one expression.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "dialplan/expression.h"

namespace {

class Silent final : public polyfon::dialplan::Reporter {
 public:
  void warn(std::string text) override {
    if (text.empty()) std::abort();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using polyfon::dialplan::Expression;
  if (size > polyfon::dialplan::kMaxExpression + 16) return 0;
  Silent silent;
  Expression expression({reinterpret_cast<const char*>(data), size}, silent);
  std::size_t calls = 0;
  while (auto call = expression.run()) {
    if (++calls > size) std::abort();
    expression.give(call->arguments.substr(0, 512));
  }
  if (expression.result().size() > 64 * (polyfon::dialplan::kMaxExpression + 16)) std::abort();
  return 0;
}
