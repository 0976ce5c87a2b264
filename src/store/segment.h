// Segment: one file of the journal, named by a sequence that none of its records is below; and whole files
// read and written. thread: any.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "base/result.h"

namespace polyfon::store {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct Segment {
  std::uint64_t first = 0;  // no record in it has a lower sequence
  std::filesystem::path path;
};

std::string segment_name(std::uint64_t first);  // "00000000000000000001.journal"
std::optional<std::uint64_t> segment_number(const std::filesystem::path& path);
base::Result<std::string> read_file(const std::filesystem::path& path, std::size_t offset = 0);
base::Result<> write_file(const std::filesystem::path& path, std::string_view bytes);  // replaces it
// All the bytes, at `offset`; false with errno when not all of them fit.
bool write_at(int fd, std::string_view bytes, std::size_t offset);

}  // namespace polyfon::store
