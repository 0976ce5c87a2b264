#include "call/tones.h"

#include "base/text.h"

namespace polyfon::call {

using namespace std::chrono_literals;

std::vector<media::Tone> tone_cadence(ToneName name, std::string_view language) {
  if (base::istarts_with(language, "ru")) {  // GOST: 425 Hz throughout
    switch (name) {
      case ToneName::kRing: return {{425, 0, 1000ms}, {0, 0, 4000ms}};
      case ToneName::kBusy: return {{425, 0, 350ms}, {0, 0, 350ms}};
      case ToneName::kCongestion: return {{425, 0, 175ms}, {0, 0, 175ms}};
    }
  }
  switch (name) {
    case ToneName::kRing: return {{440, 480, 2000ms}, {0, 0, 4000ms}};
    case ToneName::kBusy: return {{480, 620, 500ms}, {0, 0, 500ms}};
    case ToneName::kCongestion: return {{480, 620, 250ms}, {0, 0, 250ms}};
  }
  return {};
}

}  // namespace polyfon::call
