#include "store/segment.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/text.h"

namespace polyfon::store {

std::string segment_name(std::uint64_t first) { return fmt::format("{:020}.journal", first); }

std::optional<std::uint64_t> segment_number(const std::filesystem::path& path) {
  if (path.extension() != ".journal") return std::nullopt;
  return base::parse_number<std::uint64_t>(path.stem().string());
}

base::Result<std::string> read_segment_file(const std::filesystem::path& path, std::size_t offset) {
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

}  // namespace polyfon::store
