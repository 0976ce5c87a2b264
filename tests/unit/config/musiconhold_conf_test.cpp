#include "config/loaders.h"
#include "unit/config/support.h"

namespace polyfon::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MusicOnHold : public testing::Test {
 protected:
  std::map<std::string, MusicClass> load(std::string_view text) {
    diagnostics_ = {};
    File file = File::parse(text, "moh.conf", diagnostics_);
    auto classes = load_music(file, directory_.path(), diagnostics_);
    diagnostics_.sort();
    return classes;
  }
  std::vector<std::string> files(const MusicClass& music) {
    std::vector<std::string> names;
    for (const auto& path : music.files) names.push_back(path.lexically_relative(directory_.path()).string());
    return names;
  }
  TemporaryDirectory directory_;
  Diagnostics diagnostics_;
};

TEST_F(MusicOnHold, a_class_lists_its_sound_files_by_name) {
  for (const char* name :
       {"moh/b.wav", "moh/a.ulaw", "moh/c.mp3", "moh/notes.txt", "moh/.hidden.wav", "moh/D.WAV", "moh/none"})
    directory_.write(name, "");
  std::filesystem::create_directory(directory_.path() / "moh/folder.wav");
  auto classes = load("[default]\nmode=files\ndirectory=moh\n");
  ASSERT_EQ(classes.count("default"), 1u);
  EXPECT_THAT(files(classes["default"]), ElementsAre("moh/D.WAV", "moh/a.ulaw", "moh/b.wav", "moh/c.mp3"));
  EXPECT_EQ(classes["default"].directory, directory_.path() / "moh");
  EXPECT_EQ(classes["default"].where.line, 1u);
  EXPECT_THAT(told(diagnostics_), IsEmpty());
}
TEST_F(MusicOnHold, a_piece_in_several_formats_is_listed_once) {
  for (const char* name : {"m/a.gsm", "m/a.wav", "m/a.mp3", "m/b.mp3", "m/b.alaw"})
    directory_.write(name, "");
  EXPECT_THAT(files(load("[x]\nmode=files\ndirectory=m\n")["x"]), ElementsAre("m/a.wav", "m/b.alaw"));
}
TEST_F(MusicOnHold, every_format_of_the_reader_is_listed) {
  for (const char* name : {"wav", "alaw", "ulaw", "sln", "gsm", "ogg", "mp3", "flac"})
    directory_.write(fmt::format("m/{0}.{0}", name), "");
  EXPECT_EQ(load("[x]\nmode=files\ndirectory=m\n")["x"].files.size(), 8u);
}
TEST_F(MusicOnHold, an_absolute_directory_stays) {
  directory_.write("m/a.wav", "");
  auto classes = load(fmt::format("[x]\nmode=files\ndirectory={}\n", (directory_.path() / "m").string()));
  EXPECT_EQ(classes["x"].files.size(), 1u);
}
TEST_F(MusicOnHold, sort_and_its_older_form) {
  directory_.write("m/a.wav", "");
  std::string begin = "[x]\nmode=files\ndirectory=m\n";
  for (const char* sort : {"random", "alpha", "randstart"})
    EXPECT_EQ(load(begin + fmt::format("sort={}\n", sort))["x"].sort, sort);
  EXPECT_EQ(load(begin + "random=yes\n")["x"].sort, "random");
  EXPECT_EQ(load(begin)["x"].sort, "");
  EXPECT_THAT(told(diagnostics_), IsEmpty());
  EXPECT_EQ(load(begin + "sort=size\n")["x"].sort, "");
  EXPECT_THAT(told(diagnostics_), ElementsAre(HasSubstr("moh.conf:4: warning: sort: 'size' is unknown")));
}
TEST_F(MusicOnHold, a_directory_that_is_missing_or_empty_is_a_warning) {
  std::filesystem::create_directory(directory_.path() / "empty");
  auto classes = load("[a]\nmode=files\ndirectory=none\n[b]\nmode=files\ndirectory=empty\n[c]\nmode=files\n");
  EXPECT_EQ(classes.size(), 3u);
  EXPECT_THAT(told(diagnostics_), ElementsAre(HasSubstr("moh.conf:1: warning: [a]: "),
                                              HasSubstr("moh.conf:4: warning: [b]: no sound file in"),
                                              HasSubstr("moh.conf:7: warning: [c] has no directory")));
}
TEST_F(MusicOnHold, other_modes_are_not_yet) {
  auto classes = load("[a]\nmode=custom\napplication=/usr/bin/x\n[b]\nmode=QuietMP3\n[c]\nmode=noise\n");
  EXPECT_EQ(classes.at("b").mode, "quietmp3");
  EXPECT_THAT(
      told(diagnostics_),
      ElementsAre("moh.conf:1: warning: [a]: mode=custom is not done by polyfon yet; the class is silent",
                  "moh.conf:3: warning: 'application' is not done by polyfon yet; ignored",
                  "moh.conf:4: warning: [b]: mode=quietmp3 is not done by polyfon yet; the class is silent",
                  "moh.conf:6: warning: [c]: mode 'noise' is unknown; the class is silent"));
}
TEST_F(MusicOnHold, general_and_templates_are_no_classes) {
  EXPECT_THAT(load("[general]\ncachertclasses=no\npreferchannelclass=yes\n[t](!)\nmode=files\n"), IsEmpty());
  EXPECT_THAT(told(diagnostics_), IsEmpty());
}
TEST_F(MusicOnHold, without_a_mode_it_is_files_with_a_warning) {
  directory_.write("m/a.wav", "");
  EXPECT_EQ(load("[x]\ndirectory=m\n")["x"].files.size(), 1u);
  EXPECT_EQ(told(diagnostics_).size(), 1u);
}
TEST_F(MusicOnHold, the_first_class_of_a_name_counts) {
  directory_.write("m/a.wav", "");
  directory_.write("n/b.wav", "");
  auto classes = load("[x]\nmode=files\ndirectory=m\n[x]\nmode=files\ndirectory=n\n");
  EXPECT_THAT(files(classes["x"]), ElementsAre("m/a.wav"));
  EXPECT_THAT(told(diagnostics_), ElementsAre(HasSubstr("moh.conf:4: warning: class 'x' is defined above")));
}
TEST_F(MusicOnHold, the_form_before_1_4_is_told) {
  EXPECT_THAT(load("[classes]\ndefault => quietmp3:/var/lib/asterisk/moh\n"), IsEmpty());
  EXPECT_EQ(told(diagnostics_).size(), 1u);
}
TEST_F(MusicOnHold, stock_music_is_the_class_default_where_it_is_installed) {
  EXPECT_THAT(stock_music(directory_.path()), IsEmpty());
  directory_.write("moh/a.wav", "");
  auto classes = stock_music(directory_.path());
  EXPECT_EQ(classes.at("default").files.size(), 1u);
  EXPECT_EQ(classes.at("default").mode, "files");
}

}  // namespace
}  // namespace polyfon::config
