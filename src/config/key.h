// Key: one row of a configuration file's table: a name, its type, default, range and help, and the function
// that takes a value into what is being loaded (style 19). The set_* templates are those functions for plain
// members. thread: any.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "base/text.h"
#include "config/diagnostic.h"
#include "config/file.h"

namespace polyfon::config {

template <class Target>
using Apply = void (*)(Target&, const Variable&, Diagnostics&);

template <class Target>
struct Key {
  std::string_view name, type, default_value, range, help;
  Apply<Target> apply;
};

// A key that Asterisk knows and polyfon does not act upon yet. `harmless`: values, separated by `|`, that ask
// for what polyfon does anyway and need no warning ("no", "no|never"); "*": every value.
struct NotYet {
  std::string_view name;
  std::string_view harmless = {};
};

// A value that is not usable: kRefuse is an error; kKeep, where Asterisk goes on with its default, a warning.
enum class OnBad { kRefuse, kKeep };

bool boolean_of(const Variable& variable, Diagnostics& diagnostics);  // neither yes nor no: a warning, and no
std::optional<std::int64_t> number_of(const Variable& variable, std::int64_t min, std::int64_t max,
                                      OnBad on_bad, Diagnostics& diagnostics);
bool is_harmless(const NotYet& key, std::string_view value);
void tell_not_yet(const NotYet& key, const Variable& variable, Diagnostics& diagnostics);
void tell_unknown(const Variable& variable, Diagnostics& diagnostics);

template <class T>
struct MemberOf;
template <class O, class V>
struct MemberOf<V O::*> {
  using Owner = O;
  using Value = V;
};

// The member M of `target`, or of that part of it which has one (target.as<Owner>()).
template <auto M, class Target>
auto& member(Target& target) {
  using Owner = typename MemberOf<decltype(M)>::Owner;
  if constexpr (std::is_same_v<Owner, Target>)
    return target.*M;
  else
    return target.template as<Owner>().*M;
}

template <auto M, class Target>
void set_text(Target& target, const Variable& variable, Diagnostics&) {
  member<M>(target) = variable.value;
}
template <auto M, class Target>
void set_boolean(Target& target, const Variable& variable, Diagnostics& diagnostics) {
  member<M>(target) = boolean_of(variable, diagnostics);
}
// Numbers, and durations counted in the member's unit.
template <auto M, std::int64_t Min, std::int64_t Max, OnBad OnBadValue = OnBad::kRefuse, class Target>
void set_number(Target& target, const Variable& variable, Diagnostics& diagnostics) {
  using Value = typename MemberOf<decltype(M)>::Value;
  if (auto number = number_of(variable, Min, Max, OnBadValue, diagnostics))
    member<M>(target) = static_cast<Value>(*number);
}

template <class Target>
const Key<Target>* find_key(std::span<const Key<Target>> keys, std::string_view name) {
  for (const Key<Target>& key : keys)
    if (base::iequals(key.name, name)) return &key;
  return nullptr;
}
const NotYet* find_not_yet(std::span<const NotYet> keys, std::string_view name);

// One section of a file whose sections are fixed.
template <class Target>
struct SectionTable {
  std::string_view name;
  std::span<const Key<Target>> keys;
  std::span<const NotYet> not_yet = {};
};

template <class Target>
void read_section(const Section& section, const SectionTable<Target>& table, Target& target,
                  Diagnostics& diagnostics) {
  for (const Variable& variable : section.variables) {
    if (const Key<Target>* key = find_key(table.keys, variable.name))
      key->apply(target, variable, diagnostics);
    else if (const NotYet* later = find_not_yet(table.not_yet, variable.name))
      tell_not_yet(*later, variable, diagnostics);
    else
      tell_unknown(variable, diagnostics);
  }
}

}  // namespace polyfon::config
