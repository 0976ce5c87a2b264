// TimeSpec: "times,weekdays,mdays,months[,zone]" of include => and GotoIfTime (asterisk 1.8): fields `*`,
// lists with '&', ranges that wrap round with both ends in. Compiled once, asked with the time. Pure. thread:
// any.
#pragma once
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace polyfon::dialplan {

class TimeSpec {
 public:
  TimeSpec() = default;  // always
  // Fields are separated by ',' or '|'. What is wrong is skipped, as Asterisk does, and said in `warnings`.
  static TimeSpec parse(std::string_view text, std::vector<std::string>& warnings);

  bool always() const { return always_; }
  bool matches(base::WallTime when) const;
  const std::string& zone() const { return zone_; }  // empty: the machine's

 private:
  static constexpr int kMinutesOfDay = 24 * 60;
  bool always_ = true;
  std::bitset<kMinutesOfDay> minutes_;
  std::uint32_t weekdays_ = 0x7f;  // bit 0: Sunday
  std::uint32_t days_ = 0x7fffffff;
  std::uint32_t months_ = 0xfff;
  std::string zone_;
};

}  // namespace polyfon::dialplan
