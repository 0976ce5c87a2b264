#include "store/journal.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "store/journal_record.h"
#include "store/segment.h"

namespace polyfon::store {

namespace fs = std::filesystem;

namespace {

constexpr const char* kAcknowledgedName = "acknowledged";
constexpr const char* kReserveName = "reserve";
constexpr const char* kLockName = "lock";

std::string system_error() { return std::strerror(errno); }

// What is cut off a segment stays beside it, for whoever wants to look.
base::Result<> keep_aside(const fs::path& segment, std::string_view bytes) {
  fs::path path = segment.string() + ".torn";
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (!file || ::write(file.get(), bytes.data(), bytes.size()) < 0)
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("cannot write {}: {}", path.string(), system_error()));
  return {};
}

}  // namespace

struct Journal::Impl {
  fs::path directory;
  JournalOptions options;
  int lock_fd = -1;
  int acknowledged_fd = -1;

  // Control's: only append() touches these.
  FileDescriptor current;
  std::uint64_t current_bytes = 0;
  std::uint64_t next_sequence = 1;
  std::string buffer;

  // Shared with the worker, for moments only.
  std::mutex mutex;
  std::vector<Segment> segments;         // the last one is being written
  std::vector<FileDescriptor> unsynced;  // rotated away, not synced yet
  std::string reason;
  std::atomic<State> state{State::kHealthy};
  std::atomic<std::uint64_t> torn{0};

  // The worker's.
  std::uint64_t acknowledged = 0;
  std::uint64_t read_segment = 0;  // first sequence of the segment that is read next
  std::size_t read_offset = 0;
  struct Position {
    std::uint64_t sequence, segment;
    std::size_t end;
  };
  std::vector<Position> handed_out;

  ~Impl() {
    if (acknowledged_fd >= 0) ::close(acknowledged_fd);
    if (lock_fd >= 0) ::close(lock_fd);
  }

  base::Result<> lock();
  base::Result<> recover();
  bool start_segment();
  bool write_record();
  bool give_up_reserve();
  void make_reserve();
  void set_state(State fresh, std::string why);
};

base::Result<> Journal::Impl::lock() {
  lock_fd = ::open((directory / kLockName).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (lock_fd < 0)
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("cannot open {}: {}", (directory / kLockName).string(), system_error()));
  if (::flock(lock_fd, LOCK_EX | LOCK_NB) != 0)
    return base::fail(base::ErrorCode::kExists,
                      fmt::format("another polyfon runs on {}: stop it, or use another --data",
                                  directory.parent_path().string()));
  acknowledged_fd = ::open((directory / kAcknowledgedName).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (acknowledged_fd < 0)
    return base::fail(
        base::ErrorCode::kIo,
        fmt::format("cannot open {}: {}", (directory / kAcknowledgedName).string(), system_error()));
  return {};
}

// Finds the segments, cuts a torn end off the last one, and goes on counting after what is there.
base::Result<> Journal::Impl::recover() {
  std::uint64_t value = 0;
  if (::pread(acknowledged_fd, &value, sizeof value, 0) == sizeof value) acknowledged = value;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error))
    if (auto first = segment_number(entry.path())) segments.push_back({*first, entry.path()});
  if (error)
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("cannot read {}: {}", directory.string(), error.message()));
  std::ranges::sort(segments, {}, &Segment::first);
  next_sequence = acknowledged + 1;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    auto contents = read_segment_file(segments[i].path);
    if (!contents) return std::unexpected(contents.error());
    std::string_view rest = *contents;
    while (auto record = decode_journal_record(rest)) {
      next_sequence = std::max(next_sequence, record->sequence + 1);
      rest.remove_prefix(record->bytes);
    }
    if (rest.empty()) continue;
    ++torn;
    base::log_warning("store", "{}: the last {} bytes are no whole record and are left out",
                      segments[i].path.string(), rest.size());
    if (i + 1 < segments.size()) continue;
    if (auto kept = keep_aside(segments[i].path, rest); !kept) return kept;
    if (::truncate(segments[i].path.c_str(), static_cast<off_t>(contents->size() - rest.size())) != 0)
      return base::fail(base::ErrorCode::kIo,
                        fmt::format("cannot cut {}: {}", segments[i].path.string(), system_error()));
  }
  return {};
}

