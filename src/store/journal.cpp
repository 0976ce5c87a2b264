#include "store/journal.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "store/journal_record.h"
#include "store/record_cursor.h"
#include "store/reserve.h"
#include "store/segment.h"

namespace polyfon::store {

namespace fs = std::filesystem;

namespace {

constexpr const char* kAcknowledgedName = "acknowledged";
constexpr const char* kReserveName = "reserve";
constexpr const char* kLockName = "lock";

std::string system_error(int error = errno) { return std::strerror(error); }

// What cannot be read in a segment stays beside it, for whoever wants to look.
base::Result<> keep_aside(const fs::path& segment, std::size_t offset, std::string_view bytes) {
  fs::path path = fmt::format("{}.{}.torn", segment.string(), offset);
  std::error_code error;
  if (fs::exists(path, error)) return {};
  base::log_warning("store", "{}: {} bytes at {} are no whole record; kept as {}", segment.string(),
                    bytes.size(), offset, path.string());
  return write_file(path, bytes);
}

}  // namespace

struct Journal::Impl {
  Impl(const fs::path& d, const JournalOptions& o)
      : directory(d), options(o), reserve(d / kReserveName, o.reserve_bytes) {}

  const fs::path directory;
  const JournalOptions options;
  FileDescriptor lock_file, directory_file, acknowledged_file;

  // Control's: only append() touches these.
  std::uint64_t current_bytes = 0;
  std::uint64_t next_sequence = 1;
  std::string buffer;

  // Shared with the worker, for moments only; `current` is changed by control alone.
  mutable std::mutex mutex;
  FileDescriptor current;
  std::vector<Segment> segments;         // the last one is being written
  std::vector<FileDescriptor> unsynced;  // rotated away, not synced yet
  bool new_segment = false;              // its name is not synced yet
  Reserve reserve;
  std::atomic<State> state{State::kHealthy};  // written holding the mutex, as is the reason
  std::string reason;
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

  base::Result<> open_files();
  base::Result<> recover();
  base::Result<> recover_segment(const Segment& segment, bool last);
  int start_segment();
  int write_record();
  bool give_up_reserve(std::string why);
  void make_reserve();
  void set_state(State fresh, std::string why);  // holding the mutex
};

base::Result<> Journal::Impl::open_files() {
  auto open = [&](FileDescriptor& file, const fs::path& path, int flags) -> base::Result<> {
    file = FileDescriptor(::open(path.c_str(), flags | O_CLOEXEC, 0640));
    if (file) return {};
    return base::fail(base::ErrorCode::kIo, fmt::format("cannot open {}: {}", path.string(), system_error()));
  };
  if (auto opened = open(lock_file, directory / kLockName, O_RDWR | O_CREAT); !opened) return opened;
  if (::flock(lock_file.get(), LOCK_EX | LOCK_NB) != 0)
    return base::fail(base::ErrorCode::kExists,
                      fmt::format("another polyfon runs on {}: stop it, or use another --data",
                                  directory.parent_path().string()));
  if (auto opened = open(directory_file, directory, O_RDONLY | O_DIRECTORY); !opened) return opened;
  return open(acknowledged_file, directory / kAcknowledgedName, O_RDWR | O_CREAT);
}

// Finds the segments and goes on counting after what is there.
base::Result<> Journal::Impl::recover() {
  std::uint64_t value = 0;
  if (::pread(acknowledged_file.get(), &value, sizeof value, 0) == sizeof value) acknowledged = value;
  next_sequence = acknowledged + 1;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    if (auto first = segment_number(entry->path())) segments.push_back({*first, entry->path()});
  if (error)
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("cannot read {}: {}", directory.string(), error.message()));
  std::ranges::sort(segments, {}, &Segment::first);
  for (const auto& segment : segments)
    if (auto recovered = recover_segment(segment, &segment == &segments.back()); !recovered) return recovered;
  return {};
}

base::Result<> Journal::Impl::recover_segment(const Segment& segment, bool last) {
  auto contents = read_file(segment.path);
  if (!contents) return std::unexpected(contents.error());
  next_sequence = std::max(next_sequence, segment.first);
  RecordCursor cursor(*contents, segment.first - 1);
  auto keep = [&](std::string_view bytes) {
    ++torn;
    return keep_aside(segment.path, static_cast<std::size_t>(bytes.data() - contents->data()), bytes);
  };
  while (auto record = cursor.next()) {
    next_sequence = std::max(next_sequence, record->sequence + 1);
    if (cursor.passed_over().empty()) continue;
    if (auto kept = keep(cursor.passed_over()); !kept) return kept;
  }
  if (cursor.unread().empty()) return {};
  if (auto kept = keep(cursor.unread()); !kept) return kept;
  if (!last) return {};
  // SQL may have had what stood there: the numbers of that many records are not given out again.
  next_sequence += (cursor.unread().size() + kJournalHeaderBytes - 1) / kJournalHeaderBytes;
  if (::truncate(segment.path.c_str(), static_cast<off_t>(cursor.end())) != 0)
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("cannot cut {}: {}", segment.path.string(), system_error()));
  return {};
}

