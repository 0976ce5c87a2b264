// Control's copy of who hears whom, kept to know what must move together when two streams come to hear each
// other.
#include <algorithm>

#include "media/engine/threaded_engine.h"

namespace polyfon::media {

void ThreadedEngine::unlink(StreamId listener) {
  Entry* entry = streams_.find(listener);
  if (!entry) return;
  if (Entry* source = streams_.find(entry->hears)) std::erase(source->listeners, listener);
  entry->hears = {};
}

void ThreadedEngine::release(StreamId stream) {
  unlink(stream);
  Entry* entry = streams_.find(stream);
  if (!entry) return;
  auto listeners = std::exchange(entry->listeners, {});
  for (StreamId listener : listeners)
    if (Entry* other = streams_.find(listener)) other->hears = {};
}

void ThreadedEngine::link(StreamId source, StreamId listener) {
  unlink(listener);
  streams_.find(listener)->hears = source;
  streams_.find(source)->listeners.push_back(listener);
}

std::vector<StreamId> ThreadedEngine::group_of(StreamId stream) const {
  std::vector<StreamId> group{stream};
  auto add = [&](StreamId id) {
    if (id && std::ranges::find(group, id) == group.end()) group.push_back(id);
  };
  for (std::size_t i = 0; i < group.size(); ++i) {
    const Entry* entry = streams_.find(group[i]);
    add(entry->hears);
    for (StreamId listener : entry->listeners) add(listener);
  }
  return group;
}

void ThreadedEngine::move_group(StreamId stream, std::size_t thread) {
  auto group = group_of(stream);
  MediaThread& from = *threads_[streams_.find(stream)->thread];
  MediaThread& to = *threads_[thread];
  for (StreamId id : group) {
    Entry* entry = streams_.find(id);
    --load_[entry->thread];
    ++load_[thread];
    entry->thread = thread;
  }
  auto transfer = std::make_shared<MediaThread::Transfer>();
  from.detach(std::move(group), transfer, to);
  to.adopt(std::move(transfer));
}

}  // namespace polyfon::media
