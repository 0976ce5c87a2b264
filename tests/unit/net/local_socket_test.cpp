#include "net/local_socket.h"

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/local_frame.h"

namespace polyfon::net {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;

// A server on a loop in a thread of its own, as in the program; the clients block.
class LocalSocket : public testing::Test {
 protected:
  LocalSocket() {
    folder_ = std::filesystem::temp_directory_path() / ("polyfon-local-test-" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    path_ = folder_ / "control";
  }
  ~LocalSocket() override {
    stop();
    std::filesystem::remove_all(folder_);
  }

  // What the callbacks refer to must outlive stop().
  void serve(LocalServer::OnMessage on_message, LocalServer::OnClose on_close = {}) {
    auto server = LocalServer::listen(loop_, path_, std::move(on_message), std::move(on_close));
    ASSERT_TRUE(server) << server.error().text;
    server_ = std::move(*server);
    thread_ = std::jthread([this] { loop_.run(); });
  }
  void serve_echo() {
    serve(
        [this](LocalServer::ConnectionId id, std::string message) { server_->send(id, std::move(message)); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    loop_.post([this] {
      server_.reset();
      loop_.stop();
    });
    thread_.join();
  }
  LocalClient client() {
    auto connected = LocalClient::connect(path_);
    EXPECT_TRUE(connected) << (connected ? "" : connected.error().text);
    return std::move(*connected);
  }
  // A client that keeps no frame.
  int raw_client() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.c_str(), path_.size());
    int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
  }

  std::filesystem::path folder_;
  std::string path_;
  Loop loop_{"edge", 0ms};
  std::unique_ptr<LocalServer> server_;
  std::jthread thread_;
};

TEST(LocalFrame, length_is_four_bytes_big_endian) {
  auto header = frame_header(0x01020304);
  EXPECT_EQ(std::string_view(header.data(), 4), "\x01\x02\x03\x04");
  EXPECT_EQ(frame_length({header.data(), 4}), 0x01020304u);
  EXPECT_EQ(frame_length(std::string_view("\xff\xff\xff\xff", 4)), 0xFFFFFFFFu);
  EXPECT_EQ(frame_length(std::string_view("\0\0\0\0", 4)), 0u);
}

TEST_F(LocalSocket, echoes_messages_of_all_sizes) {
  serve_echo();
  auto c = client();
  for (std::size_t size : {0u, 1u, 3u, 4u, 5u, 65535u, 65536u, 1'000'000u}) {
    std::string message(size, static_cast<char>('a' + size % 26));
    ASSERT_TRUE(c.send(message));
    auto answer = c.receive();
    ASSERT_TRUE(answer) << answer.error().text;
    EXPECT_EQ(*answer, message);
  }
}

TEST_F(LocalSocket, messages_are_bytes) {
  serve_echo();
  auto c = client();
  std::string message("\0\n\r\xff\0", 5);
  ASSERT_TRUE(c.send(message));
  EXPECT_EQ(*c.receive(), message);
}

TEST_F(LocalSocket, messages_sent_together_arrive_apart_and_in_order) {
  serve_echo();
  auto c = client();
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(c.send(std::to_string(i)));
  for (int i = 0; i < 500; ++i) ASSERT_EQ(*c.receive(), std::to_string(i));
}

TEST_F(LocalSocket, a_message_that_comes_byte_by_byte_is_put_together) {
  serve_echo();
  int fd = raw_client();
  std::string frame("\0\0\0\5hello", 9);
  for (char c : frame) ASSERT_EQ(::write(fd, &c, 1), 1);
  std::string answer(9, '\0');
  ASSERT_EQ(::recv(fd, answer.data(), answer.size(), MSG_WAITALL), 9);
  EXPECT_EQ(answer, frame);
  ::close(fd);
}

TEST_F(LocalSocket, the_greatest_message_passes_and_one_byte_more_is_refused_by_the_client) {
  serve_echo();
  auto c = client();
  std::string greatest(LocalServer::kMaxMessage, 'x');
  std::jthread sender([&] { EXPECT_TRUE(c.send(greatest)); });
  auto answer = c.receive();
  sender.join();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->size(), greatest.size());
  greatest += 'x';
  auto refused = c.send(greatest);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kLimit);
}

TEST_F(LocalSocket, a_connection_that_announces_too_much_is_closed_and_the_others_stay) {
  std::promise<LocalServer::ConnectionId> closed;
  serve([this](LocalServer::ConnectionId id, std::string m) { server_->send(id, std::move(m)); },
        [&](LocalServer::ConnectionId id) { closed.set_value(id); });
  auto good = client();
  ASSERT_TRUE(good.send("x"));
  ASSERT_TRUE(good.receive());
  int fd = raw_client();
  ASSERT_EQ(::write(fd, "\x7f\xff\xff\xff", 4), 4);
  char byte = 0;
  EXPECT_EQ(::read(fd, &byte, 1), 0);
  ::close(fd);
  EXPECT_EQ(closed.get_future().get(), 2u);
  ASSERT_TRUE(good.send("still"));
  EXPECT_EQ(*good.receive(), "still");
  stop();
}

TEST_F(LocalSocket, on_close_is_called_when_the_client_goes) {
  std::promise<LocalServer::ConnectionId> closed;
  std::promise<LocalServer::ConnectionId> seen;
  serve([&](LocalServer::ConnectionId id, std::string) { seen.set_value(id); },
        [&](LocalServer::ConnectionId id) { closed.set_value(id); });
  {
    auto c = client();
    ASSERT_TRUE(c.send("x"));
    seen.get_future().get();
  }
  EXPECT_EQ(closed.get_future().get(), 1u);
  stop();
}

