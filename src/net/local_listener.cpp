#include "net/local_listener.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace polyfon::net {
namespace {

using base::ErrorCode;
using base::Result;

constexpr mode_t kMode = 0660;
constexpr int kBacklog = 16;

std::unexpected<base::Error> refused(const std::string& path, const char* what, int error) {
  ErrorCode code = error == EACCES || error == EPERM ? ErrorCode::kDenied : ErrorCode::kIo;
  return base::fail(code,
                    fmt::format("cannot {} the control socket {}: {}", what, path, std::strerror(error)));
}

int open_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

// Whether `path` may be taken: nothing is there, or a socket that no process listens on.
Result<> check_free(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0)
    return errno == ENOENT ? Result<>{} : refused(path, "look at", errno);
  if (!S_ISSOCK(status.st_mode))
    return base::fail(ErrorCode::kExists,
                      fmt::format("{} is to be the control socket, but is another file", path));
  int fd = open_socket();
  if (fd < 0) return refused(path, "open", errno);
  sockaddr_un address = address_of(path);
  int result = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  int error = result == 0 ? 0 : errno;
  ::close(fd);
  if (error == ECONNREFUSED || error == ENOENT) return {};
  if (error == 0 || error == EAGAIN)  // EAGAIN: it lives and its backlog is full
    return base::fail(ErrorCode::kExists,
                      fmt::format("another exchange answers at the control socket {}", path));
  return refused(path, "try", error);
}

}  // namespace

// Made under another name and moved into place: whoever finds the path finds a socket with its mode that
// listens.
Result<int> open_local_listener(const std::string& path) {
  const std::string fresh = path + ".new";
  sockaddr_un address{};
  if (fresh.size() >= sizeof address.sun_path)
    return base::fail(ErrorCode::kLimit,
                      fmt::format("the path {} is too long for a socket: at most {} bytes", path,
                                  sizeof address.sun_path - 1 - (fresh.size() - path.size())));
  address = address_of(fresh);
  if (auto free = check_free(path); !free) return std::unexpected(free.error());
  int fd = open_socket();
  if (fd < 0) return refused(path, "open", errno);
  ::unlink(fresh.c_str());
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::chmod(fresh.c_str(), kMode) == 0 && ::listen(fd, kBacklog) == 0 &&
      ::rename(fresh.c_str(), path.c_str()) == 0)
    return fd;
  int error = errno;
  ::close(fd);
  ::unlink(fresh.c_str());
  return refused(path, "make", error);
}

}  // namespace polyfon::net
