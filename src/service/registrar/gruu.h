// GRUUs of registered phones (RFC 5627): the public one is the account's address with the instance in `gr`; a
// temporary one says nothing of either. A temporary one is not kept: it carries, hidden and signed, an era,
// and is good as long as the phone registers with the Call-ID that the era was made of. Pure. thread:
// control.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polyfon::registrar {

class GruuMaker {
 public:
  using Secret = std::array<unsigned char, 16>;

  // Whoever knows the secret can link temporary GRUUs. It outlives the process, or they do not.
  explicit GruuMaker(const Secret& secret) : secret_(secret) {}

  // "sip:1001@pbx.example;gr=urn:uuid:..."; `scheme` is sip or sips, `domain` the host, with its port if any.
  static std::string make_public(std::string_view scheme, std::string_view account, std::string_view domain,
                                 std::string_view instance);

  // What temporary GRUUs of one phone and one Call-ID have in common.
  std::uint64_t era(std::string_view account, std::string_view instance, std::string_view call_id) const;
  // The user part of another temporary GRUU of that era; `salt` differs each time.
  std::string make_temporary(std::uint64_t era, std::uint64_t salt) const;
  // nullopt: we have not made that.
  std::optional<std::uint64_t> read_temporary(std::string_view user) const;

 private:
  std::uint64_t hash(char purpose, std::string_view text) const;

  Secret secret_;
};

}  // namespace polyfon::registrar
