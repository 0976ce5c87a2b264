// Result: what a peer, a user, a file or a database can cause to fail is returned, not thrown (style 16).
// An Error says what was wrong and where; `code` is what a caller may branch on. One table (call/failure.h)
// maps codes to SIP responses and hang-up causes.
#pragma once
#include <expected>
#include <string>
#include <utility>

namespace polyfon::base {

enum class ErrorCode {
  kInvalid,      // the input breaks its grammar or a range
  kLimit,        // the input is legal but larger than a named limit
  kNotFound,     // what was named does not exist
  kExists,       // what was to be made exists already
  kDenied,       // the asker may not
  kUnsupported,  // legal, understood, and not done here
  kUnavailable,  // a resource or a peer is not there now
  kTimeout,      // no answer in time
  kIo,           // the system refused: file, socket, disk, database
};

struct Error {
  ErrorCode code = ErrorCode::kInvalid;
  std::string text;  // one sentence: what was wrong, where, what was expected
};

template <class T = void>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code, std::string text) {
  return std::unexpected(Error{code, std::move(text)});
}

}  // namespace polyfon::base
