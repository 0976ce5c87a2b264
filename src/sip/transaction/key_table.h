// KeyTable: from a 64-bit keyed hash to an Id: open addressing, linear probing, no tombstones. Keys are
// unique: hashes under a secret key, so that two of them meet once in 2^64. thread: its owner's.
#pragma once
#include <cstdint>
#include <vector>

#include "base/id.h"

namespace polyfon::sip {

template <class Tag>
class KeyTable {
 public:
  using IdType = base::Id<Tag>;

  IdType find(std::uint64_t key) const {
    if (entries_.empty()) return {};
    for (std::size_t i = key & mask();; i = (i + 1) & mask()) {
      if (!entries_[i].id) return {};
      if (entries_[i].key == key) return entries_[i].id;
    }
  }

  // The first to take a key keeps it.
  void insert(std::uint64_t key, IdType id) {
    if (find(key)) return;
    if (2 * (size_ + 1) > entries_.size()) grow();
    place({key, id});
    ++size_;
  }

  // Only when `id` holds the key.
  void erase(std::uint64_t key, IdType id) {
    if (entries_.empty()) return;
    std::size_t hole = key & mask();
    while (entries_[hole].id && entries_[hole].key != key) hole = (hole + 1) & mask();
    if (entries_[hole].id != id) return;
    --size_;
    // Whoever was pushed past the hole moves back into it.
    for (std::size_t i = (hole + 1) & mask(); entries_[i].id; i = (i + 1) & mask()) {
      std::size_t home = entries_[i].key & mask();
      if (((i - home) & mask()) < ((i - hole) & mask())) continue;
      entries_[hole] = entries_[i];
      hole = i;
    }
    entries_[hole] = {};
  }

  std::size_t size() const { return size_; }

 private:
  struct Entry {
    std::uint64_t key = 0;
    IdType id;
  };
  std::size_t mask() const { return entries_.size() - 1; }
  void place(Entry entry) {
    std::size_t i = entry.key & mask();
    while (entries_[i].id) i = (i + 1) & mask();
    entries_[i] = entry;
  }
  void grow() {
    std::vector<Entry> old(entries_.empty() ? 64 : entries_.size() * 2);
    old.swap(entries_);
    for (const Entry& entry : old)
      if (entry.id) place(entry);
  }

  std::vector<Entry> entries_;
  std::size_t size_ = 0;
};

}  // namespace polyfon::sip
