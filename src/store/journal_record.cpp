#include "store/journal_record.h"

#include <bit>
#include <cstring>

#include "store/crc32c.h"

namespace polyfon::store {

static_assert(std::endian::native == std::endian::little);

namespace {

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
template <class T>
T get(std::string_view bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::uint32_t checksum(std::string_view head, std::string_view payload) {
  return crc32c(payload, crc32c(head));
}

}  // namespace

void encode_journal_record(std::string& out, std::uint32_t type, std::uint64_t sequence,
                           std::string_view payload) {
  out.clear();
  put(out, static_cast<std::uint32_t>(payload.size()));
  put(out, type);
  put(out, sequence);
  put(out, checksum(out, payload));
  out += payload;
}

std::uint64_t journal_record_sequence(std::string_view bytes) { return get<std::uint64_t>(bytes, 8); }

std::optional<JournalRecordView> decode_journal_record(std::string_view bytes) {
  if (bytes.size() < kJournalHeaderBytes) return std::nullopt;
  auto length = get<std::uint32_t>(bytes, 0);
  if (length > kMaxJournalPayload || bytes.size() - kJournalHeaderBytes < length) return std::nullopt;
  auto payload = bytes.substr(kJournalHeaderBytes, length);
  if (get<std::uint32_t>(bytes, 16) != checksum(bytes.substr(0, 16), payload)) return std::nullopt;
  return JournalRecordView{get<std::uint32_t>(bytes, 4), journal_record_sequence(bytes), payload,
                           kJournalHeaderBytes + length};
}

}  // namespace polyfon::store
