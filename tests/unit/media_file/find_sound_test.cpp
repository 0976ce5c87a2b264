#include <algorithm>

#include <gtest/gtest.h>

#include "media/file/audio.h"
#include "unit/media_file/audio_files.h"

namespace polyfon::media {
namespace {

class FindSound : public testing::Test {
 protected:
  void make(const std::string& name) { folder_.write_text(name, "x"); }
  std::string found(std::string_view name, std::string_view language) {
    auto file = find_sound(name, language, folder_.path());
    return file ? file->lexically_relative(folder_.path()).string() : "";
  }
  test::SoundFolder folder_;
};

TEST_F(FindSound, in_the_folder_of_the_language) {
  make("ru/hello.wav");
  make("en/hello.wav");
  EXPECT_EQ(found("hello", "ru"), "ru/hello.wav");
  EXPECT_EQ(found("hello", "en"), "en/hello.wav");
}

TEST_F(FindSound, in_the_voice_folders_of_debians_packages) {
  make("ru_RU_f_IvrvoiceRU/digits/1.wav");
  make("en_US_f_Allison/digits/1.wav");
  EXPECT_EQ(found("digits/1", "ru"), "ru_RU_f_IvrvoiceRU/digits/1.wav");
  EXPECT_EQ(found("digits/1", "en"), "en_US_f_Allison/digits/1.wav");
  EXPECT_EQ(found("digits/1", "ru_RU"), "ru_RU_f_IvrvoiceRU/digits/1.wav");
}

TEST_F(FindSound, the_folder_of_the_language_comes_before_its_voices) {
  make("ru_RU_f_IvrvoiceRU/hello.wav");
  make("ru/hello.gsm");
  EXPECT_EQ(found("hello", "ru"), "ru/hello.gsm");
}

TEST_F(FindSound, of_several_voices_the_first_by_name) {
  make("en_US_f_Allison/hello.wav");
  make("en_AU_f_Carmen/hello.wav");
  EXPECT_EQ(found("hello", "en"), "en_AU_f_Carmen/hello.wav");
  EXPECT_EQ(found("hello", "en_US"), "en_US_f_Allison/hello.wav");
}

TEST_F(FindSound, a_language_is_no_prefix_of_another) {
  make("eng/hello.wav");
  EXPECT_EQ(found("hello", "en"), "");
}

TEST_F(FindSound, without_its_region_then_in_english_then_in_none) {
  make("hello.wav");
  EXPECT_EQ(found("hello", "de_AT"), "hello.wav");
  make("en/hello.wav");
  EXPECT_EQ(found("hello", "de_AT"), "en/hello.wav");
  make("de/hello.wav");
  EXPECT_EQ(found("hello", "de_AT"), "de/hello.wav");
  make("de_AT/hello.wav");
  EXPECT_EQ(found("hello", "de_AT"), "de_AT/hello.wav");
  EXPECT_EQ(found("hello", "de-AT"), "de/hello.wav");
}

TEST_F(FindSound, extensions_in_order_of_preference) {
  make("en/hello.gsm");
  EXPECT_EQ(found("hello", "en"), "en/hello.gsm");
  make("en/hello.alaw");
  EXPECT_EQ(found("hello", "en"), "en/hello.alaw");
  make("en/hello.wav");
  EXPECT_EQ(found("hello", "en"), "en/hello.wav");
}

TEST_F(FindSound, an_extension_in_the_name_is_taken_as_it_is) {
  make("en/hello.wav");
  make("en/hello.gsm");
  EXPECT_EQ(found("hello.gsm", "en"), "en/hello.gsm");
}

TEST_F(FindSound, a_dot_in_the_name_is_no_extension) {
  make("en/v1.2.wav");
  EXPECT_EQ(found("v1.2", "en"), "en/v1.2.wav");
}

TEST_F(FindSound, an_absolute_name_needs_no_language) {
  make("own/greeting.wav");
  auto file = find_sound((folder_.path() / "own/greeting").string(), "ru", "/nonexistent");
  ASSERT_TRUE(file);
  EXPECT_EQ(*file, folder_.path() / "own/greeting.wav");
}

TEST_F(FindSound, nothing_is_found_through_two_dots) {
  make("secret.wav");
  make("en/hello.wav");
  EXPECT_EQ(found("../secret", "en"), "");
  EXPECT_EQ(found("a/../../secret", "en"), "");
  EXPECT_FALSE(find_sound((folder_.path() / "en/../secret").string(), "en", folder_.path()));
}

TEST_F(FindSound, a_language_that_is_a_path_counts_as_english) {
  make("x/hello.wav");
  make("en/hello.wav");
  EXPECT_EQ(found("hello", "../x"), "en/hello.wav");
  EXPECT_EQ(found("hello", ""), "en/hello.wav");
}

TEST_F(FindSound, strange_names_are_not_found) {
  EXPECT_EQ(found("", "en"), "");
  EXPECT_EQ(found(std::string(5000, 'a'), "en"), "");
  EXPECT_EQ(found(std::string_view("a\0b", 3), "en"), "");
}

TEST_F(FindSound, a_folder_is_no_sound) {
  make("en/hello.wav/inner");
  EXPECT_EQ(found("hello", "en"), "");
}

TEST_F(FindSound, a_directory_that_is_not_there_has_no_sounds) {
  EXPECT_FALSE(find_sound("hello", "en", "/nonexistent/sounds"));
}

TEST(AudioExtensions, begin_with_wav_and_have_asterisks_names) {
  auto extensions = audio_extensions();
  EXPECT_EQ(extensions.front(), "wav");
  for (auto name : {"alaw", "al", "ulaw", "ul", "pcm", "sln", "gsm", "ogg", "flac", "mp3"})
    EXPECT_NE(std::ranges::find(extensions, name), extensions.end()) << name;
}

}  // namespace
}  // namespace polyfon::media
