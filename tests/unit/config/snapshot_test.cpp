#include "config/snapshot.h"

#include <chrono>

#include "unit/config/support.h"

namespace polyfon::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SnapshotTest : public testing::Test {
 protected:
  std::shared_ptr<const Snapshot> load() {
    diagnostics_ = {};
    return load_snapshot(directory_.path(), diagnostics_);
  }
  void write_minimum() {
    directory_.write("sip.conf", "[1001]\ntype=friend\nhost=dynamic\nsecret=s\n");
    directory_.write("extensions.conf", "[default]\nexten => 1,1,Answer()\n");
  }
  std::vector<std::string> lines() const { return told(diagnostics_); }
  TemporaryDirectory directory_;
  Diagnostics diagnostics_;
};

TEST_F(SnapshotTest, a_missing_directory_is_an_error) {
  auto snapshot = load_snapshot(directory_.path() / "none", diagnostics_);
  EXPECT_NE(snapshot, nullptr);
  EXPECT_THAT(lines(),
              ElementsAre((directory_.path() / "none").string() + ": error: there is no such directory"));
}
TEST_F(SnapshotTest, an_empty_directory_is_two_warnings_and_usable) {
  auto snapshot = load();
  EXPECT_FALSE(diagnostics_.has_errors());
  EXPECT_THAT(lines(), ElementsAre(AllOf(HasSubstr("extensions.conf: warning: no extensions.conf in"),
                                         HasSubstr("no number can be dialled")),
                                   AllOf(HasSubstr("sip.conf: warning: no sip.conf in"),
                                         HasSubstr("no phone can register"))));
  EXPECT_FALSE(snapshot->extensions);
  EXPECT_THAT(snapshot->endpoints, IsEmpty());
  EXPECT_EQ(snapshot->sip.bind.size(), 1u);
}
TEST_F(SnapshotTest, accounts_are_found_by_name_in_any_case) {
  directory_.write("sip.conf", "[Ann]\ntype=friend\nhost=dynamic\nsecret=s\n");
  auto snapshot = load();
  ASSERT_NE(snapshot->find_endpoint("ann"), nullptr);
  EXPECT_EQ(snapshot->find_endpoint("ann"), snapshot->endpoints[0].get());
  EXPECT_EQ(snapshot->find_endpoint("bob"), nullptr);
}
TEST_F(SnapshotTest, every_file_is_read) {
  write_minimum();
  directory_.write("rtp.conf", "[general]\nrtpstart=30000\nrtpend=30010\n");
  directory_.write("cdr.conf", "[general]\nenable=no\n");
  directory_.write("polyfon.conf", "[media]\nthreads=3\n[registrar]\nmax_contacts=1\n");
  directory_.write("moh/a.wav", "");
  directory_.write("musiconhold.conf",
                   fmt::format("[hold]\nmode=files\ndirectory={}/moh\n", directory_.path().string()));
  auto snapshot = load();
  EXPECT_THAT(lines(), IsEmpty());
  EXPECT_EQ(snapshot->directory, directory_.path());
  EXPECT_EQ(snapshot->rtp.start, 30000);
  EXPECT_FALSE(snapshot->cdr.enabled);
  EXPECT_EQ(snapshot->polyfon.media_threads, 3u);
  EXPECT_EQ(snapshot->endpoints.at(0)->max_contacts, 1u);
  EXPECT_EQ(snapshot->music.at("hold").files.size(), 1u);
  ASSERT_TRUE(snapshot->extensions);
  EXPECT_NE(snapshot->extensions->find("default"), nullptr);
  EXPECT_EQ(snapshot->files.size(), 6u);
}
TEST_F(SnapshotTest, errors_of_all_files_are_told_at_once_sorted_by_file_and_line) {
  directory_.write("sip.conf", "[general]\nbindport=x\n[1]\ntype=friend\nhost=dynamic\nsecret=s\nport=0\n");
  directory_.write("extensions.conf", "[x\n");
  directory_.write("rtp.conf", "[general]\nrtpend=1\n");
  directory_.write("polyfon.conf", "[nonsense]\n");
  load();
  EXPECT_THAT(lines(), ElementsAre(HasSubstr("extensions.conf:1: error"), HasSubstr("polyfon.conf:1: error"),
                                   HasSubstr("rtp.conf:2: error"), HasSubstr("sip.conf:2: error"),
                                   HasSubstr("sip.conf:7: error")));
}
TEST_F(SnapshotTest, files_of_asterisk_that_nothing_reads_are_named) {
  write_minimum();
  for (const char* name : {"voicemail.conf", "queues.conf", "pjsip.conf", "my-own.conf", "features.conf"})
    directory_.write(name, "[general]\n");
  load();
  EXPECT_THAT(lines(), ElementsAre("features.conf: warning: not read by polyfon yet",
                                   "pjsip.conf: warning: not read by polyfon yet",
                                   "queues.conf: warning: not read by polyfon yet",
                                   "voicemail.conf: warning: not read by polyfon yet"));
}
TEST_F(SnapshotTest, a_file_that_another_includes_is_read) {
  write_minimum();
  directory_.write("users.conf", "[2]\ntype=friend\nhost=dynamic\nsecret=s\n");
  directory_.write("sip.conf", "#include users.conf\n");
  auto snapshot = load();
  EXPECT_THAT(lines(), IsEmpty());
  EXPECT_NE(snapshot->find_endpoint("2"), nullptr);
}
TEST_F(SnapshotTest, exec_needs_asterisk_conf) {
  directory_.write("extensions.conf", "[a]\n#exec \"echo k=1\"\n");
  EXPECT_THAT(load()->extensions->find("a")->variables, IsEmpty());
  EXPECT_THAT(lines(), Contains(HasSubstr("execincludes")));
  directory_.write("asterisk.conf", "[options]\nexecincludes = yes\n");
  auto snapshot = load();
  EXPECT_EQ(snapshot->extensions->find("a")->variables.size(), 1u);
  EXPECT_TRUE(snapshot->uses_exec);
}
TEST_F(SnapshotTest, the_data_directory_of_another_machine_is_a_warning) {
  write_minimum();
  directory_.write("asterisk.conf", "[directories]\nastdatadir => /no/such/place\n");
  auto snapshot = load();
  EXPECT_THAT(
      lines(),
      ElementsAre(HasSubstr("asterisk.conf:2: warning: astdatadir: there is no directory '/no/such/place'")));
  EXPECT_EQ(snapshot->polyfon.sounds_directory, "/usr/share/asterisk/sounds");
}
TEST_F(SnapshotTest, the_data_directory_holds_sounds_and_music_unless_polyfon_conf_says_otherwise) {
  write_minimum();
  directory_.write("data/moh/a.wav", "");
  directory_.write("asterisk.conf",
                   fmt::format("[directories]\nastdatadir => {}/data\n", directory_.path().string()));
  auto snapshot = load();
  EXPECT_EQ(snapshot->polyfon.sounds_directory, directory_.path() / "data/sounds");
  EXPECT_EQ(snapshot->music.at("default").files.size(), 1u);
  directory_.write("polyfon.conf", "[general]\nsounds_directory=/elsewhere\n");
  EXPECT_EQ(load()->polyfon.sounds_directory, "/elsewhere");
}
TEST_F(SnapshotTest, ten_thousand_accounts_are_loaded_well_within_a_second) {
  std::string text =
      "[phone](!)\ntype=friend\nhost=dynamic\ncontext=office\ndisallow=all\nallow=alaw,ulaw\nnat=force_"
      "rport\n";
  for (int i = 0; i < 10'000; ++i)
    text += fmt::format("[{}](phone)\nsecret=s{}\ncallerid=\"N\" <{}>\n", 10'000 + i, i, i);
  directory_.write("sip.conf", text);
  auto begin = std::chrono::steady_clock::now();
  auto snapshot = load();
  auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(snapshot->endpoint_by_name.size(), 10'000u);
  EXPECT_LT(took, std::chrono::seconds(5));  // under sanitizers, on a busy machine
}

}  // namespace
}  // namespace polyfon::config
