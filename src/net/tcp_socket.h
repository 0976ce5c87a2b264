// The system calls of TCP that streams and listeners share. Descriptors are non-blocking. thread: any.
#pragma once
#include <string>

#include "base/result.h"
#include "base/socket_address.h"

namespace polyfon::net {

// The error names address, port and reason ("TCP port 5060 of 0.0.0.0 is in use by another program").
base::Result<int> listen_tcp(const base::SocketAddress& local);
// Begins to connect, from `local` when it is not unspecified.
base::Result<int> open_tcp(const base::SocketAddress& local, const base::SocketAddress& remote);
// No delay of small writes; a peer that has vanished is noticed.
void set_stream_options(int fd);
base::SocketAddress local_address(int fd);
std::string describe_connect(const base::SocketAddress& remote, int error);

}  // namespace polyfon::net
