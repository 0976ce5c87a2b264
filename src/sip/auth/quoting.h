// Quoted strings of challenges and credentials (RFC 3261 25.1): AuthValue::find() takes the quotes off, these
// care for the escapes within. thread: any.
#pragma once
#include <string>
#include <string_view>

namespace polyfon::sip {

// The text without its escapes: `text` itself when it has none, else a view of `storage`.
std::string_view unescape_quoted(std::string_view text, std::string& storage);

// Appends the text in quotes, escaping what must be.
void append_quoted(std::string& out, std::string_view text);

// Whether the text can be put between quotes as it stands: every quote escaped, no control characters.
bool is_quoted_text(std::string_view text);

}  // namespace polyfon::sip
