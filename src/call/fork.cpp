#include "call/fork.h"

#include <algorithm>
#include <set>

namespace polyfon::call {

Fork::Fork(std::vector<ContactAddress> contacts, config::Forking forking) : forking_(forking) {
  std::vector<ContactAddress> ordered;  // among equals as before: the last registered first
  for (auto& contact : contacts)
    ordered.insert(std::ranges::upper_bound(ordered, contact.q, std::ranges::greater{}, &ContactAddress::q),
                   std::move(contact));
  std::set<std::string, std::less<>> instances;
  for (auto& contact : ordered) {
    const bool another = !contact.instance.empty() && !instances.insert(contact.instance).second;
    if (another)
      flows_[contact.instance].push_back(std::move(contact));
    else
      waiting_.push_back(std::move(contact));
  }
}

std::vector<ContactAddress> Fork::next_group() {
  auto end = waiting_.end();
  if (forking_ == config::Forking::kByQ && !waiting_.empty())
    end = std::ranges::find_if(waiting_, [q = waiting_.front().q](const auto& c) { return c.q != q; });
  std::vector<ContactAddress> group(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return group;
}

std::optional<ContactAddress> Fork::next_flow(std::string_view instance) {
  auto found = flows_.find(instance);
  if (found == flows_.end() || found->second.empty()) return std::nullopt;
  ContactAddress flow = std::move(found->second.front());
  found->second.erase(found->second.begin());
  return flow;
}

void Fork::stop() {
  waiting_.clear();
  flows_.clear();
}

bool is_failed_flow(int sip_status, bool by_peer) {
  return sip_status == 430 || sip_status == 408 || (sip_status == 503 && !by_peer);
}

}  // namespace polyfon::call
