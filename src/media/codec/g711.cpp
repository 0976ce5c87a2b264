#include "media/codec/g711.h"

namespace polyfon::media::g711 {

namespace {

template <class Table, class Function>
consteval Table make_table(Function function) {
  Table table{};
  for (unsigned code = 0; code < table.size(); ++code)
    table[code] = function(static_cast<std::uint8_t>(code));
  return table;
}

}  // namespace

constexpr Expansion kAlawToLinear =
    make_table<Expansion>([](std::uint8_t code) { return expand_alaw(code); });
constexpr Expansion kUlawToLinear =
    make_table<Expansion>([](std::uint8_t code) { return expand_ulaw(code); });
constexpr Law kAlawToUlaw =
    make_table<Law>([](std::uint8_t code) { return compress_ulaw(expand_alaw(code)); });
constexpr Law kUlawToAlaw =
    make_table<Law>([](std::uint8_t code) { return compress_alaw(expand_ulaw(code)); });

void convert(const Law& table, std::span<std::uint8_t> codes) {
  for (auto& code : codes) code = table[code];
}

}  // namespace polyfon::media::g711
