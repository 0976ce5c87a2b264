// Metrics: counters and gauges with one writing thread each, read from any. A module keeps them in a struct
// of its own and registers the struct's members under their names (polyfon_sip_dropped_total{reason="..."})
// with the Registry that src/main owns. Incrementing is one relaxed store: fit for the packet path.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace polyfon::base {

class Counter {
 public:
  void add(std::uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void add(std::int64_t n) { set(value() + n); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

class MetricsRegistry {
 public:
  struct Sample {
    std::string name;    // polyfon_sip_dropped_total
    std::string labels;  // reason="malformed", or empty
    std::string help;    // one sentence
    std::int64_t value;
  };
  using Read = std::function<std::int64_t()>;  // called on the reader's thread

  // `counter` must outlive the registry's last read.
  void add(std::string name, std::string labels, std::string help, const Counter& counter);
  void add(std::string name, std::string labels, std::string help, const Gauge& gauge);
  void add(std::string name, std::string labels, std::string help, Read read);
  std::vector<Sample> read() const;

 private:
  struct Entry {
    std::string name, labels, help;
    Read read;
  };
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace polyfon::base
