// The journal on a disk that fills up: a tmpfs of a few hundred kB, where this machine lets a test mount one.
#include <cerrno>
#include <cstring>
#include <fstream>

#include <sys/mount.h>

#include "contract/journal_support.h"

namespace polyfon::store {
namespace {

namespace fs = std::filesystem;
using State = Journal::State;

class FullDisk : public testing::Test {
 protected:
  void SetUp() override {
    mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=512k") == 0;
    if (!mounted_) GTEST_SKIP() << "no tmpfs can be mounted: " << std::strerror(errno);
    journal = open_journal(directory, kOptions);
  }
  void TearDown() override {
    journal.reset();
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  // Takes all the room but `left` bytes.
  void fill(std::uint64_t left) {
    auto available = fs::space(folder_.path()).available;
    std::ofstream(folder_ / "filler") << std::string(available > left ? available - left : 0, 'x');
  }
  // Appends until the state is that, or an append fails.
  bool append_until(State state) {
    while (journal->state() != state) {
      auto sequence = journal->append(1, std::string(1000, 'r'));
      if (!sequence) {
        error = sequence.error();
        return journal->state() == state;
      }
      promised.push_back(*sequence);
    }
    return true;
  }

  static constexpr JournalOptions kOptions{.segment_bytes = 16 << 10, .reserve_bytes = 64 << 10};

 private:
  TempFolder folder_;
  bool mounted_ = false;

 protected:
  fs::path directory = folder_ / "journal";
  fs::path filler = folder_ / "filler";
  std::unique_ptr<Journal> journal;
  std::vector<std::uint64_t> promised;
  base::Error error;
};

TEST_F(FullDisk, the_reserve_takes_records_when_there_is_no_room) {
  fill(10'000);
  ASSERT_TRUE(append_until(State::kOnReserve));
  EXPECT_NE(journal->reason().find("No space left on device"), std::string::npos) << journal->reason();
  EXPECT_FALSE(fs::exists(directory / "reserve"));
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(journal->append(1, std::string(1000, 'r'))) << i;
}

TEST_F(FullDisk, without_reserve_append_fails_and_says_why) {
  fill(10'000);
  ASSERT_TRUE(append_until(State::kFull));
  EXPECT_EQ(error.code, base::ErrorCode::kIo);
  EXPECT_EQ(error.text, fmt::format("{}: No space left on device", directory.string()));
  EXPECT_EQ(journal->reason(), error.text);
  EXPECT_GT(promised.size(), 60u) << "the room, and the reserve";
}

TEST_F(FullDisk, what_was_promised_is_there_and_what_failed_is_not) {
  fill(10'000);
  ASSERT_TRUE(append_until(State::kFull));
  EXPECT_FALSE(journal->append(1, std::string(1000, 'r')));
  EXPECT_EQ(sequences(all_records(*journal)), promised);
  journal.reset();
  journal = open_journal(directory, kOptions);
  ASSERT_TRUE(journal);
  EXPECT_EQ(journal->torn_records(), 0u);
  EXPECT_EQ(sequences(all_records(*journal)), promised);
}

TEST_F(FullDisk, opens_without_its_reserve_and_says_so) {
  journal.reset();
  fs::remove(directory / "reserve");
  fill(10'000);
  journal = open_journal(directory, kOptions);
  ASSERT_TRUE(journal);
  EXPECT_EQ(journal->state(), State::kOnReserve);
  EXPECT_NE(journal->reason().find("reserve"), std::string::npos) << journal->reason();
  EXPECT_TRUE(journal->append(1, "still room for some"));
}

TEST_F(FullDisk, is_healthy_again_when_there_is_room) {
  fill(10'000);
  ASSERT_TRUE(append_until(State::kFull));
  fs::remove(filler);
  auto sequence = journal->append(1, "there is room");
  ASSERT_TRUE(sequence);
  EXPECT_EQ(*sequence, promised.back() + 1);
  EXPECT_EQ(journal->state(), State::kOnReserve);
  ASSERT_TRUE(journal->sync());
  EXPECT_EQ(journal->state(), State::kHealthy);
  EXPECT_EQ(journal->reason(), "");
  EXPECT_EQ(fs::file_size(directory / "reserve"), kOptions.reserve_bytes);
}

TEST_F(FullDisk, acknowledging_makes_the_room) {
  fill(10'000);
  ASSERT_TRUE(append_until(State::kFull));
  all_records(*journal);
  journal->acknowledge(promised.back());
  EXPECT_TRUE(journal->append(1, "room of the deleted segments"));
}

TEST_F(FullDisk, the_last_room_is_left_to_records_and_not_taken_for_a_new_reserve) {
  fill(10'000);
  ASSERT_TRUE(append_until(State::kOnReserve));
  fs::resize_file(filler, fs::file_size(filler) - (32 << 10));
  ASSERT_TRUE(journal->sync());
  EXPECT_EQ(journal->state(), State::kOnReserve);
  EXPECT_FALSE(fs::exists(directory / "reserve"));
  EXPECT_FALSE(fs::exists(directory / "reserve.new"));
}

}  // namespace
}  // namespace polyfon::store
