// IncomingRequest::State: what an IncomingRequest has to remember until it is answered. thread: control.
#pragma once
#include <optional>

#include "sip/dialog/core.h"
#include "sip/dialog/response_head.h"

namespace polyfon::sip {

struct IncomingRequest::State {
  State(UserAgentCore& owner, const Incoming& request);
  ~State();

  // The handler kept it: what is needed of the message is copied, and repeated requests are absorbed from now
  // on.
  void detach();
  void open_transaction();
  void on_late(base::Instant now);

  UserAgentCore& core;
  const Incoming* incoming;  // null once its handler has returned
  const Flow flow;           // the way it came
  const Flow response_flow;
  const ServerKeys keys;
  const Method method;
  ServerId transaction;
  std::optional<ResponseHead> head;
  bool done = false;
  base::Timer late = base::Timer::of<&State::on_late>(this);  // when it is time for a 100
};

}  // namespace polyfon::sip
