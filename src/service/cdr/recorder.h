// Recorder: turns call events into rows and journals each when its attempt ends, before the message that ends
// the call leaves (events are synchronous). One row per attempt: one for each leg that was dialled; one for a
// call that dialled nobody; one for what an answered caller did after its last dial, or for its last Dial
// when that reached nobody. thread: control.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "call/events.h"
#include "service/cdr/call_record.h"
#include "store/journal.h"

namespace polyfon::cdr {

class Recorder final : public call::EventReader {
 public:
  using Written = std::function<void()>;  // a record was journalled: wake the writer
  Recorder(store::Journal& journal, Written written);
  ~Recorder() override;
  void on_call_event(const call::CallEvent& event) override;
  std::uint64_t lost() const;  // rows that neither disk nor reserve took

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::cdr
