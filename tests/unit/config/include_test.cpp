#include "unit/config/support.h"

namespace polyfon::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Include : public testing::Test {
 protected:
  File read(std::string_view name = "main.conf", bool exec_allowed = false) {
    auto file = File::read(directory_.path(), name, diagnostics_, exec_allowed);
    EXPECT_TRUE(file);
    return file ? std::move(*file) : File{};
  }
  TemporaryDirectory directory_;
  Diagnostics diagnostics_;
};

TEST_F(Include, a_missing_main_file_is_nothing) {
  EXPECT_FALSE(File::read(directory_.path(), "none.conf", diagnostics_));
  EXPECT_THAT(told(diagnostics_), IsEmpty());
}
TEST_F(Include, a_main_file_that_is_a_directory_is_an_error) {
  std::filesystem::create_directory(directory_.path() / "main.conf");
  read();
  EXPECT_THAT(told(diagnostics_), ElementsAre("main.conf: error: is not a regular file"));
}
TEST_F(Include, quoted_angled_and_bare_names_are_the_same) {
  directory_.write("a.conf", "[a]\nk=1\n");
  directory_.write("b.conf", "[b]\nk=2\n");
  directory_.write("c.conf", "[c]\nk=3\n");
  directory_.write("main.conf", "#include \"a.conf\"\n#include <b.conf> ; why\n#INCLUDE   c.conf\n");
  File file = read();
  EXPECT_THAT(told(diagnostics_), IsEmpty());
  EXPECT_EQ(file.sections().size(), 3u);
}
TEST_F(Include, names_are_relative_to_the_directory_of_the_configuration) {
  directory_.write("sub/inner.conf", "[inner]\nk=1\n#include \"sub/deeper.conf\"\n");
  directory_.write("sub/deeper.conf", "[deeper]\n");
  directory_.write("main.conf", "#include sub/inner.conf\n");
  File file = read();
  EXPECT_NE(file.find("deeper"), nullptr);
  EXPECT_EQ(file.find("inner")->variables[0].where.file, "sub/inner.conf");
  EXPECT_EQ(file.find("inner")->variables[0].where.line, 2u);
}
TEST_F(Include, an_absolute_name_is_shown_in_full_when_it_is_elsewhere) {
  TemporaryDirectory other;
  other.write("x.conf", "[x]\nbad\n");
  directory_.write("main.conf", "#include " + (other.path() / "x.conf").string() + "\n");
  read();
  EXPECT_THAT(told(diagnostics_), ElementsAre(HasSubstr((other.path() / "x.conf:2: warning").string())));
}
TEST_F(Include, an_absolute_name_below_the_directory_is_shown_relative) {
  directory_.write("x.conf", "bad\n");
  directory_.write("main.conf", "[x]\n#include " + (directory_.path() / "x.conf").string() + "\n");
  read();
  EXPECT_THAT(told(diagnostics_), ElementsAre(HasSubstr("x.conf:1: warning")));
}
TEST_F(Include, every_file_that_was_read_is_listed) {
  directory_.write("a.conf", "");
  directory_.write("main.conf", "#include a.conf\n#tryinclude none.conf\n");
  EXPECT_THAT(read().files(), ElementsAre(directory_.path() / "main.conf", directory_.path() / "a.conf"));
}
TEST_F(Include, patterns_read_every_match_in_order) {
  directory_.write("d/2.conf", "[two]\n");
  directory_.write("d/1.conf", "[one]\n");
  directory_.write("d/3.txt", "[three]\n");
  directory_.write("main.conf", "#include d/*.conf\n");
  File file = read();
  ASSERT_EQ(file.sections().size(), 2u);
  EXPECT_EQ(file.sections()[0].name, "one");
  EXPECT_EQ(file.sections()[1].name, "two");
}
TEST_F(Include, braces_are_patterns_too) {
  directory_.write("a.conf", "[a]\n");
  directory_.write("b.conf", "[b]\n");
  directory_.write("main.conf", "#include \"{a,b}.conf\"\n");
  EXPECT_EQ(read().sections().size(), 2u);
}
TEST_F(Include, a_directory_whose_name_looks_like_a_pattern_is_no_pattern) {
  directory_.write("[odd]*/main.conf", "#include x*.conf\n");
  directory_.write("[odd]*/x1.conf", "[x1]\n");
  auto file = File::read(directory_.path() / "[odd]*", "main.conf", diagnostics_);
  ASSERT_TRUE(file);
  EXPECT_NE(file->find("x1"), nullptr);
}
TEST_F(Include, a_missing_file_is_an_error_and_reading_goes_on) {
  directory_.write("main.conf", "#include none.conf\n#include no*.conf\n[x]\na=1\n");
  File file = read();
  EXPECT_THAT(told(diagnostics_),
              ElementsAre(HasSubstr("main.conf:1: error: #include: there is no file 'none.conf'"),
                          HasSubstr("main.conf:2: error")));
  EXPECT_THAT(values(file, "x"), ElementsAre("a=1"));
}
TEST_F(Include, tryinclude_of_a_missing_file_is_nothing) {
  directory_.write("main.conf", "#tryinclude none.conf\n#TryInclude \"no*.conf\"\n[x]\n");
  read();
  EXPECT_THAT(told(diagnostics_), IsEmpty());
}
TEST_F(Include, a_directory_is_skipped_with_a_warning) {
  directory_.write("d.conf/x", "");
  directory_.write("e.conf", "[e]\n");
  directory_.write("main.conf", "#include *.con[f]\n");
  std::filesystem::rename(directory_.path() / "main.conf", directory_.path() / "main.cfg");
  File file = read("main.cfg");
  EXPECT_THAT(told(diagnostics_), ElementsAre(HasSubstr("d.conf is not a regular file")));
  EXPECT_NE(file.find("e"), nullptr);
}
TEST_F(Include, values_before_a_section_go_to_the_section_that_includes) {
  directory_.write("more.conf", "b=2\n[y]\nc=3\n");
  directory_.write("main.conf", "[x]\na=1\n#include more.conf\nd=4\n");
  File file = read();
  EXPECT_THAT(values(file, "x"), ElementsAre("a=1", "b=2", "d=4"));
  EXPECT_THAT(values(file, "y"), ElementsAre("c=3"));
}
TEST_F(Include, a_template_of_an_included_file_is_known_after_it) {
  directory_.write("t.conf", "[t](!)\na=1\n");
  directory_.write("main.conf", "#include t.conf\n[x](t)\n[t](!)\n");
  EXPECT_THAT(values(read(), "x"), ElementsAre("a=1"));
}
TEST_F(Include, a_block_comment_ends_with_its_file) {
  directory_.write("open.conf", "[a]\n;-- open\n");
  directory_.write("main.conf", "#include open.conf\n[b]\nk=1\n");
  EXPECT_THAT(values(read(), "b"), ElementsAre("k=1"));
  EXPECT_EQ(diagnostics_.all().size(), 1u);
}
TEST_F(Include, ten_levels_are_read) {
  for (int i = 1; i < kMaxIncludeLevel; ++i)
    directory_.write(fmt::format("{}.conf", i), fmt::format("#tryinclude {}.conf\n[s{}]\n", i + 1, i));
  directory_.write("main.conf", "#include 1.conf\n");
  EXPECT_EQ(read().sections().size(), 9u);
  EXPECT_TRUE(diagnostics_.has_errors());  // the ninth still asks for one more
}
TEST_F(Include, a_file_that_includes_itself_is_one_error) {
  directory_.write("main.conf", "[x]\n#include main.conf\n#include main.conf\na=1\n");
  read();
  EXPECT_THAT(told(diagnostics_),
              ElementsAre(HasSubstr("main.conf:2: error: includes are nested deeper than 10")));
}
TEST_F(Include, from_text_without_a_directory_it_is_an_error) {
  EXPECT_THAT(told(parse("#include x\n#tryinclude y\n").diagnostics),
              ElementsAre(HasSubstr("test.conf:1: error")));
}
TEST_F(Include, a_file_that_is_too_large_is_an_error_and_not_read) {
  directory_.write("big.conf", "[big]\n");
  std::filesystem::resize_file(directory_.path() / "big.conf", kMaxFileBytes + 1);  // sparse
  directory_.write("main.conf", "#include big.conf\n[x]\n");
  EXPECT_EQ(read().find("big"), nullptr);
  EXPECT_THAT(told(diagnostics_), ElementsAre(HasSubstr("main.conf:1: error: big.conf is larger than")));
}
TEST_F(Include, a_link_to_a_file_is_read) {
  directory_.write("real.conf", "[real]\n");
  std::filesystem::create_symlink("real.conf", directory_.path() / "main.conf");
  EXPECT_NE(read().find("real"), nullptr);
}
TEST_F(Include, a_link_to_nowhere_is_missing) {
  std::filesystem::create_symlink("nowhere.conf", directory_.path() / "main.conf");
  EXPECT_FALSE(File::read(directory_.path(), "main.conf", diagnostics_));
}
TEST_F(Include, a_second_include_begins_in_the_section_that_the_first_one_opened) {  // as Asterisk does
  directory_.write("a.conf", "[y]\n");
  directory_.write("b.conf", "k=1\n");
  directory_.write("main.conf", "[x]\n#include a.conf\n#include b.conf\n");
  EXPECT_THAT(values(read(), "y"), ElementsAre("k=1"));
}
TEST_F(Include, an_include_in_a_lost_section_is_still_read) {
  directory_.write("a.conf", "[y]\nk=1\n");
  directory_.write("main.conf", "[x\na=1\n#include a.conf\nb=2\n");
  File file = read();
  EXPECT_THAT(values(file, "y"), ElementsAre("k=1"));
  EXPECT_EQ(diagnostics_.all().size(), 1u);
}
TEST_F(Include, an_unknown_directive_is_a_warning) {
  directory_.write("main.conf", "#inclued x\n# a comment of another language\n[x]\n");
  read();
  EXPECT_THAT(told(diagnostics_), ElementsAre("main.conf:1: warning: unknown directive '#inclued'; ignored",
                                              "main.conf:2: warning: unknown directive '#'; ignored"));
}
TEST_F(Include, without_an_argument_it_is_a_warning) {
  directory_.write("main.conf", "#include\n#include \"\"\n#tryinclude ; x\n");
  read();
  EXPECT_FALSE(diagnostics_.has_errors());
  EXPECT_EQ(diagnostics_.all().size(), 3u);
}
TEST_F(Include, exec_that_is_not_allowed_is_a_warning) {
  directory_.write("main.conf", "#exec \"touch ran\"\n[x]\n");
  File file = read();
  EXPECT_THAT(told(diagnostics_),
              ElementsAre(HasSubstr("main.conf:1: warning: #exec needs execincludes=yes")));
  EXPECT_FALSE(file.uses_exec());
}
TEST_F(Include, what_an_allowed_exec_prints_is_read) {
  directory_.write("main.conf", "[x]\n#exec \"printf 'a=1\\n[y]\\nb=2\\nbad\\n'\"\nc=3\n");
  File file = read("main.conf", true);
  EXPECT_THAT(values(file, "x"), ElementsAre("a=1", "c=3"));
  EXPECT_THAT(values(file, "y"), ElementsAre("b=2"));
  EXPECT_TRUE(file.uses_exec());
  EXPECT_THAT(told(diagnostics_), ElementsAre(HasSubstr("#exec printf")));
}
TEST_F(Include, an_exec_that_fails_is_a_warning) {
  directory_.write("main.conf", "#exec \"exit 3\"\n[x]\n#exec");
  read("main.conf", true);
  EXPECT_THAT(told(diagnostics_),
              ElementsAre(HasSubstr("ended with 3"), HasSubstr("#exec without a command")));
}

}  // namespace
}  // namespace polyfon::config
