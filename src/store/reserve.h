// Reserve: room on the disk that is held for the journal, as a preallocated file beside it, and given up when
// the disk is full. thread: any, one at a time.
#pragma once
#include <cstdint>
#include <filesystem>

#include "base/result.h"

namespace polyfon::store {

class Reserve {
 public:
  Reserve(std::filesystem::path path, std::uint64_t bytes) : path_(std::move(path)), bytes_(bytes) {}

  // Whether it is there in full.
  bool held() const;
  // Takes room for it aside; hold() makes that the reserve. Blocks on the disk. kUnavailable: there is not
  // twice as much room: what is left is the records' own.
  base::Result<> prepare() const;
  bool hold();
  // False: there was none.
  bool give_up();

 private:
  std::filesystem::path prepared() const;
  std::filesystem::path path_;
  std::uint64_t bytes_;
};

}  // namespace polyfon::store
