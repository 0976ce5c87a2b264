// Journal: the append-only, checksummed file that makes a record safe before the answer that ends its call
// goes out (architecture, "What must not be lost"). append() is one write(): what it returned from survives
// kill -9; sync() (a worker, in groups of at most 50 ms) makes it survive power loss. Records are read back
// after a start and acknowledged when SQL has them; acknowledged segments are deleted. On a full disk a
// preallocated reserve is used, then append fails and the reason is kept for the console. thread: append()
// control; sync() and acknowledge() a worker.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace polyfon::store {

struct JournalOptions {
  std::uint64_t segment_bytes = 8u << 20;
  std::uint64_t reserve_bytes = 1u << 20;  // preallocated, given up when the disk is full
};

class Journal {
 public:
  struct Record {
    std::uint64_t
        sequence;        // 1, 2, 3 ... over the life of the data directory; some are left out after damage
    std::uint32_t type;  // of the writer's choosing: 1 = call record
    std::string payload;
  };
  // Opens or makes the journal in `directory` (".../journal"). What the disk holds and cannot be read as a
  // record is kept aside and counted; at the end of the last segment it is cut off.
  static base::Result<std::unique_ptr<Journal>> open(const std::filesystem::path& directory,
                                                     JournalOptions options = {});
  ~Journal();

  // One write(); returns the record's sequence. kIo: the disk is full, the reserve too: state() says so.
  base::Result<std::uint64_t> append(std::uint32_t type, std::string_view payload);
  base::Result<> sync();
  // The records after the last acknowledged one, in order, at most `most`; what cannot be read between them
  // is passed over.
  base::Result<std::vector<Record>> unacknowledged(std::size_t most = 1000);
  void acknowledge(std::uint64_t up_to);  // SQL holds these for good

  enum class State { kHealthy, kOnReserve, kFull };
  State state() const;
  std::string reason() const;          // why it is not healthy; empty when it is
  std::uint64_t torn_records() const;  // places that open() could not read

 private:
  struct Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace polyfon::store
