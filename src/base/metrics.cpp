#include "base/metrics.h"

#include <utility>

namespace polyfon::base {

void MetricsRegistry::add(std::string name, std::string labels, std::string help, const Counter& counter) {
  add(std::move(name), std::move(labels), std::move(help),
      Read([&counter] { return static_cast<std::int64_t>(counter.value()); }));
}

void MetricsRegistry::add(std::string name, std::string labels, std::string help, const Gauge& gauge) {
  add(std::move(name), std::move(labels), std::move(help), Read([&gauge] { return gauge.value(); }));
}

void MetricsRegistry::add(std::string name, std::string labels, std::string help, Read read) {
  std::lock_guard lock(mutex_);
  entries_.push_back({std::move(name), std::move(labels), std::move(help), std::move(read)});
}

std::vector<MetricsRegistry::Sample> MetricsRegistry::read() const {
  std::lock_guard lock(mutex_);
  std::vector<Sample> samples;
  samples.reserve(entries_.size());
  for (const Entry& entry : entries_) samples.push_back({entry.name, entry.labels, entry.help, entry.read()});
  return samples;
}

}  // namespace polyfon::base
