// Id: names an object in a SlotMap by slot and generation; it may outlive the object (style 9). 0 names
// nothing. A node number can be put in front later; the value of an Id is what logs, events and journals
// carry.
#pragma once
#include <compare>
#include <cstdint>
#include <functional>

namespace polyfon::base {

template <class Tag>
struct Id {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  // 0: names nothing

  constexpr explicit operator bool() const { return generation != 0; }
  constexpr auto operator<=>(const Id&) const = default;
  constexpr std::uint64_t value() const { return (std::uint64_t{generation} << 32) | slot; }
  static constexpr Id from_value(std::uint64_t v) {
    return {static_cast<std::uint32_t>(v), static_cast<std::uint32_t>(v >> 32)};
  }
};

}  // namespace polyfon::base

template <class Tag>
struct std::hash<polyfon::base::Id<Tag>> {
  std::size_t operator()(polyfon::base::Id<Tag> id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value());
  }
};
