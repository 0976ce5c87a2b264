// Bridge: two channels that hear each other, for as long as it exists. thread: control.
#pragma once
#include "call/ids.h"

namespace polyfon::call {

class Exchange;
class Channel;

class Bridge {
 public:
  Bridge(Exchange& exchange, Channel& a, Channel& b);
  ~Bridge();
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

 private:
  Exchange& exchange_;
  ChannelId a_, b_;
};

}  // namespace polyfon::call
