// nearest(): the known word that a mistyped one was probably meant to be. Pure.
#pragma once
#include <optional>
#include <span>
#include <string_view>

namespace polyfon::config {

// By edits (a letter added, lost, changed), in any case; nullopt when even the nearest is far from it: more
// than a third of its letters, or of unreasonable length.
std::optional<std::string_view> nearest(std::string_view written, std::span<const std::string_view> known);

}  // namespace polyfon::config
