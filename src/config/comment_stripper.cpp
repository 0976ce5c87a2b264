#include "config/comment_stripper.h"

namespace polyfon::config {

namespace {

bool opens_block(std::string_view line, std::size_t semicolon) {  // ";--" but not ";---"
  return line.substr(semicolon + 1, 2) == "--" && line.substr(semicolon + 3, 1) != "-";
}

}  // namespace

std::string_view CommentStripper::strip(std::string_view line, unsigned line_number) {
  too_deep_ = false;
  std::size_t semicolon = line.find(';');
  if (semicolon == std::string_view::npos) return depth_ == 0 ? line : std::string_view{};

  kept_.clear();
  std::size_t scanned = 0;  // what stands before it belongs to no mark any more
  std::size_t pending = 0;  // outside of blocks: where the text not yet kept begins
  auto keep_until = [&](std::size_t end) { kept_.append(line.substr(pending, end - pending)); };

  for (; semicolon != std::string_view::npos; semicolon = line.find(';', scanned)) {
    auto before = line.substr(scanned, semicolon - scanned);
    if (before.ends_with('\\')) {
      if (depth_ == 0) {
        keep_until(semicolon - 1);
        pending = semicolon;
      }
      scanned = semicolon + 1;
    } else if (opens_block(line, semicolon)) {
      scanned = semicolon + 3;
      if (depth_ == kMaxNestedComments) {
        too_deep_ = true;
        continue;
      }
      if (depth_ == 0) keep_until(semicolon);
      began_[static_cast<std::size_t>(depth_++)] = line_number;
    } else if (depth_ > 0) {
      scanned = semicolon + 1;
      if (before.ends_with("--") && --depth_ == 0) pending = scanned;
    } else {
      keep_until(semicolon);
      return kept_;
    }
  }
  if (depth_ == 0) keep_until(line.size());
  return kept_;
}

}  // namespace polyfon::config
