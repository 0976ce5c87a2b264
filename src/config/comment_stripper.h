// CommentStripper: takes `;` comments and `;-- ... --;` blocks out of the lines of one file (reference:
// asterisk 1.1). A line may open and close several blocks; what stands between them is the line. thread: any.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "config/file.h"

namespace polyfon::config {

class CommentStripper {
 public:
  // What is left of the line: a view of `line` or of this object, until the next call.
  std::string_view strip(std::string_view line, unsigned line_number);

  bool inside_block() const { return depth_ > 0; }
  unsigned block_began() const { return depth_ > 0 ? began_[static_cast<std::size_t>(depth_) - 1] : 0; }
  bool too_deep() const { return too_deep_; }  // the last line opened more than kMaxNestedComments

 private:
  std::array<unsigned, kMaxNestedComments> began_{};
  int depth_ = 0;
  bool too_deep_ = false;
  std::string kept_;
};

}  // namespace polyfon::config
