#include "store/crc32c.h"

#include <string>

#include <gtest/gtest.h>

namespace polyfon::store {
namespace {

TEST(Crc32c, has_the_check_value_of_castagnoli) { EXPECT_EQ(crc32c("123456789"), 0xe3069283u); }

TEST(Crc32c, rfc3720_b_4_test_vectors) {
  std::string ascending, descending;
  for (int i = 0; i < 32; ++i) ascending += static_cast<char>(i), descending += static_cast<char>(31 - i);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc32c(ascending), 0x46dd794eu);
  EXPECT_EQ(crc32c(descending), 0x113fdb5cu);
}

TEST(Crc32c, goes_on_where_a_part_ended) { EXPECT_EQ(crc32c("56789", crc32c("1234")), crc32c("123456789")); }

TEST(Crc32c, of_nothing_is_zero) { EXPECT_EQ(crc32c(""), 0u); }

}  // namespace
}  // namespace polyfon::store
