#include "store/reserve.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>

#include "store/segment.h"

namespace polyfon::store {

namespace fs = std::filesystem;

fs::path Reserve::prepared() const { return path_.string() + ".new"; }

bool Reserve::held() const {
  std::error_code error;
  return fs::file_size(path_, error) == bytes_ && !error;
}

base::Result<> Reserve::prepare() const {
  auto no_room = [&](const char* why) {
    return base::fail(base::ErrorCode::kUnavailable, fmt::format("{}: {}", path_.string(), why));
  };
  std::error_code error;
  auto space = fs::space(path_.parent_path(), error);
  if (!error && space.available / 2 < bytes_) return no_room(std::strerror(ENOSPC));
  FileDescriptor file(::open(prepared().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  int failed = file ? ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes_)) : errno;
  if (failed == 0) return {};
  fs::remove(prepared(), error);
  return no_room(std::strerror(failed));
}

bool Reserve::hold() {
  std::error_code error;
  fs::rename(prepared(), path_, error);
  return !error;
}

bool Reserve::give_up() {
  std::error_code error;
  return fs::remove(path_, error);
}

}  // namespace polyfon::store
