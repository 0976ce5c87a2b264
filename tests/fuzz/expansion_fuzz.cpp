// ${...} in texts of any kind, without a channel: nothing crashes, and the limits hold. Input: lines;
// NAME=value sets a global, all else is expanded, split into arguments and read as options and as a place to
// go to.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "dialplan/application.h"
#include "dialplan/expansion.h"
#include "dialplan/extension_line.h"
#include "dialplan/local_time.h"
#include "dialplan/time_spec.h"
#include "dialplan/variables.h"

namespace {

using namespace polyfon;

class Silent final : public dialplan::Reporter {
 public:
  void warn(std::string) override {}
};

base::Task<std::string> read_twice(dialplan::ExpansionContext, std::string arguments) {
  co_return arguments + arguments;
}
const dialplan::FunctionRegistration kTwice{{{"TWICE", {}, {}, {}}, read_twice, nullptr}};

void require(bool condition) {
  if (!condition) std::abort();
}

void read_as_arguments(std::string_view text) {
  for (std::size_t max : {std::size_t{1}, std::size_t{3}, std::size_t{64}})
    require(dialplan::split_arguments(text, max).size() <= max);
  static_cast<void>(dialplan::parse_options(text, "tTmrL"));
  static_cast<void>(dialplan::parse_time_length(text));
  std::vector<std::string> said;
  static_cast<void>(dialplan::parse_application(text, said));
  static_cast<void>(dialplan::without_blanks(text));
  static_cast<void>(dialplan::shrink_number(text));
  std::string_view rest = text;
  static_cast<void>(dialplan::take_extension(rest));
  static_cast<void>(dialplan::take_priority(rest));
  static_cast<void>(dialplan::TimeSpec::parse(text, said).matches(base::WallTime{}));
  static_cast<void>(dialplan::format_time(base::WallTime{}, "", text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > dialplan::kMaxExpandedBytes) return 0;
  dialplan::Globals globals;
  Silent silent;
  const dialplan::ExpansionContext context{.globals = &globals, .reporter = &silent};
  for (std::string_view line : base::split({reinterpret_cast<const char*>(data), size}, '\n')) {
    const auto equals = line.find('=');
    if (equals != std::string_view::npos && line.find('$') == std::string_view::npos) {
      static_cast<void>(dialplan::assign(context, line));
      continue;
    }
    const std::string out = dialplan::expand_now(context, std::string(line));
    require(out.size() <= std::max(dialplan::kMaxExpandedBytes, line.size()));
    read_as_arguments(line);
    for (int number : {0, 1, -1, 2147483647, -2147483647 - 1})
      require(dialplan::substring(line, number, number / -2).size() <= line.size());
  }
  return 0;
}
