// The wake-ups of a mailbox: real time, in milliseconds.
#include "media/engine/mailbox.h"

#include <gtest/gtest.h>
#include <poll.h>

namespace polyfon::media {
namespace {

using namespace std::chrono_literals;

// Whether the thread would wake within that time.
bool wakes(const Mailbox<int>& mailbox, base::Duration within) {
  pollfd ready{.fd = mailbox.fd(), .events = POLLIN, .revents = 0};
  return ::poll(&ready, 1, static_cast<int>(within / 1ms)) == 1;
}

TEST(Mailbox, things_come_in_the_order_they_were_posted_in) {
  Mailbox<int> mailbox;
  mailbox.post(1, 1ms);
  mailbox.post(2, 20ms);
  mailbox.post(3, 1ms);
  ASSERT_TRUE(wakes(mailbox, 5s));
  EXPECT_EQ(mailbox.take(), (std::vector{1, 2, 3}));
  EXPECT_TRUE(mailbox.take().empty());
}

TEST(Mailbox, what_comes_close_together_wakes_once) {
  Mailbox<int> mailbox;
  mailbox.post(1, 1ms);
  mailbox.post(2, 1ms);
  ASSERT_TRUE(wakes(mailbox, 5s));
  mailbox.take();
  EXPECT_FALSE(wakes(mailbox, 10ms));
}

TEST(Mailbox, what_is_in_a_hurry_takes_along_what_is_not) {
  Mailbox<int> mailbox;
  mailbox.post(1, 1h);
  EXPECT_FALSE(wakes(mailbox, 10ms));
  mailbox.post(2, 1ms);
  ASSERT_TRUE(wakes(mailbox, 5s));
  EXPECT_EQ(mailbox.take(), (std::vector{1, 2}));
}

TEST(Mailbox, what_can_wait_does_not_put_off_what_is_in_a_hurry) {
  Mailbox<int> mailbox;
  mailbox.post(1, 1ms);
  mailbox.post(2, 1h);
  EXPECT_TRUE(wakes(mailbox, 5s));
}

TEST(Mailbox, wakes_again_after_it_was_emptied) {
  Mailbox<int> mailbox;
  for (int i = 0; i < 3; ++i) {
    mailbox.post(i, 1ms);
    ASSERT_TRUE(wakes(mailbox, 5s));
    EXPECT_EQ(mailbox.take(), std::vector{i});
  }
}

TEST(Mailbox, can_be_woken_with_nothing_in_it) {
  Mailbox<int> mailbox;
  mailbox.wake();
  ASSERT_TRUE(wakes(mailbox, 5s));
  EXPECT_TRUE(mailbox.take().empty());
  EXPECT_FALSE(wakes(mailbox, 10ms));
}

}  // namespace
}  // namespace polyfon::media
