// Codec: the audio codecs by name, and their static facts. G.711 tables are own code; the rest come by later
// files. Samples are 16-bit linear, mono. thread: any (an Encoder/Decoder belongs to one).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace polyfon::media {

enum class CodecId : std::uint8_t { kPcma, kPcmu };

struct CodecInfo {
  CodecId id;
  std::string_view encoding;     // of rtpmap: "PCMA"
  std::string_view config_name;  // of allow=: "alaw"
  std::uint32_t clock_rate;      // Hz, of the RTP timestamp
  std::uint32_t sample_rate;     // Hz, of the audio
  std::uint8_t payload_type;     // static, or the one we offer
  std::uint32_t bytes_per_20ms;
};

std::span<const CodecInfo> codecs();
const CodecInfo* find_codec(CodecId id);
const CodecInfo* find_codec_by_encoding(std::string_view encoding, std::uint32_t clock_rate);
const CodecInfo* find_codec_by_config_name(std::string_view name);

class Decoder {
 public:
  virtual ~Decoder() = default;
  // Decodes one packet's payload; returns the number of samples written, at most out.size().
  virtual std::size_t decode(std::span<const std::uint8_t> payload, std::span<std::int16_t> out) = 0;
};
class Encoder {
 public:
  virtual ~Encoder() = default;
  // Encodes whole frames; returns the bytes written.
  virtual std::size_t encode(std::span<const std::int16_t> samples, std::span<std::uint8_t> out) = 0;
};
std::unique_ptr<Decoder> make_decoder(CodecId id);
std::unique_ptr<Encoder> make_encoder(CodecId id);

}  // namespace polyfon::media
