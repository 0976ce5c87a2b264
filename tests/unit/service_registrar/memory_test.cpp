// What a registration costs in memory, and that bytes() tells the truth about it.
#include <malloc.h>

#include "unit/service_registrar/office.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#include <sanitizer/allocator_interface.h>
#define POLYFON_SANITIZED 1
#endif
#endif

namespace polyfon::registrar {
namespace {

std::size_t allocated() {
#ifdef POLYFON_SANITIZED
  return __sanitizer_get_current_allocated_bytes();
#else
  return ::mallinfo2().uordblks;
#endif
}

class Memory : public Office {
 protected:
  static constexpr int kPhones = 1000;
  // A fleet of ordinary phones.
  void SetUp() override {
    auto fresh = std::make_shared<config::Snapshot>(*snapshot);
    for (int i = 0; i < kPhones; ++i) {
      auto endpoint = phone(std::to_string(3000 + i));
      endpoint->qualify = qualify;
      fresh->endpoint_by_name[endpoint->name] = endpoint;
    }
    use(fresh);
    for (int i = 0; i < kPhones; ++i) {
      auto name = std::to_string(3000 + i);
      stored.push_back({name, "sip:1001@192.0.2.10:5062;transport=udp", std::string(30, 'c'),
                        std::string(30, 'u'), "", 1, "udp:0:192.0.2.10:5062", SimClock::kWall + 3000});
    }
  }
  void expect_honest() {
    auto before = allocated(), claimed_before = registrar->bytes();
    registrar->restore(stored);
    auto used = allocated() - before, claimed = registrar->bytes() - claimed_before;
    ASSERT_EQ(registrar->binding_count(), static_cast<std::size_t>(kPhones));
    RecordProperty("claimed_bytes_each", static_cast<int>(claimed / kPhones));
    RecordProperty("used_bytes_each", static_cast<int>(used / kPhones));
    EXPECT_LE(registrar->bytes() / kPhones, Binding::kMaxBytes);
    EXPECT_LE(used / kPhones, Binding::kMaxBytes);
    EXPECT_LE(used, claimed + claimed / 20)
        << "it claims " << claimed / kPhones << ", it uses " << used / kPhones;
#ifndef POLYFON_SANITIZED  // there blocks are counted without malloc's share
    EXPECT_GE(used, claimed - claimed / 10)
        << "it claims " << claimed / kPhones << ", it uses " << used / kPhones;
#endif
  }
  bool qualify = false;
  std::vector<StoredBinding> stored;
};

TEST_F(Memory, a_registration_takes_at_most_500_bytes) { expect_honest(); }

class QualifiedMemory : public Memory {
 protected:
  QualifiedMemory() { qualify = true; }
};

TEST_F(QualifiedMemory, with_qualify_too) { expect_honest(); }

TEST_F(Memory, what_has_left_takes_nothing) {
  auto empty = registrar->bytes();
  registrar->restore(stored);
  advance(std::chrono::seconds(3002));
  ASSERT_EQ(registrar->binding_count(), 0u);
  // The table of the map stays as large as it was.
  EXPECT_LE(registrar->bytes(), empty + 20'000);
}

}  // namespace
}  // namespace polyfon::registrar
