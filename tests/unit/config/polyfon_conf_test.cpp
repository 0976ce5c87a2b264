#include "config/polyfon_conf.h"

#include <sstream>

#include "config/loaders.h"
#include "config/nearest.h"
#include "unit/config/support.h"

namespace polyfon::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class PolyfonConf : public testing::Test {
 protected:
  PolyfonSettings load(std::string_view text) {
    diagnostics_ = {};
    PolyfonSettings settings;
    load_polyfon(File::parse(text, "polyfon.conf", diagnostics_), settings, diagnostics_);
    return settings;
  }
  std::vector<std::string> lines() const { return told(diagnostics_); }
  Diagnostics diagnostics_;
};

TEST_F(PolyfonConf, every_key_is_read) {
  PolyfonSettings settings = load(
      "[general]\nworkers=4\ndrain_time=90\nsounds_directory=/"
      "s\n[media]\nthreads=3\n[registrar]\nmax_contacts=1\nfork=ALL\nfork_time=7\n"
      "remove_unreachable=yes\npath_without_support=yes\nthird_party=desk: 1001, "
      "1002\nthird_party=desk:1003\n"
      "[sip]\ndigest=sha-256, md5\n"
      "[log]\nfile=/l\nlevel=DEBUG\n");
  EXPECT_EQ(settings.workers, 4u);
  EXPECT_EQ(settings.drain_time, 90s);
  EXPECT_EQ(settings.sounds_directory, "/s");
  EXPECT_EQ(settings.media_threads, 3u);
  EXPECT_EQ(settings.max_contacts, 1u);
  EXPECT_EQ(settings.forking, Forking::kAll);
  EXPECT_EQ(settings.fork_time, 7s);
  EXPECT_TRUE(settings.remove_unreachable);
  EXPECT_TRUE(settings.path_without_support);
  EXPECT_THAT(settings.third_party.at("desk"), ElementsAre("1001", "1002", "1003"));
  EXPECT_THAT(settings.digest_algorithms, ElementsAre("SHA-256", "MD5"));
  EXPECT_EQ(settings.log_file, "/l");
  EXPECT_EQ(settings.log_level, "debug");
  EXPECT_THAT(lines(), IsEmpty());
}
TEST_F(PolyfonConf, an_unknown_digest_algorithm_is_an_error) {
  EXPECT_THAT(load("[sip]\ndigest=MD5,SHA-1\n").digest_algorithms, ElementsAre("MD5"));
  EXPECT_THAT(
      lines(),
      ElementsAre("polyfon.conf:2: error: digest: 'SHA-1' is unknown; expected MD5, SHA-256 or both"));
}
TEST_F(PolyfonConf, a_rule_of_third_parties_names_both_sides) {
  EXPECT_TRUE(
      load("[registrar]\nthird_party=desk\nthird_party=desk:\nthird_party=: 1001\n").third_party.empty());
  EXPECT_EQ(lines().size(), 3u);
  EXPECT_EQ(load("[registrar]\nfork=sometimes\n").forking, Forking::kByQ);
  EXPECT_THAT(lines(),
              ElementsAre("polyfon.conf:2: error: fork: 'sometimes' is unknown; expected all or by_q"));
}
TEST_F(PolyfonConf, the_defaults_of_the_table_are_the_defaults) {
  std::string text;
  for (const PolyfonKey& key : polyfon_keys())
    text += fmt::format("[{}]\n{}={}\n", key.section, key.name, key.default_value);
  PolyfonSettings written = load(text), defaults;
  EXPECT_THAT(lines(), IsEmpty());
  EXPECT_EQ(written.workers, defaults.workers);
  EXPECT_EQ(written.drain_time, defaults.drain_time);
  EXPECT_EQ(written.sounds_directory, defaults.sounds_directory);
  EXPECT_EQ(written.media_threads, defaults.media_threads);
  EXPECT_EQ(written.max_contacts, defaults.max_contacts);
  EXPECT_EQ(written.forking, defaults.forking);
  EXPECT_EQ(written.fork_time, defaults.fork_time);
  EXPECT_EQ(written.remove_unreachable, defaults.remove_unreachable);
  EXPECT_EQ(written.path_without_support, defaults.path_without_support);
  EXPECT_EQ(written.third_party, defaults.third_party);
  EXPECT_EQ(written.digest_algorithms, defaults.digest_algorithms);
  EXPECT_EQ(written.log_file, defaults.log_file);
  EXPECT_EQ(written.log_level, defaults.log_level);
}
TEST_F(PolyfonConf, the_document_has_every_key_with_its_default_range_and_help) {
  std::ifstream stream(std::filesystem::path(POLYFON_SOURCE_DIR) / "docs/polyfon-conf.md");
  std::stringstream document;
  document << stream.rdbuf();
  for (const PolyfonKey& key : polyfon_keys()) {
    EXPECT_THAT(document.str(), HasSubstr(fmt::format("## [{}]\n", key.section)));
    EXPECT_THAT(document.str(), HasSubstr(fmt::format("| `{}` | `{}` | {} | {} | {} |\n", key.name,
                                                      key.default_value, key.type, key.range, key.help)));
  }
}
TEST_F(PolyfonConf, an_unknown_key_is_an_error_with_a_suggestion) {
  load("[media]\nthread=2\n");
  EXPECT_THAT(lines(),
              ElementsAre("polyfon.conf:2: error: unknown key 'thread' in [media]; did you mean 'threads'?"));
}
TEST_F(PolyfonConf, a_key_of_another_section_is_suggested) {
  load("[general]\nmax_contacts=2\n");
  EXPECT_THAT(lines(),
              ElementsAre("polyfon.conf:2: error: unknown key 'max_contacts' in [general]; did you mean "
                          "'max_contacts' in [registrar]?"));
}
TEST_F(PolyfonConf, what_is_far_from_every_key_gets_no_suggestion) {
  load("[media]\ncolour=red\n");
  EXPECT_THAT(lines(), ElementsAre("polyfon.conf:2: error: unknown key 'colour' in [media]"));
}
TEST_F(PolyfonConf, an_unknown_section_is_one_error) {
  load("[medai]\nthreads=2\nfoo=1\n[elsewhere]\n");
  EXPECT_THAT(lines(), ElementsAre("polyfon.conf:1: error: unknown section [medai]; did you mean [media]?",
                                   "polyfon.conf:4: error: unknown section [elsewhere]"));
}
TEST_F(PolyfonConf, values_out_of_range_are_errors) {
  load(
      "[general]\nworkers=0\ndrain_time=-1\nsounds_directory=sounds\n[media]\nthreads=65\n[log]\nlevel="
      "loud\nfile=x\n");
  EXPECT_EQ(lines().size(), 6u);
  for (const Diagnostic& diagnostic : diagnostics_.all())
    EXPECT_EQ(diagnostic.severity, Diagnostic::Severity::kError) << diagnostic.text;
}
TEST_F(PolyfonConf, templates_are_no_sections) {
  EXPECT_EQ(load("[many](!)\nthreads=3\n[media](many)\n").media_threads, 3u);
  EXPECT_THAT(lines(), IsEmpty());
}

TEST(Nearest, takes_the_fewest_edits_in_any_case) {
  std::vector<std::string_view> words{"threads", "thread_name", "workers"};
  EXPECT_EQ(nearest("Thraeds", words), "threads");
  EXPECT_EQ(nearest("worker", words), "workers");
  EXPECT_EQ(nearest("xyz", words), std::nullopt);
  EXPECT_EQ(nearest("", words), std::nullopt);
  EXPECT_EQ(nearest(std::string(1000, 't'), words), std::nullopt);
}

}  // namespace
}  // namespace polyfon::config
