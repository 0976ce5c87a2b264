#include "call/bridge.h"

#include "call/exchange.h"

namespace polyfon::call {

Bridge::Bridge(Exchange& exchange, Channel& a, Channel& b) : exchange_(exchange), a_(a.id()), b_(b.id()) {
  a.stop_music();
  b.stop_music();
  a.bridged_ = b_;
  b.bridged_ = a_;
  exchange_.parts_.media.connect(a.stream_, b.stream_);
  a.emit(BridgeEnter{a_, b_});
  exchange_.follow_hold(a);  // who held while it rang is still holding
  exchange_.follow_hold(b);
}

Bridge::~Bridge() {
  for (ChannelId id : {a_, b_}) {
    Channel* channel = exchange_.find(id);
    if (!channel) continue;
    if (id == a_) channel->emit(BridgeLeave{a_, b_});
    channel->bridged_ = {};
    channel->forget_digits();
    channel->stop_music();  // of a hold: else its next file would play over whatever the script plays now
    if (!channel->ended_) exchange_.parts_.media.disconnect(channel->stream_);
  }
}

}  // namespace polyfon::call
