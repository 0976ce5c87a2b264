// SimNames: the name service of the simulated world: tables, answered after a moment.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "net/resolver.h"
#include "sim/world.h"

namespace polyfon::sim {

class SimNames final : public net::NameService {
 public:
  explicit SimNames(World& world) : world_(world) {}

  std::map<std::string, std::vector<std::string>> addresses;
  std::map<std::string, net::SrvRecords> srv;
  int questions = 0;

  void resolve(std::string host, std::uint16_t port, Answer answer) override {
    base::Result<net::Addresses> found = none(host);
    if (auto known = addresses.find(host); known != addresses.end()) {
      found = net::Addresses{};
      for (const auto& text : known->second) found->push_back(*base::SocketAddress::parse(text, port));
    }
    later(std::move(answer), std::move(found));
  }
  void resolve_srv(std::string name, SrvAnswer answer) override {
    base::Result<net::SrvRecords> found = none(name);
    if (auto known = srv.find(name); known != srv.end()) found = known->second;
    later(std::move(answer), std::move(found));
  }
  void resolve_naptr(std::string name, NaptrAnswer answer) override {
    later(std::move(answer), base::Result<net::NaptrRecords>(none(name)));
  }

 private:
  static std::unexpected<base::Error> none(const std::string& name) {
    return base::fail(base::ErrorCode::kNotFound, "the name " + name + " has no such record");
  }
  template <class Answer, class Found>
  void later(Answer answer, Found found) {
    ++questions;
    world_.later(
        std::chrono::milliseconds(4),
        [answer = std::move(answer), found = std::move(found)]() mutable { answer(std::move(found)); });
  }
  World& world_;
};

}  // namespace polyfon::sim
