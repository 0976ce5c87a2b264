#include "base/metrics.h"

#include <thread>

#include <gtest/gtest.h>

namespace polyfon::base {
namespace {

TEST(Metrics, counter_counts) {
  Counter counter;
  counter.add();
  counter.add(41);
  EXPECT_EQ(counter.value(), 42u);
}

TEST(Metrics, gauge_goes_up_and_down) {
  Gauge gauge;
  gauge.set(5);
  gauge.add(-7);
  EXPECT_EQ(gauge.value(), -2);
}

TEST(Metrics, registry_reads_what_was_added_in_order) {
  MetricsRegistry registry;
  Counter dropped;
  Gauge calls;
  registry.add("polyfon_sip_dropped_total", "reason=\"malformed\"", "Messages dropped.", dropped);
  registry.add("polyfon_calls", "", "Calls now.", calls);
  registry.add("polyfon_uptime_seconds", "", "Seconds since the start.", [] { return std::int64_t{7}; });
  dropped.add(3);
  calls.set(2);
  auto samples = registry.read();
  ASSERT_EQ(samples.size(), 3u);
  EXPECT_EQ(samples[0].name, "polyfon_sip_dropped_total");
  EXPECT_EQ(samples[0].labels, "reason=\"malformed\"");
  EXPECT_EQ(samples[0].help, "Messages dropped.");
  EXPECT_EQ(samples[0].value, 3);
  EXPECT_EQ(samples[1].value, 2);
  EXPECT_EQ(samples[2].value, 7);
  dropped.add();
  EXPECT_EQ(registry.read()[0].value, 4);
}

TEST(Metrics, counters_are_read_while_their_thread_writes) {
  MetricsRegistry registry;
  Counter counter;
  registry.add("polyfon_test_total", "", "Test.", counter);
  std::jthread writer([&] {
    for (int i = 0; i < 100'000; ++i) counter.add();
  });
  std::int64_t last = 0;
  for (int i = 0; i < 100; ++i) {
    std::int64_t value = registry.read()[0].value;
    EXPECT_GE(value, last);
    last = value;
  }
  writer.join();
  EXPECT_EQ(registry.read()[0].value, 100'000);
}

}  // namespace
}  // namespace polyfon::base
