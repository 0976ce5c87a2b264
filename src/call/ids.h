// The ids that name calls everywhere above the media plane. ChannelId's value is stable for the life of the
// process.
#pragma once
#include "base/id.h"

namespace polyfon::call {

using ChannelId = base::Id<struct ChannelTag>;

}  // namespace polyfon::call
