// polyfon.conf: what Asterisk's files cannot say. Its keys are one table, which docs/polyfon-conf.md repeats
// and a unit test compares. thread: any.
#pragma once
#include <string_view>
#include <vector>

namespace polyfon::config {

struct PolyfonKey {
  std::string_view section, name, type, default_value, range, help;
};
std::vector<PolyfonKey> polyfon_keys();

}  // namespace polyfon::config
