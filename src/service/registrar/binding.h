// Binding: one contact of one account, packed: its texts in one allocation, its times as seconds, so that a
// registration stays below kMaxBytes with everything (performance 3.8). thread: control.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/timer_wheel.h"
#include "sip/transaction/flow.h"

namespace polyfon::registrar {

struct BindingTexts {
  std::string_view contact_uri, call_id, user_agent, path;
};

class Binding {
 public:
  static constexpr std::size_t kMaxBytes = 500;  // measured by Registrar::bytes() over a fleet of phones

  explicit Binding(const BindingTexts& texts);

  std::string_view contact_uri() const { return text(0); }
  std::string_view call_id() const { return text(1); }
  std::string_view user_agent() const { return text(2); }
  std::string_view path() const { return text(3); }  // as received: a comma list
  void set_texts(const BindingTexts& texts);

  sip::Flow flow;
  std::uint32_t cseq = 0;
  base::Instant expires{};
  std::size_t bytes() const { return sizeof *this + ends_[3]; }

 private:
  std::string_view text(int i) const {
    std::size_t begin = i ? ends_[i - 1] : 0;
    return {texts_.get() + begin, ends_[i] - begin};
  }
  std::unique_ptr<char[]> texts_;
  std::uint32_t ends_[4] = {};
};

}  // namespace polyfon::registrar
