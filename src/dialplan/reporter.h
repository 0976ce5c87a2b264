// Reporter: who hears what is wrong with a text of the plan while it is expanded: the loader's diagnostics,
// or the log, once for each place. thread: its owner's.
#pragma once
#include <string>

namespace polyfon::dialplan {

class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void warn(std::string text) = 0;
};

}  // namespace polyfon::dialplan
