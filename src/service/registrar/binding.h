// Binding: one contact of one account, packed: its texts in one allocation, so that a registration stays
// below kMaxBytes with everything (performance 3.8). thread: control.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/time.h"
#include "sip/transaction/flow.h"

namespace polyfon::registrar {

struct BindingTexts {
  std::string_view contact_uri, call_id, user_agent, path;
  std::string_view instance = {};
};

enum class ContactStatus : std::uint8_t { kUnmonitored, kUnknown, kOk, kLagged, kUnreachable };

// What glibc's malloc takes for a block.
constexpr std::size_t heap_bytes(std::size_t size) {
  return size == 0 ? 0 : size <= 24 ? 32 : (size + 8 + 15) / 16 * 16;
}

class Binding {
 public:
  static constexpr std::size_t kMaxBytes = 500;  // measured by Registrar::bytes() over a fleet of phones
  static constexpr base::Instant kNever = base::Instant::max();  // expires: of a fixed host, not registered

  explicit Binding(const BindingTexts& texts);

  std::string_view contact_uri() const { return text(0); }
  std::string_view call_id() const { return text(1); }
  std::string_view user_agent() const { return text(2); }
  std::string_view path() const { return text(3); }      // as received: a comma list
  std::string_view instance() const { return text(4); }  // +sip.instance without <>; "": none
  void set_texts(const BindingTexts& texts);
  bool is_fixed() const { return expires == kNever; }
  std::size_t text_bytes() const { return heap_bytes(ends_[kTexts - 1]); }  // besides the Binding itself

 private:
  std::string_view text(int i) const {
    std::size_t begin = i ? ends_[i - 1] : 0;
    return {texts_.get() + begin, ends_[i] - begin};
  }
  static constexpr int kTexts = 5;
  std::unique_ptr<char[]> texts_;
  std::uint16_t ends_[kTexts] = {};  // their limits add up to less than 64 KiB (register_request.cpp)

 public:
  std::uint16_t q = 1000;    // thousandths
  std::uint32_t reg_id = 0;  // RFC 5626: it is that flow of that instance, whatever its Contact; 0: ordinary
  std::uint32_t cseq = 0;
  sip::Flow flow;
  base::Instant expires{};

  // What qualify= found (probe.h).
  base::Instant asked{};         // when the last OPTIONS left
  std::uint32_t round_trip = 0;  // milliseconds, of the last answer
  ContactStatus status = ContactStatus::kUnknown;
  bool waiting = false;  // no answer to the last OPTIONS yet
};

}  // namespace polyfon::registrar
