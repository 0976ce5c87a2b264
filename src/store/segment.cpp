#include "store/segment.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/text.h"

namespace polyfon::store {

std::string segment_name(std::uint64_t first) { return fmt::format("{:020}.journal", first); }

std::optional<std::uint64_t> segment_number(const std::filesystem::path& path) {
  if (path.extension() != ".journal") return std::nullopt;
  return base::parse_number<std::uint64_t>(path.stem().string(), 1);
}

base::Result<std::string> read_file(const std::filesystem::path& path, std::size_t offset) {
  auto failed = [&] {
    return base::fail(base::ErrorCode::kIo, fmt::format("{}: {}", path.string(), std::strerror(errno)));
  };
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) return failed();
  auto size = static_cast<std::size_t>(status.st_size);
  std::string contents(size > offset ? size - offset : 0, '\0');
  std::size_t read = 0;
  while (read < contents.size()) {
    ssize_t n = ::pread(file.get(), contents.data() + read, contents.size() - read,
                        static_cast<off_t>(offset + read));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed();
    if (n == 0) break;
    read += static_cast<std::size_t>(n);
  }
  contents.resize(read);
  return contents;
}

base::Result<> write_file(const std::filesystem::path& path, std::string_view bytes) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (!file || !write_at(file.get(), bytes, 0))
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
  return {};
}

bool write_at(int fd, std::string_view bytes, std::size_t offset) {
  while (!bytes.empty()) {
    ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) {
      errno = ENOSPC;
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
    offset += static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace polyfon::store
