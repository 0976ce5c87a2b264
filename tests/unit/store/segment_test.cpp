#include "store/segment.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "temp_folder.h"

namespace polyfon::store {
namespace {

TEST(Segment, names_sort_as_their_numbers) {
  EXPECT_EQ(segment_name(1), "00000000000000000001.journal");
  EXPECT_LT(segment_name(9), segment_name(10));
  EXPECT_LT(segment_name(999'999'999'999), segment_name(18'446'744'073'709'551'615u));
}

TEST(Segment, number_comes_back_from_the_name) {
  EXPECT_EQ(segment_number("/data/journal/" + segment_name(42)), 42u);
}

TEST(Segment, other_files_are_none) {
  for (const char* name : {"lock", "reserve", "acknowledged", "x.journal", ".journal", "1.journal.7.torn",
                           "-1.journal", "00000000000000000000.journal", "99999999999999999999.journal"})
    EXPECT_FALSE(segment_number(name)) << name;
}

TEST(Segment, a_file_is_written_whole_and_read_from_anywhere) {
  TempFolder folder;
  auto path = folder / "file";
  ASSERT_TRUE(write_file(path, "something longer"));
  ASSERT_TRUE(write_file(path, "0123456789"));
  EXPECT_EQ(read_file(path), "0123456789");
  EXPECT_EQ(read_file(path, 7), "789");
  EXPECT_EQ(read_file(path, 10), "");
  EXPECT_EQ(read_file(path, 11), "");
}

TEST(Segment, errors_name_the_file) {
  TempFolder folder;
  auto missing = read_file(folder / "missing");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().text.find("missing"), std::string::npos);
  auto nowhere = write_file(folder / "nowhere/file", "x");
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().text.find("nowhere/file"), std::string::npos);
}

TEST(FileDescriptor, moves_and_closes_once) {
  TempFolder folder;
  ASSERT_TRUE(write_file(folder / "file", "x"));
  int raw = ::open((folder / "file").c_str(), O_RDONLY | O_CLOEXEC);
  {
    FileDescriptor first(raw);
    FileDescriptor second(std::move(first));
    EXPECT_EQ(second.get(), raw);
    FileDescriptor third;
    third = std::move(second);
    EXPECT_EQ(third.get(), raw);
    EXPECT_EQ(::fcntl(raw, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  }
  EXPECT_EQ(::fcntl(raw, F_GETFD), -1);
}

}  // namespace
}  // namespace polyfon::store
