// Torture: says the messages of tests/fixtures/torture to an exchange of its own each and compares what comes
// back.
#pragma once
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>

#include "house.h"

namespace polyfon::sim {

struct Verdict {
  std::string_view name;
  std::string_view story;  // the statuses that come back, "" for silence
  std::string_view why;    // the section, and what decides
};

class Torture : public testing::Test {
 protected:
  struct Heard {
    std::unique_ptr<World> world;
    std::unique_ptr<ExchangeNode> node;
    std::unique_ptr<Wire> wire;
    const sip::UserAgentCounters& counters() const { return node->agent().counters(); }
  };

  Torture() { base::set_log_level(base::LogLevel::kError); }

  static std::string read_file(const std::string& path) {
    std::ifstream file(std::string(POLYFON_SOURCE_DIR "/") + path, std::ios::binary);
    EXPECT_TRUE(file) << path;
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static std::string read(std::string_view name) {
    return read_file("tests/fixtures/torture/" + std::string(name) + ".dat");
  }
  static std::vector<std::string> names() {
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::directory_iterator(POLYFON_SOURCE_DIR "/tests/fixtures/torture"))
      if (entry.path().extension() == ".dat") names.push_back(entry.path().stem().string());
    return names;
  }

  // From IPv6 when the message is one of RFC 5118.
  static Heard say_bytes(std::string_view bytes, bool v6) {
    static const SimConfiguration kFixture = SimConfiguration::read("cases");
    Heard heard;
    heard.world = std::make_unique<World>(1, Weather{});
    heard.node = std::make_unique<ExchangeNode>(*heard.world, at("192.0.2.1"), kFixture);
    heard.node->listen(at("2001:db8::10"));
    heard.wire = std::make_unique<Wire>(*heard.world, v6 ? "2001:db8::9:1" : "203.0.113.9",
                                        std::initializer_list<std::uint16_t>{5060, 5050, 5070, 6050, 19823});
    heard.wire->send_bytes(at(v6 ? "2001:db8::10" : "192.0.2.1"), bytes);
    heard.world->run_for(std::chrono::milliseconds(100));
    return heard;
  }
  static Heard say(std::string_view name) {
    return say_bytes(read(name), name.find('-') != std::string_view::npos);
  }
  static void expect(std::span<const Verdict> verdicts) {
    for (const Verdict& verdict : verdicts) {
      SCOPED_TRACE(std::string(verdict.name) + ": " + std::string(verdict.why));
      EXPECT_EQ(say(verdict.name).wire->story(), verdict.story);
    }
  }
};

}  // namespace polyfon::sim
