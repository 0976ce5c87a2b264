// SlotMap: owns objects named by Ids, in chunks that never move; a stale Id finds nothing. thread: its
// owner's.
#pragma once
#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "base/id.h"

namespace polyfon::base {

template <class T, class Tag, std::size_t kChunk = 64>
class SlotMap {
 public:
  using IdType = Id<Tag>;

  SlotMap() = default;
  SlotMap(const SlotMap&) = delete;
  SlotMap& operator=(const SlotMap&) = delete;
  ~SlotMap() { clear(); }

  // Constructs T(id, args...) when T takes its own id first, else T(args...).
  template <class... Args>
  IdType emplace(Args&&... args) {
    if (free_ == kNone) grow();
    std::uint32_t slot = free_;
    Slot& s = at(slot);
    free_ = s.next_free;
    IdType id{slot, s.generation};
    if constexpr (std::is_constructible_v<T, IdType, Args...>)
      ::new (static_cast<void*>(s.storage)) T(id, std::forward<Args>(args)...);
    else
      ::new (static_cast<void*>(s.storage)) T(std::forward<Args>(args)...);
    s.live = true;
    ++size_;
    return id;
  }

  T* find(IdType id) {
    if (!id || id.slot >= capacity()) return nullptr;
    Slot& s = at(id.slot);
    return s.live && s.generation == id.generation ? s.object() : nullptr;
  }
  const T* find(IdType id) const { return const_cast<SlotMap*>(this)->find(id); }

  bool erase(IdType id) {
    T* object = find(id);
    if (!object) return false;
    Slot& s = at(id.slot);
    s.live = false;  // a lookup from inside the destructor finds nothing
    object->~T();
    if (++s.generation == 0) s.generation = 1;
    s.next_free = free_;
    free_ = id.slot;
    --size_;
    return true;
  }

  // Visits every object as fn(id, object); fn may erase the object it is given, and no other.
  template <class Fn>
  void for_each(Fn&& fn) {
    for (std::uint32_t i = 0; i < capacity(); ++i) {
      Slot& s = at(i);
      if (s.live) fn(IdType{i, s.generation}, *s.object());
    }
  }
  template <class Fn>
  void for_each(Fn&& fn) const {
    const_cast<SlotMap*>(this)->for_each([&](IdType id, T& object) { fn(id, std::as_const(object)); });
  }

  void clear() {
    for_each([this](IdType id, T&) { erase(id); });
  }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Slot {
    alignas(T) std::byte storage[sizeof(T)];
    std::uint32_t generation = 1;
    std::uint32_t next_free = kNone;
    bool live = false;
    T* object() { return std::launder(reinterpret_cast<T*>(storage)); }
  };

  std::size_t capacity() const { return chunks_.size() * kChunk; }
  Slot& at(std::uint32_t i) { return chunks_[i / kChunk][i % kChunk]; }
  void grow() {
    auto first = static_cast<std::uint32_t>(capacity());
    chunks_.push_back(std::make_unique<Slot[]>(kChunk));
    for (std::uint32_t i = kChunk; i-- > 0;) {
      at(first + i).next_free = free_;
      free_ = first + i;
    }
  }

  std::vector<std::unique_ptr<Slot[]>> chunks_;
  std::uint32_t free_ = kNone;
  std::size_t size_ = 0;
};

}  // namespace polyfon::base