TEST_F(LocalSocket, close_sends_what_is_queued_first) {
  std::promise<void> closed;
  const std::string large(8u << 20, 'x');  // more than the kernel buffers
  serve(
      [&](LocalServer::ConnectionId id, std::string) {
        server_->send(id, large);
        server_->send(id, "last");
        server_->close(id);
        server_->send(id, "too late");
      },
      [&](LocalServer::ConnectionId) { closed.set_value(); });
  auto c = client();
  ASSERT_TRUE(c.send("go"));
  EXPECT_EQ(c.receive()->size(), large.size());
  EXPECT_EQ(*c.receive(), "last");
  auto end = c.receive();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, ErrorCode::kUnavailable);
  closed.get_future().get();
  stop();
}

TEST_F(LocalSocket, on_close_never_runs_inside_close) {
  bool inside = false;
  std::promise<bool> closed;
  serve(
      [&](LocalServer::ConnectionId id, std::string) {
        inside = true;
        server_->close(id);
        inside = false;
      },
      [&](LocalServer::ConnectionId) { closed.set_value(inside); });
  auto c = client();
  ASSERT_TRUE(c.send("x"));
  EXPECT_FALSE(closed.get_future().get());
  stop();
}

TEST_F(LocalSocket, a_client_that_never_reads_is_let_go_when_too_much_waits_for_it) {
  std::promise<void> closed;
  serve(
      [&](LocalServer::ConnectionId id, std::string) {
        for (int i = 0; i < 6; ++i) server_->send(id, std::string(LocalServer::kMaxMessage, 'x'));
      },
      [&](LocalServer::ConnectionId) { closed.set_value(); });
  auto c = client();
  ASSERT_TRUE(c.send("go"));
  closed.get_future().get();
  stop();
}

TEST_F(LocalSocket, the_server_may_be_destroyed_in_its_own_callback) {
  std::promise<void> destroyed;
  serve([&](LocalServer::ConnectionId, std::string) {
    server_.reset();
    destroyed.set_value();
  });
  auto c = client();
  ASSERT_TRUE(c.send("x"));
  ASSERT_TRUE(c.send("y"));
  destroyed.get_future().get();
  EXPECT_FALSE(c.receive());
  stop();
}

TEST_F(LocalSocket, sending_to_a_connection_that_is_gone_does_nothing) {
  serve([this](LocalServer::ConnectionId id, std::string) {
    server_->send(id + 100, "nobody");
    server_->close(id + 100);
    server_->send(id, "here");
  });
  auto c = client();
  ASSERT_TRUE(c.send("x"));
  EXPECT_EQ(*c.receive(), "here");
}

TEST_F(LocalSocket, more_connections_than_are_allowed_are_closed_at_once) {
  serve_echo();
  std::vector<LocalClient> clients;
  for (std::size_t i = 0; i < LocalServer::kMaxConnections; ++i) {
    clients.push_back(client());
    ASSERT_TRUE(clients.back().send("x"));
    ASSERT_TRUE(clients.back().receive());
  }
  auto extra = client();
  EXPECT_FALSE(extra.receive());
  clients.pop_back();
  ASSERT_TRUE(clients.back().send("x"));
  EXPECT_TRUE(clients.back().receive());
}

TEST_F(LocalSocket, the_socket_has_mode_0660_and_goes_with_the_server) {
  serve_echo();
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_TRUE(S_ISSOCK(status.st_mode));
  EXPECT_EQ(status.st_mode & 0777, 0660u);
  stop();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(LocalSocket, a_stale_socket_file_is_replaced) {
  int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path_.c_str(), path_.size());
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(fd);  // as a killed process leaves it
  ASSERT_TRUE(std::filesystem::exists(path_));
  serve_echo();
  auto c = client();
  ASSERT_TRUE(c.send("x"));
  EXPECT_TRUE(c.receive());
}

TEST_F(LocalSocket, a_socket_that_another_server_answers_on_is_left_alone) {
  serve_echo();
  Loop other("other");
  auto second = LocalServer::listen(other, path_, [](LocalServer::ConnectionId, std::string) {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kExists);
  EXPECT_NE(second.error().text.find(path_), std::string::npos);
  auto c = client();
  ASSERT_TRUE(c.send("x"));
  EXPECT_TRUE(c.receive());
}

TEST_F(LocalSocket, a_file_that_is_no_socket_is_left_alone) {
  std::ofstream(path_) << "precious";
  auto server = LocalServer::listen(loop_, path_, [](LocalServer::ConnectionId, std::string) {});
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::kExists);
  std::string content;
  std::ifstream(path_) >> content;
  EXPECT_EQ(content, "precious");
}

TEST_F(LocalSocket, a_folder_that_does_not_exist_is_an_error) {
  auto server =
      LocalServer::listen(loop_, folder_ / "no" / "control", [](LocalServer::ConnectionId, std::string) {});
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::kIo);
}

TEST_F(LocalSocket, a_path_too_long_for_a_socket_is_an_error_on_both_sides) {
  std::string path = folder_ / std::string(200, 'x');
  EXPECT_EQ(LocalServer::listen(loop_, path, [](LocalServer::ConnectionId, std::string) {}).error().code,
            ErrorCode::kLimit);
  EXPECT_EQ(LocalClient::connect(path).error().code, ErrorCode::kLimit);
}

TEST_F(LocalSocket, a_client_without_a_server_is_told_that_no_exchange_runs) {
  auto c = LocalClient::connect(path_);
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(c.error().text.find("no exchange is running"), std::string::npos);
}

TEST_F(LocalSocket, a_client_sees_the_server_go) {
  serve_echo();
  auto c = client();
  ASSERT_TRUE(c.send("x"));
  ASSERT_TRUE(c.receive());
  stop();
  auto answer = c.receive();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  auto sent = c.send("x");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace polyfon::net
