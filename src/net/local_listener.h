// The listening Unix socket of local_socket.h: a stale file is replaced, a live server or another file is
// left alone.
#pragma once
#include <string>

#include "base/result.h"

namespace polyfon::net {

// A non-blocking descriptor that listens at `path` with mode 0660; it is the caller's, as is the file.
base::Result<int> open_local_listener(const std::string& path);

}  // namespace polyfon::net
