// Tones: the call progress tones of a country (indications.conf's table), as cadences for the media engine.
// Pure.
#pragma once
#include <string_view>
#include <vector>

#include "media/engine/engine.h"

namespace polyfon::call {

enum class ToneName { kRing, kBusy, kCongestion };

// By language until a channel has a tone zone of its own: "ru" 425 Hz as in Russia, else the North American
// plan.
std::vector<media::Tone> tone_cadence(ToneName name, std::string_view language);

}  // namespace polyfon::call
