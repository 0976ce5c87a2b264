#include "sdp/session_description.h"

namespace polyfon::sdp {

std::string_view to_string(Direction direction) {
  switch (direction) {
    case Direction::kSendOnly: return "sendonly";
    case Direction::kRecvOnly: return "recvonly";
    case Direction::kInactive: return "inactive";
    case Direction::kSendRecv: break;
  }
  return "sendrecv";
}

Direction reversed(Direction direction) {
  if (direction == Direction::kSendOnly) return Direction::kRecvOnly;
  if (direction == Direction::kRecvOnly) return Direction::kSendOnly;
  return direction;
}

Direction both(Direction a, Direction b) {
  bool send = sends(a) && sends(b);
  bool receive = receives(a) && receives(b);
  if (send) return receive ? Direction::kSendRecv : Direction::kSendOnly;
  return receive ? Direction::kRecvOnly : Direction::kInactive;
}

const Media* SessionDescription::audio() const {
  const Media* first = nullptr;
  for (const Media& m : media) {
    if (m.type != "audio") continue;
    if (m.port != 0) return &m;
    if (!first) first = &m;
  }
  return first;
}

}  // namespace polyfon::sdp