bool Journal::Impl::start_segment() {
  fs::path path = directory / segment_name(next_sequence);
  FileDescriptor fresh(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (!fresh) return false;
  std::scoped_lock guard(mutex);
  if (current) unsynced.push_back(std::move(current));
  current = std::move(fresh);
  current_bytes = 0;
  if (segments.empty() || segments.back().first != next_sequence) segments.push_back({next_sequence, path});
  return true;
}

// One write(); a partial one is taken back, so that the next record begins where a reader expects it.
bool Journal::Impl::write_record() {
  if ((!current || current_bytes >= options.segment_bytes) && !start_segment()) return false;
  ssize_t written = ::write(current.get(), buffer.data(), buffer.size());
  if (written == static_cast<ssize_t>(buffer.size())) {
    current_bytes += buffer.size();
    return true;
  }
  int cause = written < 0 ? errno : ENOSPC;
  if (written > 0 && ::ftruncate(current.get(), static_cast<off_t>(current_bytes)) != 0) cause = errno;
  errno = cause;
  return false;
}

bool Journal::Impl::give_up_reserve() {
  std::error_code error;
  return fs::remove(directory / kReserveName, error);
}

void Journal::Impl::make_reserve() {
  fs::path path = directory / kReserveName;
  std::error_code error;
  if (fs::file_size(path, error) == options.reserve_bytes && !error) return set_state(State::kHealthy, {});
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  int failed = file ? ::posix_fallocate(file.get(), 0, static_cast<off_t>(options.reserve_bytes)) : errno;
  if (failed == 0) return set_state(State::kHealthy, {});
  fs::remove(path, error);
  if (state == State::kHealthy)
    set_state(State::kOnReserve, fmt::format("{}: {}", path.string(), std::strerror(failed)));
}

void Journal::Impl::set_state(State fresh, std::string why) {
  if (state.exchange(fresh) == fresh) return;
  std::scoped_lock guard(mutex);
  reason = std::move(why);
  if (fresh == State::kHealthy)
    base::log_notice("store", "the journal has room again");
  else
    base::log_error("store", "the journal {}: {}", fresh == State::kFull ? "is full" : "lives on its reserve",
                    reason);
}

Journal::Journal() : impl_(std::make_unique<Impl>()) {}
Journal::~Journal() = default;

base::Result<std::unique_ptr<Journal>> Journal::open(const fs::path& directory, JournalOptions options) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("cannot make {}: {}", directory.string(), error.message()));
  std::unique_ptr<Journal> journal(new Journal);
  journal->impl_->directory = directory;
  journal->impl_->options = options;
  if (auto locked = journal->impl_->lock(); !locked) return std::unexpected(locked.error());
  if (auto recovered = journal->impl_->recover(); !recovered) return std::unexpected(recovered.error());
  journal->impl_->make_reserve();
  return journal;
}

base::Result<std::uint64_t> Journal::append(std::uint32_t type, std::string_view payload) {
  if (payload.size() > kMaxJournalPayload)
    return base::fail(base::ErrorCode::kLimit, fmt::format("a journal record of {} bytes; at most {}",
                                                           payload.size(), kMaxJournalPayload));
  Impl& impl = *impl_;
  encode_journal_record(impl.buffer, type, impl.next_sequence, payload);
  bool written = impl.write_record();
  if (!written && (errno == ENOSPC || errno == EDQUOT)) {
    std::string why = fmt::format("{}: {}", impl.directory.string(), system_error());
    if (impl.give_up_reserve()) {
      impl.set_state(State::kOnReserve, why);
      written = impl.write_record();
    }
  }
  if (!written) {
    std::string why = fmt::format("{}: {}", impl.directory.string(), system_error());
    impl.set_state(State::kFull, why);
    return base::fail(base::ErrorCode::kIo, std::move(why));
  }
  if (impl.state == State::kFull) impl.set_state(State::kOnReserve, "there was no room for a while");
  return impl.next_sequence++;
}

base::Result<> Journal::sync() {
  std::vector<FileDescriptor> files;
  {
    std::scoped_lock guard(impl_->mutex);
    files = std::exchange(impl_->unsynced, {});
    if (impl_->current) files.emplace_back(::dup(impl_->current.get()));
  }
  for (auto& file : files)
    if (::fdatasync(file.get()) != 0)
      return base::fail(base::ErrorCode::kIo,
                        fmt::format("{}: fdatasync: {}", impl_->directory.string(), system_error()));
  if (impl_->state != State::kHealthy) impl_->make_reserve();
  return {};
}

base::Result<std::vector<Journal::Record>> Journal::unacknowledged(std::size_t most) {
  Impl& impl = *impl_;
  std::vector<Segment> segments;
  {
    std::scoped_lock guard(impl.mutex);
    segments = impl.segments;
  }
  std::vector<Record> records;
  impl.handed_out.clear();
  for (std::size_t i = 0; i < segments.size() && records.size() < most; ++i) {
    if (segments[i].first < impl.read_segment) continue;
    std::size_t offset = segments[i].first == impl.read_segment ? impl.read_offset : 0;
    auto contents = read_segment_file(segments[i].path, offset);
    if (!contents) return std::unexpected(contents.error());
    std::string_view rest = *contents;
    while (records.size() < most) {
      auto record = decode_journal_record(rest);
      if (!record) break;
      rest.remove_prefix(record->bytes);
      offset += record->bytes;
      if (record->sequence <= impl.acknowledged) continue;
      records.push_back({record->sequence, record->type, std::string(record->payload)});
      impl.handed_out.push_back({record->sequence, segments[i].first, offset});
    }
  }
  return records;
}

void Journal::acknowledge(std::uint64_t up_to) {
  Impl& impl = *impl_;
  if (up_to <= impl.acknowledged) return;
  impl.acknowledged = up_to;
  for (const auto& position : impl.handed_out)
    if (position.sequence <= up_to) {
      impl.read_segment = position.segment;
      impl.read_offset = position.end;
    }
  if (::pwrite(impl.acknowledged_fd, &up_to, sizeof up_to, 0) != sizeof up_to)
    base::log_warning("store", "{}: {}: what has been written once is offered again after a restart",
                      impl.directory.string(), system_error());
  std::scoped_lock guard(impl.mutex);
  while (impl.segments.size() > 1 && impl.segments[1].first <= up_to + 1) {
    std::error_code error;
    fs::remove(impl.segments.front().path, error);
    impl.segments.erase(impl.segments.begin());
  }
}

Journal::State Journal::state() const { return impl_->state; }
std::string Journal::reason() const {
  std::scoped_lock guard(impl_->mutex);
  return impl_->reason;
}
std::uint64_t Journal::torn_records() const { return impl_->torn; }

}  // namespace polyfon::store
