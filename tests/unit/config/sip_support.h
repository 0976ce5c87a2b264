// sip.conf from text, for the tests of its keys.
#pragma once
#include <string>

#include "config/loaders.h"
#include "unit/config/support.h"

namespace polyfon::config {

struct SipTest : testing::Test {
  SipConfiguration load(std::string_view text, const PolyfonSettings& polyfon = {}) {
    diagnostics = {};
    File file = File::parse(text, "sip.conf", diagnostics);
    SipConfiguration sip = load_sip(file, polyfon, diagnostics);
    diagnostics.sort();
    return sip;
  }
  SipSettings general(std::string_view lines) { return load("[general]\n" + std::string(lines)).settings; }
  // An account [x] that needs no warning, with the lines.
  Endpoint account(std::string_view lines) {
    auto sip = load("[x]\ntype=friend\nhost=dynamic\nsecret=s\n" + std::string(lines));
    EXPECT_EQ(sip.endpoints.size(), 1u);
    return sip.endpoints.empty() ? Endpoint{} : sip.endpoints[0];
  }
  std::vector<std::string> lines() const { return told(diagnostics); }
  Diagnostics diagnostics;
};

}  // namespace polyfon::config
