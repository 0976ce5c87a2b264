// Where an InviteSession's requests in the dialog go when Contact or route is a host name: RFC 3263 4. The
// first request has it looked up and waits; those that follow wait behind it. Before the dialog is confirmed,
// requests go the way of the INVITE.
#include "sip/dialog/core.h"
#include "sip/dialog/invite_session.h"

namespace polyfon::sip {

bool InviteSession::waits_for_location() const {
  if (!core_.locator() || state_ == SessionState::kCalling) return false;
  return locating_ || dialog_.unlocated_hop();
}

void InviteSession::postpone(Postponed request) {
  postponed_.push_back(std::move(request));
  if (locating_) return;
  locating_ = true;
  auto destination = Destination::of(*dialog_.unlocated_hop());
  dialog_.located = dialog_.next_hop();
  if (!destination) return located({});
  core_.locate(id_, std::move(*destination));
}

void InviteSession::located(std::vector<Flow> flows) {
  locating_ = false;
  if (state_ == SessionState::kOver) return;
  // It may have moved meanwhile: then the first of these asks again.
  if (dialog_.located == dialog_.next_hop()) dialog_.locate(std::move(flows));
  for (Postponed& request : std::exchange(postponed_, {})) request();
}

}  // namespace polyfon::sip
