// Client: polyfon -r and polyfon -rx: talks to a running exchange through the socket in its data directory.
// Interactive: a prompt with Tab and `?` completion and a history file (libedit). Blocking, a program of its
// own. thread: main.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace polyfon::console {

inline constexpr std::string_view kSocketName = "polyfon.ctl";

// Runs one command and prints its text to stdout; the error says that nothing runs on that data directory,
// and what to do.
base::Result<> run_one_command(const std::filesystem::path& data, const std::string& command);
// Reads commands until `exit`, `quit` or end of file.
base::Result<> run_interactive(const std::filesystem::path& data);

}  // namespace polyfon::console
