#include "media/codec/codec.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "media/codec/g711.h"

namespace polyfon::media {

namespace {

constexpr std::array kCodecs{
    CodecInfo{CodecId::kPcma, "PCMA", "alaw", 8000, 8000, 8, 160},
    CodecInfo{CodecId::kPcmu, "PCMU", "ulaw", 8000, 8000, 0, 160},
};

class G711Decoder final : public Decoder {
 public:
  explicit G711Decoder(const g711::Expansion& table) : table_(table) {}
  std::size_t decode(std::span<const std::uint8_t> payload, std::span<std::int16_t> out) override {
    std::size_t count = std::min(payload.size(), out.size());
    for (std::size_t i = 0; i < count; ++i) out[i] = table_[payload[i]];
    return count;
  }

 private:
  const g711::Expansion& table_;
};

template <std::uint8_t (*Compress)(std::int16_t)>
class G711Encoder final : public Encoder {
 public:
  std::size_t encode(std::span<const std::int16_t> samples, std::span<std::uint8_t> out) override {
    std::size_t count = std::min(samples.size(), out.size());
    for (std::size_t i = 0; i < count; ++i) out[i] = Compress(samples[i]);
    return count;
  }
};

template <class Predicate>
const CodecInfo* find(Predicate predicate) {
  const auto* found = std::ranges::find_if(kCodecs, predicate);
  return found == kCodecs.end() ? nullptr : found;
}

}  // namespace

std::span<const CodecInfo> codecs() { return kCodecs; }

const CodecInfo* find_codec(CodecId id) {
  return find([id](const CodecInfo& codec) { return codec.id == id; });
}

const CodecInfo* find_codec_by_encoding(std::string_view encoding, std::uint32_t clock_rate) {
  return find([=](const CodecInfo& codec) {
    return codec.clock_rate == clock_rate && base::iequals(codec.encoding, encoding);
  });
}

const CodecInfo* find_codec_by_config_name(std::string_view name) {
  return find([=](const CodecInfo& codec) { return base::iequals(codec.config_name, name); });
}

std::unique_ptr<Decoder> make_decoder(CodecId id) {
  return std::make_unique<G711Decoder>(id == CodecId::kPcma ? g711::kAlawToLinear : g711::kUlawToLinear);
}

std::unique_ptr<Encoder> make_encoder(CodecId id) {
  if (id == CodecId::kPcma) return std::make_unique<G711Encoder<g711::compress_alaw>>();
  return std::make_unique<G711Encoder<g711::compress_ulaw>>();
}

}  // namespace polyfon::media