// 0, or the errno.
int Journal::Impl::start_segment() {
  fs::path path = directory / segment_name(next_sequence);
  FileDescriptor fresh(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (!fresh) return errno;
  std::scoped_lock guard(mutex);
  if (current) unsynced.push_back(std::exchange(current, {}));
  current = std::move(fresh);
  current_bytes = 0;
  new_segment = true;
  if (segments.empty() || segments.back().first != next_sequence) segments.push_back({next_sequence, path});
  return 0;
}

// One write(); a partial one is taken back, so that the next record begins where a reader expects it. 0, or
// the errno.
int Journal::Impl::write_record() {
  if (!current || current_bytes >= options.segment_bytes)
    if (int failed = start_segment()) return failed;
  ssize_t written = ::write(current.get(), buffer.data(), buffer.size());
  if (written == static_cast<ssize_t>(buffer.size())) {
    current_bytes += buffer.size();
    return 0;
  }
  if (written < 0) return errno;
  return ::ftruncate(current.get(), static_cast<off_t>(current_bytes)) == 0 ? ENOSPC : errno;
}

bool Journal::Impl::give_up_reserve(std::string why) {
  std::scoped_lock guard(mutex);
  if (!reserve.give_up()) return false;
  set_state(State::kOnReserve, std::move(why));
  return true;
}

void Journal::Impl::make_reserve() {
  auto prepared = reserve.held() ? base::Result<>() : reserve.prepare();
  std::scoped_lock guard(mutex);
  if (prepared && (reserve.held() || reserve.hold()))
    set_state(State::kHealthy, {});
  else if (state == State::kHealthy)
    set_state(State::kOnReserve, prepared ? "the reserve cannot be renamed" : prepared.error().text);
}

void Journal::Impl::set_state(State fresh, std::string why) {
  if (state.exchange(fresh) == fresh) return;
  reason = std::move(why);
  if (fresh == State::kHealthy)
    base::log_notice("store", "the journal has room again");
  else
    base::log_error("store", "the journal {}: {}", fresh == State::kFull ? "is full" : "lives on its reserve",
                    reason);
}

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::~Journal() = default;

base::Result<std::unique_ptr<Journal>> Journal::open(const fs::path& directory, JournalOptions options) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("cannot make {}: {}", directory.string(), error.message()));
  auto impl = std::make_unique<Impl>(directory, options);
  if (auto opened = impl->open_files(); !opened) return std::unexpected(opened.error());
  if (auto recovered = impl->recover(); !recovered) return std::unexpected(recovered.error());
  impl->make_reserve();
  return std::unique_ptr<Journal>(new Journal(std::move(impl)));
}

base::Result<std::uint64_t> Journal::append(std::uint32_t type, std::string_view payload) {
  if (payload.size() > kMaxJournalPayload)
    return base::fail(base::ErrorCode::kLimit, fmt::format("a journal record of {} bytes; at most {}",
                                                           payload.size(), kMaxJournalPayload));
  Impl& impl = *impl_;
  encode_journal_record(impl.buffer, type, impl.next_sequence, payload);
  int failed = impl.write_record();
  auto why = [&] { return fmt::format("{}: {}", impl.directory.string(), system_error(failed)); };
  if ((failed == ENOSPC || failed == EDQUOT) && impl.give_up_reserve(why())) failed = impl.write_record();
  if (failed) {
    std::scoped_lock guard(impl.mutex);
    impl.set_state(State::kFull, why());
    return base::fail(base::ErrorCode::kIo, why());
  }
  if (impl.state == State::kFull) {
    std::scoped_lock guard(impl.mutex);
    impl.set_state(State::kOnReserve, "there was no room for a while");
  }
  return impl.next_sequence++;
}

base::Result<> Journal::sync() {
  Impl& impl = *impl_;
  std::vector<FileDescriptor> files;
  bool new_segment = false;
  {
    std::scoped_lock guard(impl.mutex);
    files = std::exchange(impl.unsynced, {});
    if (impl.current) files.emplace_back(::dup(impl.current.get()));
    new_segment = std::exchange(impl.new_segment, false);
  }
  int failed = 0;
  for (auto& file : files)
    if (::fdatasync(file.get()) != 0) failed = errno;
  if (new_segment && ::fsync(impl.directory_file.get()) != 0) failed = errno;
  if (failed)
    return base::fail(base::ErrorCode::kIo,
                      fmt::format("{}: fdatasync: {}", impl.directory.string(), system_error(failed)));
  if (impl.state != State::kHealthy) impl.make_reserve();
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
    auto contents = read_file(segments[i].path, offset);
    if (!contents) return std::unexpected(contents.error());
    RecordCursor cursor(*contents, segments[i].first - 1);
    while (records.size() < most) {
      auto record = cursor.next();
      if (!record) break;
      if (record->sequence <= impl.acknowledged) continue;
      records.push_back({record->sequence, record->type, std::string(record->payload)});
      impl.handed_out.push_back({record->sequence, segments[i].first, offset + cursor.end()});
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
  if (::pwrite(impl.acknowledged_file.get(), &up_to, sizeof up_to, 0) != sizeof up_to)
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
