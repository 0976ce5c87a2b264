#include "media/codec/g711.h"

#include <cmath>

#include <gtest/gtest.h>

#include "media/codec/codec.h"

namespace polyfon::media {
namespace {

TEST(G711, table_1a_values_of_a_law) {
  // ITU-T G.711 table 1a gives decision and quantised values of 13 bits; in 16 bits they are 8 times as
  // large. Codes on the line have their even bits inverted.
  EXPECT_EQ(g711::expand_alaw(0x80 ^ 0x55), 8);  // 1
  EXPECT_EQ(g711::expand_alaw(0x00 ^ 0x55), -8);
  EXPECT_EQ(g711::expand_alaw(0x90 ^ 0x55), 264);    // 33
  EXPECT_EQ(g711::expand_alaw(0xA0 ^ 0x55), 528);    // 66
  EXPECT_EQ(g711::expand_alaw(0xB0 ^ 0x55), 1056);   // 132
  EXPECT_EQ(g711::expand_alaw(0xC0 ^ 0x55), 2112);   // 264
  EXPECT_EQ(g711::expand_alaw(0xD0 ^ 0x55), 4224);   // 528
  EXPECT_EQ(g711::expand_alaw(0xE0 ^ 0x55), 8448);   // 1056
  EXPECT_EQ(g711::expand_alaw(0xF0 ^ 0x55), 16896);  // 2112
  EXPECT_EQ(g711::expand_alaw(0xFF ^ 0x55), 32256);  // 4032
  EXPECT_EQ(g711::expand_alaw(0x7F ^ 0x55), -32256);
}

TEST(G711, table_2a_values_of_mu_law) {
  // ITU-T G.711 table 2a: 14 bits; in 16 bits they are 4 times as large.
  EXPECT_EQ(g711::expand_ulaw(0xFF), 0);
  EXPECT_EQ(g711::expand_ulaw(0x7F), 0);
  EXPECT_EQ(g711::expand_ulaw(0xFE), 8);      // 2
  EXPECT_EQ(g711::expand_ulaw(0xEF), 132);    // 33
  EXPECT_EQ(g711::expand_ulaw(0xDF), 396);    // 99
  EXPECT_EQ(g711::expand_ulaw(0xCF), 924);    // 231
  EXPECT_EQ(g711::expand_ulaw(0xBF), 1980);   // 495
  EXPECT_EQ(g711::expand_ulaw(0xAF), 4092);   // 1023
  EXPECT_EQ(g711::expand_ulaw(0x9F), 8316);   // 2079
  EXPECT_EQ(g711::expand_ulaw(0x8F), 16764);  // 4191
  EXPECT_EQ(g711::expand_ulaw(0x80), 32124);  // 8031
  EXPECT_EQ(g711::expand_ulaw(0x00), -32124);
}

TEST(G711, silence_has_its_known_codes) {
  EXPECT_EQ(g711::compress_alaw(0), 0xD5);
  EXPECT_EQ(g711::compress_ulaw(0), 0xFF);
}

TEST(G711, every_code_survives_decoding_and_encoding) {
  for (unsigned code = 0; code < 256; ++code) {
    auto byte = static_cast<std::uint8_t>(code);
    EXPECT_EQ(g711::compress_alaw(g711::expand_alaw(byte)), byte);
    auto expected = byte == 0x7F ? std::uint8_t{0xFF} : byte;  // both are zero
    EXPECT_EQ(g711::compress_ulaw(g711::expand_ulaw(byte)), expected);
  }
}

TEST(G711, every_sample_is_coded_within_half_a_step) {
  for (int sample = -32768; sample <= 32767; ++sample) {
    auto linear = static_cast<std::int16_t>(sample);
    int a = g711::expand_alaw(g711::compress_alaw(linear));
    int u = g711::expand_ulaw(g711::compress_ulaw(linear));
    int size = std::abs(sample);
    ASSERT_LE(std::abs(a - sample), std::max(16, size / 32 + 16)) << sample;
    ASSERT_LE(std::abs(u - sample), size > 32124 ? 700 : std::max(8, size / 32 + 8)) << sample;
  }
}

TEST(G711, codes_rise_with_samples) {
  for (int sample = -32768; sample < 32767; ++sample) {
    auto low = static_cast<std::int16_t>(sample), high = static_cast<std::int16_t>(sample + 1);
    ASSERT_LE(g711::expand_alaw(g711::compress_alaw(low)), g711::expand_alaw(g711::compress_alaw(high)));
    ASSERT_LE(g711::expand_ulaw(g711::compress_ulaw(low)), g711::expand_ulaw(g711::compress_ulaw(high)));
  }
}

TEST(G711, tables_agree_with_the_arithmetic) {
  for (unsigned code = 0; code < 256; ++code) {
    auto byte = static_cast<std::uint8_t>(code);
    EXPECT_EQ(g711::kAlawToLinear[code], g711::expand_alaw(byte));
    EXPECT_EQ(g711::kUlawToLinear[code], g711::expand_ulaw(byte));
    EXPECT_EQ(g711::kAlawToUlaw[code], g711::compress_ulaw(g711::expand_alaw(byte)));
    EXPECT_EQ(g711::kUlawToAlaw[code], g711::compress_alaw(g711::expand_ulaw(byte)));
  }
}

TEST(G711, one_law_to_the_other_keeps_the_sound) {
  for (unsigned code = 0; code < 256; ++code) {
    int before = g711::kAlawToLinear[code];
    int after = g711::kUlawToLinear[g711::kAlawToUlaw[code]];
    EXPECT_LE(std::abs(after - before), std::abs(before) / 16 + 8) << code;
  }
}

TEST(Codecs, are_found_by_every_name) {
  for (const auto& codec : codecs()) {
    EXPECT_EQ(find_codec(codec.id), &codec);
    EXPECT_EQ(find_codec_by_encoding(codec.encoding, codec.clock_rate), &codec);
    EXPECT_EQ(find_codec_by_config_name(codec.config_name), &codec);
  }
  EXPECT_EQ(find_codec_by_encoding("pcma", 8000), find_codec(CodecId::kPcma));
  EXPECT_EQ(find_codec_by_encoding("PCMA", 16000), nullptr);
  EXPECT_EQ(find_codec_by_config_name("gsm"), nullptr);
}

// A contract that every codec keeps.
class EveryCodec : public testing::TestWithParam<CodecId> {};

TEST_P(EveryCodec, a_frame_of_20_ms_has_its_size_and_comes_back) {
  const auto& info = *find_codec(GetParam());
  std::vector<std::int16_t> samples(info.sample_rate / 50), back(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = static_cast<std::int16_t>(8000 * std::sin(static_cast<double>(i) * 0.2));
  std::vector<std::uint8_t> bytes(1500);
  auto written = make_encoder(info.id)->encode(samples, bytes);
  EXPECT_EQ(written, info.bytes_per_20ms);
  EXPECT_EQ(make_decoder(info.id)->decode(std::span(bytes).first(written), back), samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) EXPECT_NEAR(samples[i], back[i], 300);
}

TEST_P(EveryCodec, never_writes_beyond_what_it_is_given) {
  std::vector<std::int16_t> samples(160);
  std::vector<std::uint8_t> bytes(7);
  EXPECT_LE(make_encoder(GetParam())->encode(samples, bytes), 7u);
  std::vector<std::uint8_t> payload(500);
  EXPECT_LE(make_decoder(GetParam())->decode(payload, samples), 160u);
}

INSTANTIATE_TEST_SUITE_P(Codecs, EveryCodec, testing::Values(CodecId::kPcma, CodecId::kPcmu));

}  // namespace
}  // namespace polyfon::media
