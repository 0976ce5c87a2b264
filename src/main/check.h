// polyfon check: reads a configuration as serve would, and says what is to be said about it. thread: main.
#pragma once
#include <filesystem>

namespace polyfon {

// Prints FILE:LINE: error|warning: TEXT lines; 0 when the configuration can be used, 1 when it has errors.
int check(const std::filesystem::path& config);

}  // namespace polyfon
