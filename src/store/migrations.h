// Migrations: the schema as numbered steps, applied once each, in order. A step that has been released never
// changes.
#pragma once
#include <span>
#include <string_view>

namespace polyfon::store {

struct Migration {
  int version;
  std::string_view name;
  std::span<const std::string_view> statements;
};

std::span<const Migration> migrations();

}  // namespace polyfon::store
